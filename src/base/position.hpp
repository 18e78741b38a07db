// Where one stands in the log of what is followed.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/error.hpp"

namespace vestnik {

// One point in the history of a room or of anything else that is followed. `n` counts its events from 1; 0 is the point
// before the first one. The epoch is new whenever the history is new. Text form: "<epoch>:<n>".
struct Position {
  std::string epoch;
  std::int64_t n = 0;

  bool operator==(const Position&) const = default;
};

std::string to_string(const Position& position);
void append_position(std::string& out, std::string_view epoch, std::int64_t n);
// invalid_argument naming `field` when `text` is not of that form.
Result<Position> parse_position(std::string_view text, std::string_view field);

}  // namespace vestnik
