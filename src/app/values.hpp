// Texts that people give as settings, turned into typed values, with the reason when one is wrong.
#pragma once

#include <chrono>
#include <concepts>
#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace vestnik::app {

// One setting bound to the variable that it sets. The variable must outlive it.
struct Value {
  // kOne: a flag with one value; kSwitch: a flag alone means "true"; kList: several, repeated or separated by commas.
  enum class Shape : std::uint8_t { kOne, kSwitch, kList };

  Shape shape = Shape::kOne;
  bool secret = false;   // a sentence about it never repeats it
  std::string unit;      // its name in the help, such as "SIZE"
  std::string expected;  // what would be right, to follow the word "give"
  std::string initial;   // the default as one would write it
  // Sets the variable, or leaves it and returns what is wrong, to follow the value, such as "is too large".
  std::function<std::optional<std::string>(std::string_view text)> set;
};

// "64KiB", "4MiB", "1GiB", "1TiB" or a plain number of bytes; nullopt for anything else and above 2^63.
std::optional<std::uint64_t> parse_size(std::string_view text);
std::string format_size(std::uint64_t bytes);
// The shortest form that parse_duration reads back, such as "90s" or "10m".
std::string format_duration(std::chrono::milliseconds duration);

// Whole numbers, both bounds included. An optional is empty until it is set.
Value whole(std::uint16_t& target, std::int64_t min, std::int64_t max);
Value whole(std::uint32_t& target, std::int64_t min, std::int64_t max);
Value whole(std::uint64_t& target, std::int64_t min, std::int64_t max);
Value whole(std::int64_t& target, std::int64_t min, std::int64_t max);
Value whole(std::optional<std::int64_t>& target, std::int64_t min, std::int64_t max);

// A number above 0, with or without a fraction; 0 means "no limit".
Value rate(double& target, double max);

Value size(std::uint64_t& target, std::uint64_t min, std::uint64_t max);
Value size(std::uint32_t& target, std::uint64_t min, std::uint64_t max);
Value duration(std::chrono::milliseconds& target, std::chrono::milliseconds min, std::chrono::milliseconds max);

Value yes_or_no(bool& target);
Value yes_or_no(std::optional<bool>& target);  // empty until it is set

// 1 to `max` characters without control characters. `unit` names it in the help.
Value text(std::string& target, std::string unit, std::size_t max = 4096);
Value text(std::optional<std::string>& target, std::string unit, std::size_t max = 4096);

// A text that `check` accepts (it returns the reason when not, and may put the text into its canonical form).
using Check = std::function<std::optional<std::string>(std::string& text)>;
Value checked(std::string& target, std::string unit, std::string expected, Check check);
Value checked(std::optional<std::string>& target, std::string unit, std::string expected, Check check);
Value checked(std::vector<std::string>& target, std::string unit, std::string expected, Check check);

// A name from a table; the first name of a value is the one the help shows. Upper and lower case are the same.
template <typename T>
struct Choice {
  std::string_view name;
  T value;
};

// The table of choose(), without its type.
Value choose_index(std::vector<std::string_view> names, std::size_t shown, std::size_t initial,
                   std::function<void(std::size_t)> select);

// `shown`: how many names of the table the help lists; the others are accepted, too.
template <typename T>
Value choose(T& target, std::span<const Choice<T>> table, std::size_t shown) {
  std::vector<std::string_view> names;
  std::size_t initial = 0;
  for (std::size_t i = table.size(); i-- > 0;) {
    if (table[i].value == target) initial = i;
  }
  for (const Choice<T>& choice : table) names.push_back(choice.name);
  return choose_index(std::move(names), shown, initial, [&target, table](std::size_t i) { target = table[i].value; });
}

}  // namespace vestnik::app
