// What a request's head must not have, where parsers differ and attackers live (RFC 9112; request smuggling): checked
// before the parser sees it. Sans-I/O.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace vestnik::api::http {

struct HeadLimits {
  std::size_t bytes_max = 16 * 1024;
  std::size_t fields_max = 100;
};

// Why a request is refused before it could be understood; the connection is then closed.
struct HeadFault {
  int status = 400;
  std::string reason;
};

// Length of the head at the front of `bytes`, its empty line included; 0 when it has not arrived whole.
std::size_t find_head_end(std::string_view bytes);

// Looks at bytes of a head that is still incomplete: a fault when it can no longer become acceptable.
std::optional<HeadFault> check_partial_head(std::string_view bytes, const HeadLimits& limits);

// A fault when the head has a bare CR or LF, a folded line, white space before a colon, a NUL, too many fields, more
// than one Content-Length, Host, Authorization or other field of which one counts, an odd Content-Length, a Host that
// is none, both Content-Length and Transfer-Encoding, a transfer coding other than "chunked", or one in HTTP/1.0; or no
// Host in HTTP/1.1.
std::optional<HeadFault> check_head(std::string_view head, const HeadLimits& limits);

// The same for the fields behind a chunked body. `lines`: from behind the last chunk's size to the empty line, both
// line ends included.
std::optional<HeadFault> check_trailers(std::string_view lines, const HeadLimits& limits);

}  // namespace vestnik::api::http
