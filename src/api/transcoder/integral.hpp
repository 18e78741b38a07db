// Numbers of JSON that are whole although they are not written so: 1.0, 1e2, 250e-1 is none. Any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace vestnik::api {

struct Integral {
  std::uint64_t magnitude = 0;
  bool negative = false;
};

// The exact value of a number of JSON (RFC 8259, section 6), whatever its form; nullopt when it is not whole, does not
// fit 64 bits or `text` is no such number.
std::optional<Integral> parse_integral(std::string_view text);

}  // namespace vestnik::api
