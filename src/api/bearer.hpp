// The value of an Authorization header (RFC 6750, section 2.1).
#pragma once

#include <string_view>

#include "base/text.hpp"

namespace vestnik::api {

// The token of "Bearer <token>", whose scheme is of any case; empty when it is of another scheme.
inline std::string_view bearer_token(std::string_view authorization) {
  constexpr std::string_view kScheme = "bearer ";
  const bool bearer = same_in_any_case(authorization.substr(0, kScheme.size()), kScheme);
  return bearer ? authorization.substr(kScheme.size()) : std::string_view();
}

}  // namespace vestnik::api
