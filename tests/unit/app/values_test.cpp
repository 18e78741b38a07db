#include "app/values.hpp"

#include <gtest/gtest.h>

#include <array>

namespace vestnik::app {
namespace {

using namespace std::chrono_literals;

TEST(Size, TakesBytesAndBinaryUnits) {
  EXPECT_EQ(parse_size("0"), 0u);
  EXPECT_EQ(parse_size("1000"), 1000u);
  EXPECT_EQ(parse_size("64KiB"), 65'536u);
  EXPECT_EQ(parse_size("4MiB"), 4'194'304u);
  EXPECT_EQ(parse_size("1GiB"), 1'073'741'824u);
  EXPECT_EQ(parse_size("8388608TiB"), std::uint64_t{1} << 63);
}

TEST(Size, RefusesEverythingElse) {
  for (const char* text : {"", "KiB", "-1", "+1", "1.5MiB", "1 MiB", "1MB", "1kib", "1KiBs", "0x10", " 1", "1 "}) {
    EXPECT_EQ(parse_size(text), std::nullopt) << text;
  }
  EXPECT_EQ(parse_size("18446744073709551616"), std::nullopt);
  EXPECT_EQ(parse_size("8388609TiB"), std::nullopt);
}

TEST(Size, IsShownInTheLargestUnitThatIsExact) {
  EXPECT_EQ(format_size(0), "0");
  EXPECT_EQ(format_size(1000), "1000");
  EXPECT_EQ(format_size(65'536), "64KiB");
  EXPECT_EQ(format_size(1'073'741'824), "1GiB");
}

TEST(Duration, IsShownInTheLargestUnitThatIsExact) {
  EXPECT_EQ(format_duration(0ms), "0s");
  EXPECT_EQ(format_duration(250ms), "250ms");
  EXPECT_EQ(format_duration(90s), "90s");
  EXPECT_EQ(format_duration(24h), "1d");
}

TEST(Whole, KeepsItsBoundsAndLeavesTheTargetWhenWrong) {
  std::uint16_t port = 5000;
  const Value value = whole(port, 0, 65'535);
  EXPECT_EQ(value.initial, "5000");
  EXPECT_EQ(value.set("65536"), "is too large");
  EXPECT_EQ(value.set("99999999999999999999"), "is too large");
  EXPECT_EQ(value.set("-1"), "is too small");
  EXPECT_EQ(value.set("-99999999999999999999"), "is too small");
  EXPECT_EQ(value.set("12a"), "is not a whole number");
  EXPECT_EQ(value.set(""), "is not a whole number");
  EXPECT_EQ(port, 5000);
  EXPECT_EQ(value.set("65535"), std::nullopt);
  EXPECT_EQ(port, 65'535);
}

TEST(DurationSetting, SaysWhenTheUnitIsMissing) {
  std::chrono::milliseconds target = 10s;
  const Value value = duration(target, 10ms, 1h);
  EXPECT_EQ(value.set("10"), "has no unit");
  EXPECT_EQ(value.set("ten"), "is not a duration");
  EXPECT_EQ(value.set("9ms"), "is too small");
  EXPECT_EQ(value.set("2h"), "is too large");
  EXPECT_EQ(target, 10s);
  EXPECT_EQ(value.set("250ms"), std::nullopt);
  EXPECT_EQ(target, 250ms);
}

TEST(Rate, IsAFiniteNumberFromZero) {
  double target = 0;
  const Value value = rate(target, 1e6);
  EXPECT_EQ(value.set("nan"), "is not a number");
  EXPECT_EQ(value.set("inf"), "is too large");
  EXPECT_EQ(value.set("-0.5"), "is too small");
  EXPECT_EQ(value.set("2.5"), std::nullopt);
  EXPECT_EQ(target, 2.5);
}

TEST(Switch, KnowsTheUsualWords) {
  bool target = false;
  const Value value = yes_or_no(target);
  for (const char* yes : {"true", "TRUE", "yes", "on", "1"}) {
    target = false;
    EXPECT_EQ(value.set(yes), std::nullopt);
    EXPECT_TRUE(target) << yes;
  }
  EXPECT_EQ(value.set("Off"), std::nullopt);
  EXPECT_FALSE(target);
  EXPECT_EQ(value.set("perhaps"), "is neither true nor false");
}

TEST(Text, HasNoControlCharactersAndALength) {
  std::string target = "before";
  const Value value = text(target, "NAME", 4);
  EXPECT_EQ(value.set(""), "is empty");
  EXPECT_EQ(value.set("12345"), "is too long");
  EXPECT_EQ(value.set("a\nb"), "has a control character in it");
  EXPECT_EQ(value.set("a\x1b"), "has a control character in it");
  EXPECT_EQ(value.set("\xff"), "is not valid UTF-8");
  EXPECT_EQ(target, "before");
  EXPECT_EQ(value.set("мир!"), std::nullopt);  // four characters in seven bytes
  EXPECT_EQ(target, "мир!");
}

TEST(Choose, ListsWhatIsShownAndTakesTheOthers) {
  static constexpr std::array kTable = {Choice<int>{"one", 1}, Choice<int>{"two", 2}, Choice<int>{"deux", 2}};
  int target = 2;
  const Value value = choose<int>(target, kTable, 2);
  EXPECT_EQ(value.unit, "one|two");
  EXPECT_EQ(value.initial, "two");
  EXPECT_EQ(value.set("ONE"), std::nullopt);
  EXPECT_EQ(target, 1);
  EXPECT_EQ(value.set("deux"), std::nullopt);
  EXPECT_EQ(target, 2);
  EXPECT_EQ(value.set("three"), "is not known");
}

}  // namespace
}  // namespace vestnik::app
