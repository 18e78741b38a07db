// Fields of a contract message from text: path variables and query parameters. Any thread.
#pragma once

#include <string>
#include <string_view>

#include "base/error.hpp"

namespace google::protobuf {
class Message;
}

namespace vestnik::api {

// Sets the field at the dotted `path` ("room", "filter.tags") from `text`, which must be a value as a whole: numbers in
// decimal within their range, `true` or `false`, enum names and RFC 3339 as in JSON. A repeated field gets one more
// element, any other field is overwritten. Error: invalid_argument with `path` as violation, also for an unknown path.
Result<void> set_field(google::protobuf::Message& message, std::string_view path, std::string_view text);

// Whether the field at the dotted `path`, which exists, has a value.
bool has_field(const google::protobuf::Message& message, std::string_view path);

// Sets fields from a query string without its '?' (application/x-www-form-urlencoded). Errors: invalid_argument as of
// set_field, and for malformed encoding and for a parameter that is given twice though its field takes one value.
Result<void> set_query_fields(google::protobuf::Message& message, std::string_view query);

// The value of the one parameter, `name`, that the query of an address may have. Errors: invalid_argument, also when
// the query has another one or none.
Result<std::string> only_parameter(std::string_view query, std::string_view name);

// Undoes percent-encoding (RFC 3986). With `plus_is_space` as in queries; with `keep_slash` "%2F" stays as it is.
// Error: invalid_argument for a malformed escape, a NUL or a result that is not UTF-8.
Result<std::string> percent_decode(std::string_view text, bool plus_is_space = false, bool keep_slash = false);

}  // namespace vestnik::api
