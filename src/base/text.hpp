// Text from strangers: UTF-8 (RFC 3629) as it arrives, code points, control characters, ASCII in any case.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace vestnik {

inline constexpr std::string_view kHexDigits = "0123456789abcdef";

// Checks UTF-8 that arrives in pieces; overlong forms, surrogates and values above U+10FFFF are invalid.
class Utf8Checker {
 public:
  // False as soon as the bytes seen so far cannot be the beginning of valid UTF-8; it then stays false.
  bool feed(std::string_view bytes);
  // Whether everything fed so far is valid and ends at a character's end.
  bool complete() const { return valid_ && continuations_ == 0; }

 private:
  bool valid_ = true;
  std::uint8_t continuations_ = 0;  // bytes still missing of the current character
  std::uint8_t next_min_ = 0x80;    // allowed range of the next continuation byte
  std::uint8_t next_max_ = 0xBF;
};

bool is_valid_utf8(std::string_view text);

// Number of Unicode code points in valid UTF-8.
std::size_t count_code_points(std::string_view valid_utf8);

// The first C0 control character (or DEL) other than newline and tab, if there is one.
std::optional<unsigned char> find_control_character(std::string_view text);

// Only A to Z become others.
constexpr char to_lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}
std::string to_lower(std::string_view text);

constexpr bool same_in_any_case(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, [](char left, char right) { return to_lower(left) == to_lower(right); });
}

constexpr bool is_alphanumeric(char c) {
  return (c >= '0' && c <= '9') || (to_lower(c) >= 'a' && to_lower(c) <= 'z');
}

// Without the spaces and tabs around it.
std::string_view trim(std::string_view text);

}  // namespace vestnik
