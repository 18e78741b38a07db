// An HTTP request as the handlers see it, and the answer they give.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.hpp"

namespace vestnik::api::http {

class BodyStream;
class BodySource;

// Views into the request reader: valid until its next request.
struct Request {
  std::string_view method;
  std::string_view path;   // percent-encoded
  std::string_view query;  // without '?'
  std::string_view host;   // by which the server was called, with the port; empty: not said (HTTP/1.0)
  std::string_view body;
  BodyStream* body_stream = nullptr;  // instead of body, for one that is not held
  std::vector<std::pair<std::string_view, std::string_view>> fields;
  bool http_1_0 = false;
  bool keep_alive = true;

  bool reads() const { return method == "GET" || method == "HEAD"; }
  // Value of the first field with this name, in any case.
  std::optional<std::string_view> find_field(std::string_view name) const;
  // The same, empty when there is none.
  std::string_view field(std::string_view name) const { return find_field(name).value_or(std::string_view()); }
  // Whether the comma-separated list of that name, on one line or several, has this token, in any case and not refused
  // with "q=0".
  bool has_token(std::string_view name, std::string_view token) const;
};

using HeaderFields = std::vector<std::pair<std::string_view, std::string>>;

struct Response {
  int status = 200;
  std::string_view content_type = "application/json";  // of static storage
  std::string body;
  std::string_view shared_body;  // instead of body: bytes that outlive the connection, such as an embedded page
  HeaderFields fields;
  bool close = false;
  std::shared_ptr<BodySource> source;  // instead of body: sent piece by piece
  std::shared_ptr<BodyStream> stream;  // behind body: the rest of it, made piece by piece
  std::string_view limit;              // of an error: the limit that was reached, as Error::limit
};

// The answer to an error, in the shape of the contract.
Response make_problem(const Error& error, std::string_view request_id);
// With a status that says more than the code.
Response make_problem(const Error& error, int status, std::string_view request_id);

// 405, with the methods that the path has.
Response method_not_allowed(std::string_view allowed, std::string_view request_id);

// Whether the answer to that request has a body at all.
bool has_body(const Response& response, const Request& request);

// Whether a body of unknown length is sent in chunks: HTTP/1.0 has none, so there the connection ends with the body.
bool is_chunked(const Response& response, const Request& request);

// Appends a chunk (RFC 9112, section 7.1); an empty one is the last.
void append_chunk(std::string& out, std::string_view piece);

// Appends the head and the beginning of the body, which is what no source and no stream gives, and what is not shared.
// A HEAD request gets the head alone.
void append_response(std::string& out, const Response& response, const Request& request, std::string_view request_id,
                     bool keep_alive);

}  // namespace vestnik::api::http
