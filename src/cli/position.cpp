#include "cli/position.hpp"

#include <algorithm>
#include <charconv>

namespace vestnik::cli {

std::optional<Position> parse_position(std::string_view text) {
  constexpr std::size_t kEpochMax = 16;
  const std::size_t colon = text.find(':');
  if (colon == text.npos || colon == 0 || colon > kEpochMax) return std::nullopt;
  const std::string_view epoch = text.substr(0, colon);
  const std::string_view digits = text.substr(colon + 1);
  const bool known =
      std::ranges::all_of(epoch, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z'); });
  std::int64_t n = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), n);
  if (!known || error != std::errc() || end != digits.data() + digits.size() || n < 0 || digits.starts_with('-')) {
    return std::nullopt;
  }
  return Position{.epoch = std::string(epoch), .n = n};
}

}  // namespace vestnik::cli
