#include "api/http/host.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace vestnik::api::http {
namespace {

constexpr std::string_view kPortMax = "65535";

bool is_name_character(char c) {
  return is_alphanumeric(c) || std::string_view("-._~%!$&'()*+,;=").find(c) != std::string_view::npos;
}

bool is_address_character(char c) {
  return is_alphanumeric(c) || std::string_view("-._~%:").find(c) != std::string_view::npos;
}

bool is_port(std::string_view text) {
  const bool is_number = std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
  return is_number && (text.size() < kPortMax.size() || (text.size() == kPortMax.size() && text <= kPortMax));
}

}  // namespace

std::optional<Host> parse_host(std::string_view text) {
  const bool bracketed = text.starts_with('[');
  if (bracketed) text.remove_prefix(1);
  const std::size_t name_end = text.find(bracketed ? ']' : ':');
  if (bracketed && name_end == text.npos) return std::nullopt;
  const std::string_view name = text.substr(0, name_end);
  if (name.empty() || !std::ranges::all_of(name, bracketed ? is_address_character : is_name_character)) {
    return std::nullopt;
  }
  text.remove_prefix(name.size() + (bracketed ? 1 : 0));
  if (text.empty()) return Host{.name = name, .port = {}};
  if (text.front() != ':' || !is_port(text.substr(1))) return std::nullopt;
  return Host{.name = name, .port = text.substr(1)};
}

}  // namespace vestnik::api::http
