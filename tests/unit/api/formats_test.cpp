#include "api/rules/formats.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <random>
#include <regex>
#include <string>

namespace vestnik::api {
namespace {

TEST(Formats, HaveAllThatTheContractNames) {
  for (int id = v1::Format_MIN; id <= v1::Format_MAX; ++id) {
    if (id == v1::FORMAT_UNSPECIFIED) continue;
    const Format* format = find_format(static_cast<v1::Format>(id));
    ASSERT_NE(format, nullptr) << id;
    EXPECT_EQ(format->id, id);
    EXPECT_FALSE(format->check("")) << id;
  }
  EXPECT_EQ(find_format(v1::FORMAT_UNSPECIFIED), nullptr);
}

// Patterns of ASCII alone are what std::regex can read; the others are held against the server from outside.
TEST(Formats, AcceptWhatTheirPatternsSay) {
  std::mt19937 random(20'240'101);
  constexpr std::string_view kPieces[] = {"0", "1", "9",  "36600", "36601", "k3", ":",
                                          "-", "s", "ms", "d",     "h",     "x",  "!"};
  for (const auto id : {v1::FORMAT_POSITION, v1::FORMAT_DURATION, v1::FORMAT_LIFETIME, v1::FORMAT_VISIBLE_ASCII}) {
    const Format& format = *find_format(id);
    const std::regex pattern(format.pattern);
    for (int i = 0; i < 2'000; ++i) {
      std::string text;
      for (auto pieces = 1 + random() % 5; pieces > 0; --pieces) text += kPieces[random() % std::size(kPieces)];
      EXPECT_EQ(format.check(text).has_value(), std::regex_match(text, pattern)) << text << " as " << format.pattern;
    }
  }
}

TEST(DecimalPattern, HasItsBounds) {
  constexpr auto kMin = std::numeric_limits<std::int64_t>::min();
  constexpr auto kMax = std::numeric_limits<std::int64_t>::max();
  EXPECT_EQ(decimal_pattern(0, 0), "0");
  EXPECT_EQ(decimal_pattern(1, 9), "[1-8]|9");
  const auto matches = [](std::int64_t minimum, std::int64_t maximum, const std::string& text) {
    return std::regex_match(text, std::regex(decimal_pattern(minimum, maximum)));
  };
  for (const std::int64_t maximum : {1, 9, 10, 99, 100, 123, 500, 909, 1'000}) {
    for (std::int64_t value = 0; value <= 1'100; ++value) {
      EXPECT_EQ(matches(1, maximum, std::to_string(value)), value >= 1 && value <= maximum) << value << ' ' << maximum;
      EXPECT_EQ(matches(0, maximum, std::to_string(value)), value <= maximum) << value << ' ' << maximum;
    }
  }
  EXPECT_TRUE(matches(kMin, kMax, "9223372036854775807"));
  EXPECT_FALSE(matches(kMin, kMax, "9223372036854775808"));
  EXPECT_TRUE(matches(kMin, kMax, "-9223372036854775808"));
  EXPECT_FALSE(matches(kMin, kMax, "-9223372036854775809"));
  for (const char* text : {"", "-0", "01", "+1", "1.0", " 1"}) EXPECT_FALSE(matches(kMin, kMax, text)) << text;
}

}  // namespace
}  // namespace vestnik::api
