// Errors over HTTP: the status of every code, and the body "application/problem+json" (RFC 9457). Any thread.
#pragma once

#include <string>
#include <string_view>

#include "base/error.hpp"

namespace vestnik::api {

inline constexpr std::string_view kProblemContentType = "application/problem+json";

// HTTP status of an error code.
int http_status(ErrorCode code);

// The status phrase of RFC 9110 ("Not Found"); "Error" for a status the API does not use.
std::string_view title(int status);

// Appends one JSON object {"type","title","status","detail","code","violations",...}. `status` may be more exact than
// http_status(error.code), such as 405 or 413. Texts are valid UTF-8. An empty `request_id` is left out. The last byte
// is the closing brace, so that a caller may put further members before it.
void append_problem_json(std::string& out, const Error& error, int status, std::string_view request_id);

}  // namespace vestnik::api
