// Positions "<epoch>:<n>" as a client needs them: to count what lies between two. No I/O.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace vestnik::cli {

struct Position {
  std::string epoch;
  std::int64_t n = 0;
};

// nullopt when `text` is no position: 1 to 16 of [0-9a-z], a colon, a whole number.
std::optional<Position> parse_position(std::string_view text);

}  // namespace vestnik::cli
