#include "api/transcoder/integral.hpp"

#include <algorithm>
#include <limits>
#include <string>

namespace vestnik::api {
namespace {

// What no 64-bit number can make up for, so that the sum with a count of digits does not overflow.
constexpr std::int64_t kExponentMax = std::int64_t{1} << 40;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool take(std::string_view& text, char expected) {
  if (text.empty() || text.front() != expected) return false;
  text.remove_prefix(1);
  return true;
}

std::string_view take_digits(std::string_view& text) {
  const auto end = std::ranges::find_if_not(text, is_digit);
  const auto size = static_cast<std::size_t>(end - text.begin());
  const std::string_view digits = text.substr(0, size);
  text.remove_prefix(size);
  return digits;
}

// nullopt when there is an "e" without a number behind it.
std::optional<std::int64_t> take_exponent(std::string_view& text) {
  if (!take(text, 'e') && !take(text, 'E')) return 0;
  const bool negative = take(text, '-');
  if (!negative) take(text, '+');
  const std::string_view digits = take_digits(text);
  if (digits.empty()) return std::nullopt;
  std::int64_t exponent = 0;
  for (const char c : digits) exponent = std::min(exponent * 10 + (c - '0'), kExponentMax);
  return negative ? -exponent : exponent;
}

}  // namespace

std::optional<Integral> parse_integral(std::string_view text) {
  Integral number{.magnitude = 0, .negative = take(text, '-')};
  const std::string_view whole = take_digits(text);
  if (whole.empty() || (whole.size() > 1 && whole.front() == '0')) return std::nullopt;
  std::string_view fraction;
  if (take(text, '.')) {
    fraction = take_digits(text);
    if (fraction.empty()) return std::nullopt;
  }
  const auto exponent = take_exponent(text);
  if (!exponent || !text.empty()) return std::nullopt;

  const std::string digits = std::string(whole).append(fraction);
  const std::size_t first = digits.find_first_not_of('0');
  if (first == std::string::npos) return Integral{};
  const std::size_t last = digits.find_last_not_of('0');
  const std::int64_t point = static_cast<std::int64_t>(whole.size()) + *exponent;  // how many digits stand before it
  if (point <= static_cast<std::int64_t>(last)) return std::nullopt;
  if (point - static_cast<std::int64_t>(first) > std::numeric_limits<std::uint64_t>::digits10 + 1) return std::nullopt;
  for (std::size_t i = first; i < static_cast<std::size_t>(point); ++i) {
    const auto digit = static_cast<std::uint64_t>(i < digits.size() ? digits[i] - '0' : 0);
    if (number.magnitude > (std::numeric_limits<std::uint64_t>::max() - digit) / 10) return std::nullopt;
    number.magnitude = number.magnitude * 10 + digit;
  }
  return number;
}

}  // namespace vestnik::api
