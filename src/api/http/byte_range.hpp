// One byte range of a request (RFC 9110, section 14), and the preconditions that go with it. Any thread.
#pragma once

#include <cstdint>
#include <string_view>

#include "api/http/message.hpp"

namespace vestnik::api::http {

struct ByteRange {
  enum class Kind : std::uint8_t { kWhole, kPart, kUnsatisfiable };

  Kind kind = Kind::kWhole;
  std::uint64_t first = 0;
  std::uint64_t size = 0;
};

// What a GET asks of a body of `size` bytes with that strong entity tag (in its quotes). What cannot be understood, is
// more than one range, or goes with another state of the body (If-Range) asks for the whole.
ByteRange find_range(const Request& request, std::uint64_t size, std::string_view etag);

// Whether the client has that state of the body already (If-None-Match; RFC 9110, section 13.1.2).
bool has_already(const Request& request, std::string_view etag);

}  // namespace vestnik::api::http
