#include "delivery/time_zone.hpp"

#include <gtest/gtest.h>

namespace vestnik::delivery {
namespace {

using namespace std::chrono_literals;
using std::chrono::local_days;
using std::chrono::sys_days;
using std::chrono::year;

TimeZone zone(std::string_view name) {
  return TimeZone::parse(name).value();
}

TEST(TimeZone, IsANameOrADistance) {
  for (const char* right : {"Europe/Moscow", "UTC", "Asia/Kathmandu", "+03:00", "-05:30", "+00:00", "+14:00"}) {
    EXPECT_TRUE(TimeZone::parse(right)) << right;
  }
  for (const char* wrong : {"", "Moscow", "Europe/Nowhere", "+3", "03:00", "+14:01", "+03:60", "+0300", "+-3:00",
                            "+ 3:00", "../etc/passwd", "Europe/Moscow ", "+03:0a"}) {
    EXPECT_FALSE(TimeZone::parse(wrong)) << wrong;
  }
}

TEST(TimeZone, TellsTheWallsTime) {
  const Time noon = sys_days(year(2024) / 1 / 15) + 12h;
  EXPECT_EQ(zone("Europe/Moscow").to_local(noon), local_days(year(2024) / 1 / 15) + 15h);
  EXPECT_EQ(zone("-05:30").to_local(noon), local_days(year(2024) / 1 / 15) + 6h + 30min);
  EXPECT_EQ(zone("America/New_York").to_local(noon), local_days(year(2024) / 1 / 15) + 7h);
  EXPECT_EQ(zone("Europe/Moscow").to_time(local_days(year(2024) / 1 / 15) + 15h), noon);
  EXPECT_EQ(zone("-05:30").to_time(local_days(year(2024) / 1 / 15) + 6h + 30min), noon);
}

// Berlin, 31 March 2024: at 2:00 clocks go to 3:00.
TEST(TimeZone, ASkippedMomentIsThatOfTheChange) {
  const Time change = sys_days(year(2024) / 3 / 31) + 1h;
  EXPECT_EQ(zone("Europe/Berlin").to_time(local_days(year(2024) / 3 / 31) + 2h + 30min), change);
  EXPECT_EQ(zone("Europe/Berlin").to_local(change), local_days(year(2024) / 3 / 31) + 3h);
}

// Berlin, 27 October 2024: at 3:00 clocks go back to 2:00.
TEST(TimeZone, OfTwoMomentsItIsTheEarlierOne) {
  EXPECT_EQ(zone("Europe/Berlin").to_time(local_days(year(2024) / 10 / 27) + 2h + 30min),
            sys_days(year(2024) / 10 / 27) + 30min);
}

}  // namespace
}  // namespace vestnik::delivery
