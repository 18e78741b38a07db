#include "api/http/header_value.hpp"

#include <algorithm>

#include "api/transcoder/parameters.hpp"
#include "base/text.hpp"

namespace vestnik::api::http {
namespace {

constexpr std::string_view kHex = "0123456789ABCDEF";

bool is_token_character(char c) {
  return is_alphanumeric(c) || std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
}

// RFC 8187, section 3.2.1: what stands for itself in an extended value.
bool is_plain_in_extended(char c) {
  return is_alphanumeric(c) || std::string_view("!#$&+-.^_`|~").find(c) != std::string_view::npos;
}

void skip_blanks(std::string_view& text) {
  text.remove_prefix(std::min(text.find_first_not_of(" \t"), text.size()));
}

std::string_view take_token(std::string_view& text) {
  const auto end = std::ranges::find_if_not(text, is_token_character);
  const std::string_view token = text.substr(0, static_cast<std::size_t>(end - text.begin()));
  text.remove_prefix(token.size());
  return token;
}

// After the opening quote; takes the closing one. A backslash escapes quotes and itself only: some clients send paths
// with single ones.
std::optional<std::string> take_quoted(std::string_view& text) {
  std::string value;
  while (!text.empty()) {
    char c = text.front();
    text.remove_prefix(1);
    if (c == '"') return value;
    if (c == '\\' && !text.empty() && (text.front() == '"' || text.front() == '\\')) {
      c = text.front();
      text.remove_prefix(1);
    }
    value += c;
  }
  return std::nullopt;
}

std::optional<std::string> take_parameter_value(std::string_view& text) {
  if (text.starts_with('"')) {
    text.remove_prefix(1);
    return take_quoted(text);
  }
  const std::string_view token = take_token(text);
  if (token.empty()) return std::nullopt;
  return std::string(token);
}

// "UTF-8'language'percent-encoded" (RFC 8187, section 3.2).
std::optional<std::string> decode_extended(std::string_view text) {
  const auto first = text.find('\'');
  const auto second = first == std::string_view::npos ? first : text.find('\'', first + 1);
  if (second == std::string_view::npos || !same_in_any_case(text.substr(0, first), "utf-8")) return std::nullopt;
  auto decoded = percent_decode(text.substr(second + 1));
  if (!decoded) return std::nullopt;
  return *std::move(decoded);
}

}  // namespace

const std::string* HeaderValue::parameter(std::string_view name) const {
  const auto found = std::ranges::find(parameters, name, [](const auto& each) { return std::string_view(each.first); });
  return found == parameters.end() ? nullptr : &found->second;
}

std::optional<HeaderValue> parse_header_value(std::string_view text) {
  skip_blanks(text);
  const auto value_end = std::ranges::find_if_not(text, [](char c) { return is_token_character(c) || c == '/'; });
  HeaderValue parsed{.value = to_lower(text.substr(0, static_cast<std::size_t>(value_end - text.begin()))),
                     .parameters = {}};
  if (parsed.value.empty()) return std::nullopt;
  text.remove_prefix(parsed.value.size());
  while (true) {
    skip_blanks(text);
    if (text.empty()) return parsed;
    if (text.front() != ';') return std::nullopt;
    text.remove_prefix(1);
    skip_blanks(text);
    if (text.empty() || text.front() == ';') continue;  // an empty parameter
    std::string name = to_lower(take_token(text));
    if (name.empty() || !text.starts_with('=')) return std::nullopt;
    text.remove_prefix(1);
    auto value = take_parameter_value(text);
    if (!value || parsed.parameter(name) != nullptr) return std::nullopt;
    parsed.parameters.emplace_back(std::move(name), std::move(*value));
  }
}

std::optional<std::string> file_name_of(const HeaderValue& disposition) {
  if (const std::string* extended = disposition.parameter("filename*")) {
    if (auto name = decode_extended(*extended)) return name;
  }
  if (const std::string* name = disposition.parameter("filename")) return *name;
  return std::nullopt;
}

std::string make_content_disposition(std::string_view kind, std::string_view file_name) {
  std::string plain;
  std::string extended;
  for (const char c : file_name) {
    const auto byte = static_cast<unsigned char>(c);
    plain += byte < 0x20 || byte >= 0x7F || c == '"' || c == '\\' || c == '%' ? '_' : c;
    if (is_plain_in_extended(c)) {
      extended += c;
    } else {
      extended += '%';
      extended += kHex[byte >> 4];
      extended += kHex[byte & 0x0F];
    }
  }
  std::string text(kind);
  return text.append("; filename=\"").append(plain).append("\"; filename*=UTF-8''").append(extended);
}

}  // namespace vestnik::api::http
