// HTTP routes of the contract, read from the google.api.http annotations of its services.
#pragma once

#include <cstddef>
#include <expected>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "api/transcoder/path_template.hpp"
#include "base/error.hpp"

namespace google::protobuf {
class FieldDescriptor;
class MethodDescriptor;
class ServiceDescriptor;
}  // namespace google::protobuf

namespace vestnik::api {

// One binding of one RPC: what the HTTP layer needs to know of it.
struct Route {
  std::size_t index;  // 0, 1, ... in the order of the contract: for tables of metrics
  std::string verb;   // HTTP method in upper case
  PathTemplate path;  // path.text() is the label in metrics and logs
  const google::protobuf::MethodDescriptor* method;
  bool whole_body;                                          // body: "*"
  const google::protobuf::FieldDescriptor* body_field;      // body: "<field>"; nullptr when the request takes none
  const google::protobuf::FieldDescriptor* response_field;  // response_body: "<field>"; nullptr: the whole message
  int success_status;                                       // option vestnik.api.v1.http_status, otherwise 200
};

// The route of a request, and the values of its path variables in the template's order.
struct Match {
  struct Value {
    std::string_view field_path;  // lives as long as the route
    std::string text;             // decoded
  };

  const Route* route = nullptr;
  std::vector<Value> values;
};

// Why no route was found.
struct RouteMiss {
  int status;         // 404, 405, or 400 for a malformed path
  Error error;        // not_found, unimplemented, invalid_argument
  std::string allow;  // with 405: the methods that the path has, for the header `Allow`
};

// All routes of some services. Immutable after construction; any thread.
class RouteTable {
 public:
  // Throws std::logic_error when an annotation is wrong or two routes match the same requests.
  explicit RouteTable(std::span<const google::protobuf::ServiceDescriptor* const> services);
  ~RouteTable();
  RouteTable(const RouteTable&) = delete;
  RouteTable& operator=(const RouteTable&) = delete;

  // `verb` is the HTTP method in upper case (the caller asks for GET when it has HEAD), `path` is percent-encoded and
  // without query. A literal segment wins over `*`, that over `**`; a custom verb wins over a colon in a value.
  std::expected<Match, RouteMiss> match(std::string_view verb, std::string_view path) const;

  std::span<const std::unique_ptr<const Route>> routes() const { return routes_; }  // by index

 private:
  struct Node;

  std::vector<std::unique_ptr<const Route>> routes_;
  std::unique_ptr<Node> root_;
};

}  // namespace vestnik::api
