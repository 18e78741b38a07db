#include "app/values.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <expected>

#include "base/clock.hpp"
#include "base/text.hpp"

namespace vestnik::app {
namespace {

using Reason = std::optional<std::string>;

struct SizeUnit {
  std::string_view name;
  unsigned shift;
};
constexpr std::array kSizeUnits = {SizeUnit{"TiB", 40}, SizeUnit{"GiB", 30}, SizeUnit{"MiB", 20}, SizeUnit{"KiB", 10},
                                   SizeUnit{"", 0}};

struct DurationUnit {
  std::string_view name;
  std::int64_t ms;
};
constexpr std::array kDurationUnits = {DurationUnit{"d", 86'400'000}, DurationUnit{"h", 3'600'000},
                                       DurationUnit{"m", 60'000}, DurationUnit{"s", 1'000}, DurationUnit{"ms", 1}};

// Takes all of `text` as a number; where it is not one, says why.
template <typename Number>
std::expected<Number, std::string> parse_number(std::string_view text, std::string_view what) {
  Number number{};
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  if (error == std::errc::result_out_of_range && stop == end) {
    return std::unexpected(text.starts_with('-') ? "is too small" : "is too large");
  }
  if (error != std::errc() || stop != end) return std::unexpected(fmt::format("is not {}", what));
  return number;
}

template <typename T>
Reason check_range(const T& value, const T& min, const T& max) {
  if (value < min) return "is too small";
  if (value > max) return "is too large";
  return std::nullopt;
}

Value whole_number(std::string initial, std::int64_t min, std::int64_t max, std::function<void(std::int64_t)> assign) {
  Value value;
  value.unit = "N";
  value.expected = max == std::numeric_limits<std::int64_t>::max()
                       ? fmt::format("a whole number from {}", min)
                       : fmt::format("a whole number from {} to {}", min, max);
  value.initial = std::move(initial);
  value.set = [min, max, assign = std::move(assign)](std::string_view text) -> Reason {
    const auto number = parse_number<std::int64_t>(text, "a whole number");
    if (!number) return number.error();
    if (Reason wrong = check_range(*number, min, max)) return wrong;
    assign(*number);
    return std::nullopt;
  };
  return value;
}

template <typename T>
Value whole_of(T& target, std::int64_t min, std::int64_t max) {
  return whole_number(std::to_string(target), min, max, [&target](std::int64_t n) { target = static_cast<T>(n); });
}

template <typename T>
Value size_of(T& target, std::uint64_t min, std::uint64_t max) {
  Value value;
  value.unit = "SIZE";
  value.expected =
      fmt::format("a size from {} to {}, such as 1000, 64KiB, 4MiB or 1GiB", format_size(min), format_size(max));
  value.initial = format_size(target);
  value.set = [&target, min, max](std::string_view text) -> Reason {
    const auto bytes = parse_size(text);
    if (!bytes) return "is not a size";
    if (Reason wrong = check_range(*bytes, min, max)) return wrong;
    target = static_cast<T>(*bytes);
    return std::nullopt;
  };
  return value;
}

Reason check_text(std::string_view text, std::size_t max) {
  if (text.empty()) return "is empty";
  if (!is_valid_utf8(text)) return "is not valid UTF-8";
  if (count_code_points(text) > max) return "is too long";
  if (find_control_character(text) || text.find_first_of("\n\t") != text.npos) return "has a control character in it";
  return std::nullopt;
}

template <typename T>
Value text_of(T& target, std::string initial, std::string unit, std::size_t max) {
  Value value;
  value.unit = std::move(unit);
  value.expected = fmt::format("1 to {} characters without control characters", max);
  value.initial = std::move(initial);
  value.set = [&target, max](std::string_view text) -> Reason {
    if (Reason wrong = check_text(text, max)) return wrong;
    target = std::string(text);
    return std::nullopt;
  };
  return value;
}

template <typename T>
Value yes_or_no_of(T& target, std::string initial) {
  Value value;
  value.shape = Value::Shape::kSwitch;
  value.expected = "true or false";
  value.initial = std::move(initial);
  value.set = [&target](std::string_view text) -> Reason {
    const std::string lower = to_lower(text);
    constexpr std::array kYes = {"true", "yes", "on", "1"};
    constexpr std::array kNo = {"false", "no", "off", "0"};
    const bool yes = std::ranges::find(kYes, lower) != kYes.end();
    if (!yes && std::ranges::find(kNo, lower) == kNo.end()) return "is neither true nor false";
    target = yes;
    return std::nullopt;
  };
  return value;
}

template <typename T>
Value checked_of(T& target, std::string initial, std::string unit, std::string expected, Check check) {
  Value value;
  value.unit = std::move(unit);
  value.expected = std::move(expected);
  value.initial = std::move(initial);
  value.set = [&target, check = std::move(check)](std::string_view text) -> Reason {
    std::string accepted(text);
    if (Reason wrong = check(accepted)) return wrong;
    target = std::move(accepted);
    return std::nullopt;
  };
  return value;
}

}  // namespace

std::optional<std::uint64_t> parse_size(std::string_view text) {
  std::uint64_t count = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, count);
  if (error != std::errc()) return std::nullopt;
  const std::string_view unit(stop, static_cast<std::size_t>(end - stop));
  const auto* found = std::ranges::find(kSizeUnits, unit, &SizeUnit::name);
  if (found == kSizeUnits.end() || count > (std::uint64_t{1} << 63) >> found->shift) return std::nullopt;
  return count << found->shift;
}

std::string format_size(std::uint64_t bytes) {
  const auto* unit = std::ranges::find_if(kSizeUnits, [bytes](const SizeUnit& each) {
    return each.shift == 0 || (bytes != 0 && bytes % (std::uint64_t{1} << each.shift) == 0);
  });
  return fmt::format("{}{}", bytes >> unit->shift, unit->name);
}

std::string format_duration(std::chrono::milliseconds duration) {
  if (duration.count() == 0) return "0s";
  const auto* unit = std::ranges::find_if(
      kDurationUnits, [duration](const DurationUnit& each) { return duration.count() % each.ms == 0; });
  return fmt::format("{}{}", duration.count() / unit->ms, unit->name);
}

Value whole(std::uint16_t& target, std::int64_t min, std::int64_t max) {
  return whole_of(target, min, max);
}
Value whole(std::uint32_t& target, std::int64_t min, std::int64_t max) {
  return whole_of(target, min, max);
}
Value whole(std::uint64_t& target, std::int64_t min, std::int64_t max) {
  return whole_of(target, min, max);
}
Value whole(std::int64_t& target, std::int64_t min, std::int64_t max) {
  return whole_of(target, min, max);
}
Value whole(std::optional<std::int64_t>& target, std::int64_t min, std::int64_t max) {
  return whole_number("", min, max, [&target](std::int64_t n) { target = n; });
}

Value rate(double& target, double max) {
  Value value;
  value.unit = "R";
  value.expected = fmt::format("a number from 0 to {}", max);
  value.initial = fmt::format("{}", target);
  value.set = [&target, max](std::string_view text) -> Reason {
    const auto number = parse_number<double>(text, "a number");
    if (!number) return number.error();
    if (std::isnan(*number)) return "is not a number";
    if (Reason wrong = check_range(*number, 0.0, max)) return wrong;
    target = *number;
    return std::nullopt;
  };
  return value;
}

Value size(std::uint64_t& target, std::uint64_t min, std::uint64_t max) {
  return size_of(target, min, max);
}
Value size(std::uint32_t& target, std::uint64_t min, std::uint64_t max) {
  return size_of(target, min, max);
}

Value duration(std::chrono::milliseconds& target, std::chrono::milliseconds min, std::chrono::milliseconds max) {
  Value value;
  value.unit = "DURATION";
  value.expected = fmt::format("a duration from {} to {}, such as 250ms, 90s, 10m or 1h", format_duration(min),
                               format_duration(max));
  value.initial = format_duration(target);
  value.set = [&target, min, max](std::string_view text) -> Reason {
    const auto parsed = parse_duration(text);
    if (!parsed) {
      const bool bare = !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
      return bare ? "has no unit" : "is not a duration";
    }
    if (Reason wrong = check_range(*parsed, min, max)) return wrong;
    target = *parsed;
    return std::nullopt;
  };
  return value;
}

Value yes_or_no(bool& target) {
  return yes_or_no_of(target, target ? "true" : "");
}
Value yes_or_no(std::optional<bool>& target) {
  return yes_or_no_of(target, "");
}

Value text(std::string& target, std::string unit, std::size_t max) {
  return text_of(target, target, std::move(unit), max);
}
Value text(std::optional<std::string>& target, std::string unit, std::size_t max) {
  return text_of(target, "", std::move(unit), max);
}

Value checked(std::string& target, std::string unit, std::string expected, Check check) {
  return checked_of(target, target, std::move(unit), std::move(expected), std::move(check));
}
Value checked(std::optional<std::string>& target, std::string unit, std::string expected, Check check) {
  return checked_of(target, "", std::move(unit), std::move(expected), std::move(check));
}

Value checked(std::vector<std::string>& target, std::string unit, std::string expected, Check check) {
  Value value;
  value.shape = Value::Shape::kList;
  value.unit = std::move(unit);
  value.expected = std::move(expected);
  value.initial = fmt::format("{}", fmt::join(target, ","));
  value.set = [&target, check = std::move(check)](std::string_view text) -> Reason {
    std::string accepted(text);
    if (Reason wrong = check(accepted)) return wrong;
    target.push_back(std::move(accepted));
    return std::nullopt;
  };
  return value;
}

Value choose_index(std::vector<std::string_view> names, std::size_t shown, std::size_t initial,
                   std::function<void(std::size_t)> select) {
  Value value;
  const std::vector<std::string_view> listed(names.begin(), names.begin() + static_cast<std::ptrdiff_t>(shown));
  value.unit = fmt::format("{}", fmt::join(listed, "|"));
  value.expected = fmt::format("one of {}", fmt::join(listed, ", "));
  value.initial = names[initial];
  value.set = [names = std::move(names), select = std::move(select)](std::string_view text) -> Reason {
    const auto found = std::ranges::find(names, std::string_view(to_lower(text)));
    if (found == names.end()) return "is not known";
    select(static_cast<std::size_t>(found - names.begin()));
    return std::nullopt;
  };
  return value;
}

}  // namespace vestnik::app
