#include "chat/types.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

namespace vestnik::chat {
namespace {

constexpr std::size_t kEpochLengthMax = 16;

bool is_epoch(std::string_view text) {
  return !text.empty() && text.size() <= kEpochLengthMax &&
         std::ranges::all_of(text, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z'); });
}

}  // namespace

RoomRules patched(RoomRules rules, const RulesPatch& patch) {
  rules.max_length = patch.max_length.value_or(rules.max_length);
  rules.message_limit = patch.message_limit.value_or(rules.message_limit);
  rules.expires_at = patch.expires_at.value_or(rules.expires_at);
  rules.read_only = patch.read_only.value_or(rules.read_only);
  return rules;
}

const RoomId& room_of(const Change& change) {
  return std::visit([](const auto& each) -> const RoomId& { return each.room_id; }, change);
}

std::string_view kind_of(const Event& event) {
  constexpr std::array<std::string_view, std::variant_size_v<decltype(event.what)>> kKinds = {
      "message", "edited", "deleted", "reaction", "member", "rules", "closed", "listed", "unlisted"};
  return kKinds[event.what.index()];
}

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
  if (colon != std::string_view::npos && is_epoch(text.substr(0, colon)) && !text.substr(colon + 1).starts_with('-')) {
    std::int64_t n = 0;
    const char* const begin = text.data() + colon + 1;
    const char* const end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(begin, end, n);
    if (error == std::errc() && stop == end) return Position{std::string(text.substr(0, colon)), n};
  }
  return invalid(std::string(field), R"(not a position; write it as it was given, such as "k3:41")");
}

}  // namespace vestnik::chat
