// The OpenAPI 3.1 description of the HTTP API, made from the contract's descriptors and their comments.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "api/rules/settings.hpp"

namespace vestnik::api {

class RouteTable;

// A path beside the contract, with its Path Item Object as JSON; it may refer to what the document has. The string
// "$session" stands for the value of `security` of a method that is not public.
struct DescribedPath {
  std::string_view path;
  std::string_view json;
};

// What the document tells of the running server.
struct DescribedServer {
  std::string_view version;
  Settings settings = {};                  // that the contract's rules refer to
  bool wants_sessions = false;             // from whoever calls a method that is not public
  std::vector<DescribedPath> beside = {};  // follow the contract's paths
};

// `descriptor_set` is a serialised google.protobuf.FileDescriptorSet with source info and all imports
// (embedded::contract()). Comments become descriptions; "Example: <JSON>" and "Default: <JSON>" in a field's comment
// become its example and default. Throws std::logic_error when the set does not hold the services of `routes`.
std::string make_openapi(std::string_view descriptor_set, const RouteTable& routes, const DescribedServer& server);

}  // namespace vestnik::api
