#include "base/position.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <iterator>

namespace vestnik {
namespace {

constexpr std::size_t kEpochLengthMax = 16;
constexpr std::size_t kNumberLengthMax = 18;  // any of these fits 64 bits

bool is_epoch(std::string_view text) {
  return !text.empty() && text.size() <= kEpochLengthMax &&
         std::ranges::all_of(text, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z'); });
}

// As it is given: without zeros in front.
bool is_number(std::string_view text) {
  return !text.empty() && text.size() <= kNumberLengthMax && (text == "0" || text.front() != '0') &&
         std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

void append_position(std::string& out, std::string_view epoch, std::int64_t n) {
  out += epoch;
  out += ':';
  const fmt::format_int digits(n);
  out.append(digits.data(), digits.size());
}

std::string to_string(const Position& position) {
  std::string out;
  append_position(out, position.epoch, position.n);
  return out;
}

Result<Position> parse_position(std::string_view text, std::string_view field) {
  const auto colon = text.find(':');
  if (colon != std::string_view::npos && is_epoch(text.substr(0, colon)) && is_number(text.substr(colon + 1))) {
    std::int64_t n = 0;
    std::from_chars(text.data() + colon + 1, text.data() + text.size(), n);
    return Position{std::string(text.substr(0, colon)), n};
  }
  return invalid(std::string(field), R"(not a position; write it as it was given, such as "k3:41")");
}

}  // namespace vestnik
