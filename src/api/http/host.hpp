// The authority of a request: the name by which the server was called, and the port (RFC 3986, section 3.2.2).
// Any thread.
#pragma once

#include <optional>
#include <string_view>

namespace vestnik::api::http {

struct Host {
  std::string_view name;  // without the brackets of an IPv6 address; not empty
  std::string_view port;  // digits; empty when none was given
};

// nullopt when `text` is not a host with an optional port. The views point into `text`.
std::optional<Host> parse_host(std::string_view text);

}  // namespace vestnik::api::http
