#include "base/clock.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <cstdlib>
#include <ctime>

namespace vestnik {
namespace {

using namespace std::chrono_literals;

constexpr Time at(std::chrono::year_month_day date, std::chrono::microseconds since_midnight = 0us) {
  return std::chrono::sys_days(date) + since_midnight;
}

constexpr std::chrono::year_month_day kNewYear{std::chrono::year(2024), std::chrono::January, std::chrono::day(1)};
constexpr Time kFirst = at({std::chrono::year(0), std::chrono::January, std::chrono::day(1)});
constexpr Time kEnd = at({std::chrono::year(10'000), std::chrono::January, std::chrono::day(1)});

// What the C library makes of it.
std::string with_gmtime(Time time) {
  const auto second = std::chrono::floor<std::chrono::seconds>(time);
  const std::time_t count = second.time_since_epoch().count();
  std::tm utc{};
  gmtime_r(&count, &utc);
  std::string text = fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}", utc.tm_year + 1900, utc.tm_mon + 1, utc.tm_mday,
                                 utc.tm_hour, utc.tm_min, utc.tm_sec);
  const auto micros = (time - second).count();
  if (micros % 1000 != 0) return text + fmt::format(".{:06}Z", micros);
  if (micros != 0) return text + fmt::format(".{:03}Z", micros / 1000);
  return text + "Z";
}

Time any_time() {
  const auto micros =
      rc::gen::oneOf(rc::gen::inRange(kFirst.time_since_epoch().count(), kEnd.time_since_epoch().count()),
                     rc::gen::map(rc::gen::inRange(kFirst.time_since_epoch() / 1s, kEnd.time_since_epoch() / 1s),
                                  [](std::int64_t seconds) { return seconds * 1'000'000; }),
                     rc::gen::map(rc::gen::inRange(kFirst.time_since_epoch() / 1ms, kEnd.time_since_epoch() / 1ms),
                                  [](std::int64_t millis) { return millis * 1'000; }));
  return Time(std::chrono::microseconds(*micros));
}

TEST(FormatRfc3339, WritesTheFractionOnlyWhenThereIsOne) {
  EXPECT_EQ(format_rfc3339(at(kNewYear, 12h)), "2024-01-01T12:00:00Z");
  EXPECT_EQ(format_rfc3339(at(kNewYear, 12h + 1ms)), "2024-01-01T12:00:00.001Z");
  EXPECT_EQ(format_rfc3339(at(kNewYear, 12h + 120ms)), "2024-01-01T12:00:00.120Z");
  EXPECT_EQ(format_rfc3339(at(kNewYear, 12h + 1us)), "2024-01-01T12:00:00.000001Z");
  EXPECT_EQ(format_rfc3339(at(kNewYear, 12h + 1500us)), "2024-01-01T12:00:00.001500Z");
  EXPECT_EQ(format_rfc3339(at(kNewYear, 24h - 1us)), "2024-01-01T23:59:59.999999Z");
}

TEST(FormatRfc3339, WritesTheFirstAndTheLastMoment) {
  EXPECT_EQ(format_rfc3339(kFirst), "0000-01-01T00:00:00Z");
  EXPECT_EQ(format_rfc3339(kEnd - 1us), "9999-12-31T23:59:59.999999Z");
  EXPECT_EQ(format_rfc3339(Time{} - 1us), "1969-12-31T23:59:59.999999Z");
}

TEST(FormatRfc3339, AppendsToWhatIsThere) {
  std::string out = "at ";
  append_rfc3339(out, at(kNewYear));
  EXPECT_EQ(out, "at 2024-01-01T00:00:00Z");
}

TEST(Rfc3339, WhatIsWrittenIsReadBackAndIsWhatTheCLibraryWrites) {
  EXPECT_TRUE(rc::check("a time that is written is read back", [] {
    const Time time = any_time();
    RC_ASSERT(format_rfc3339(time) == with_gmtime(time));
    RC_ASSERT(parse_rfc3339(format_rfc3339(time)) == time);
  }));
}

TEST(ParseRfc3339, AnOffsetIsTakenAway) {
  EXPECT_TRUE(rc::check("local time with its offset is the same moment", [] {
    const Time time = std::clamp(any_time(), kFirst + 24h, kEnd - 24h - 1us);
    const auto minutes = *rc::gen::inRange(-(23 * 60 + 59), 24 * 60);
    std::string text = format_rfc3339(time + std::chrono::minutes(minutes));
    text.pop_back();
    text += fmt::format("{}{:02}:{:02}", minutes < 0 ? '-' : '+', std::abs(minutes) / 60, std::abs(minutes) % 60);
    RC_ASSERT(parse_rfc3339(text) == time);
  }));
}

TEST(ParseRfc3339, ReadsEveryFormOfTheStandard) {
  const Time noon = at(kNewYear, 12h);
  EXPECT_EQ(parse_rfc3339("2024-01-01T12:00:00Z"), noon);
  EXPECT_EQ(parse_rfc3339("2024-01-01t12:00:00z"), noon);
  EXPECT_EQ(parse_rfc3339("2024-01-01 12:00:00Z"), noon);
  EXPECT_EQ(parse_rfc3339("2024-01-01T12:00:00+00:00"), noon);
  EXPECT_EQ(parse_rfc3339("2024-01-01T12:00:00-00:00"), noon);
  EXPECT_EQ(parse_rfc3339("2024-01-01T15:00:00+03:00"), noon);
  EXPECT_EQ(parse_rfc3339("2024-01-01T17:45:00+05:45"), noon);
  EXPECT_EQ(parse_rfc3339("2023-12-31T23:30:00-12:30"), noon);
  EXPECT_EQ(parse_rfc3339("2024-01-02T11:59:00+23:59"), noon);
}

TEST(ParseRfc3339, CutsTheFractionToMicroseconds) {
  const Time midnight = at(kNewYear);
  EXPECT_EQ(parse_rfc3339("2024-01-01T00:00:00.5Z"), midnight + 500ms);
  EXPECT_EQ(parse_rfc3339("2024-01-01T00:00:00.000001Z"), midnight + 1us);
  EXPECT_EQ(parse_rfc3339("2024-01-01T00:00:00.0000019Z"), midnight + 1us);
  EXPECT_EQ(parse_rfc3339("2024-01-01T00:00:00.999999999Z"), midnight + 999'999us);
  EXPECT_EQ(parse_rfc3339("2024-01-01T00:00:00.000000000Z"), midnight);
  EXPECT_EQ(parse_rfc3339("2024-01-01T03:00:00.25+03:00"), midnight + 250ms);
  EXPECT_FALSE(parse_rfc3339("2024-01-01T00:00:00.Z"));
  EXPECT_EQ(parse_rfc3339("2024-01-01T00:00:00.0000000000Z"), midnight);
  EXPECT_FALSE(parse_rfc3339("2024-01-01T00:00:00,5Z"));
}

TEST(ParseRfc3339, KnowsTheDaysOfEveryMonth) {
  constexpr int kDays[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  for (const int year : {0, 1900, 1999, 2000, 2023, 2024, 2100, 9996}) {
    const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    for (int month = 0; month <= 13; ++month) {
      const int days = month < 1 || month > 12 ? 0 : kDays[month - 1] + (leap && month == 2 ? 1 : 0);
      for (int day = 0; day <= 32; ++day) {
        const auto text = fmt::format("{:04}-{:02}-{:02}T00:00:00Z", year, month, day);
        EXPECT_EQ(parse_rfc3339(text).has_value(), day >= 1 && day <= days) << text;
      }
    }
  }
}

TEST(ParseRfc3339, RefusesTimesThatNoClockShows) {
  EXPECT_TRUE(parse_rfc3339("2024-01-01T23:59:59Z"));
  EXPECT_FALSE(parse_rfc3339("2024-01-01T24:00:00Z"));
  EXPECT_FALSE(parse_rfc3339("2024-01-01T23:60:00Z"));
  EXPECT_FALSE(parse_rfc3339("2024-01-01T23:59:61Z"));
  EXPECT_FALSE(parse_rfc3339("2024-01-01T12:00:00+24:00"));
  EXPECT_FALSE(parse_rfc3339("2024-01-01T12:00:00+03:60"));
}

TEST(ParseRfc3339, ALeapSecondIsTheNextSecond) {
  EXPECT_EQ(parse_rfc3339("2016-12-31T23:59:60Z"), parse_rfc3339("2017-01-01T00:00:00Z"));
  EXPECT_EQ(parse_rfc3339("1990-12-31T15:59:60-08:00"), parse_rfc3339("1991-01-01T00:00:00Z"));
}

TEST(ParseRfc3339, RefusesMomentsThatCannotBeWritten) {
  EXPECT_EQ(parse_rfc3339("0000-01-01T00:00:00Z"), kFirst);
  EXPECT_EQ(parse_rfc3339("9999-12-31T23:59:59.999999Z"), kEnd - 1us);
  EXPECT_FALSE(parse_rfc3339("0000-01-01T00:00:00+00:01"));
  EXPECT_FALSE(parse_rfc3339("9999-12-31T23:59:59-00:01"));
  EXPECT_FALSE(parse_rfc3339("9999-12-31T23:59:60Z"));
}

TEST(ParseRfc3339, RefusesEveryOtherText) {
  for (const auto* text : {"",
                           "now",
                           "2024",
                           "2024-01-01",
                           "12:00:00Z",
                           "2024-01-01T12:00Z",
                           "2024-01-01T12:00:00",
                           "2024-01-01T12:00:00 Z",
                           "2024-01-01T12:00:00ZZ",
                           " 2024-01-01T12:00:00Z",
                           "2024-01-01T12:00:00Z ",
                           "24-01-01T12:00:00Z",
                           "02024-01-01T12:00:00Z",
                           "2024-1-1T12:00:00Z",
                           "2024-01-01T1:00:00Z",
                           "2024/01/01T12:00:00Z",
                           "2024-01-01_12:00:00Z",
                           "20240101T120000Z",
                           "-024-01-01T12:00:00Z",
                           "+2024-01-01T12:00:00Z",
                           "2024-01-01T12:00:00+0300",
                           "2024-01-01T12:00:00+03",
                           "2024-01-01T12:00:00+3:00",
                           "2024-01-01T12:00:00 03:00",
                           "2024-01-01T12:00:00+03:00Z",
                           "2024-01-01T-1:00:00Z",
                           "2024-01-01T12:00:00MSK",
                           "1704110400"}) {
    EXPECT_FALSE(parse_rfc3339(text)) << text;
  }
  EXPECT_FALSE(parse_rfc3339({"2024-01-01T12:00:00Z\0", 21}));
}

TEST(ParseRfc3339, RefusesEveryBeginningOfATime) {
  const std::string_view whole = "2024-01-01T12:00:00.123456+03:00";
  ASSERT_TRUE(parse_rfc3339(whole));
  for (std::size_t size = 0; size < whole.size(); ++size) EXPECT_FALSE(parse_rfc3339(whole.substr(0, size))) << size;
}

TEST(ParseDuration, ReadsAWholeNumberAndOneUnit) {
  EXPECT_EQ(parse_duration("250ms"), 250ms);
  EXPECT_EQ(parse_duration("90s"), 90s);
  EXPECT_EQ(parse_duration("10m"), 10min);
  EXPECT_EQ(parse_duration("1h"), 1h);
  EXPECT_EQ(parse_duration("7d"), 7 * 24h);
  EXPECT_EQ(parse_duration("0s"), 0ms);
  EXPECT_EQ(parse_duration("007s"), 7s);
}

TEST(ParseDuration, EndsAtAHundredYears) {
  const auto century = 100 * 366 * 24h;
  EXPECT_EQ(parse_duration("36600d"), century);
  EXPECT_FALSE(parse_duration("36601d"));
  EXPECT_EQ(parse_duration(fmt::format("{}ms", century / 1ms)), century);
  EXPECT_FALSE(parse_duration(fmt::format("{}ms", century / 1ms + 1)));
  EXPECT_FALSE(parse_duration("9223372036854775807d"));
  EXPECT_FALSE(parse_duration("9223372036854775808ms"));
  EXPECT_FALSE(parse_duration("99999999999999999999ms"));
}

TEST(ParseDuration, RefusesEveryOtherText) {
  for (const auto* text : {"", "s", "10", "-10m", "+10m", " 10m", "10 m", "10m ", "1.5h", "1h30m", "10M", "10min",
                           "1e3s", "10us", "0x10s", "ten", "10mss"}) {
    EXPECT_FALSE(parse_duration(text)) << text;
  }
  EXPECT_FALSE(parse_duration({}));
}

TEST(SystemNow, IsTheTimeOfTheSystem) {
  const auto before = std::chrono::system_clock::now();
  const Time now = system_now();
  EXPECT_GE(now, std::chrono::floor<std::chrono::microseconds>(before));
  EXPECT_LE(now, std::chrono::system_clock::now());
}

}  // namespace
}  // namespace vestnik
