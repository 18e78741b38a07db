#include "chat/hour_counter.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <thread>
#include <utility>
#include <vector>

namespace vestnik::chat {
namespace {

using namespace std::chrono_literals;

constexpr Time kNow = std::chrono::sys_days(std::chrono::year(2024) / 1 / 1) + 12h;

TEST(HourCounter, IsEmptyAtFirst) {
  HourCounter counter;
  EXPECT_EQ(counter.total(kNow), 0);
}

TEST(HourCounter, LosesWhatIsAnHourOldToTheSecond) {
  HourCounter counter;
  counter.add(kNow, 3);
  counter.add(kNow + 1s, 4);
  EXPECT_EQ(counter.total(kNow + 1s), 7);
  EXPECT_EQ(counter.total(kNow + 1h - 1us), 7);
  EXPECT_EQ(counter.total(kNow + 1h), 4);
  EXPECT_EQ(counter.total(kNow + 1h + 1s), 0);
}

TEST(HourCounter, TakesWhatComesLateButIsInTheHour) {
  HourCounter counter;
  counter.add(kNow, 1);
  counter.add(kNow - 59min, 2);
  EXPECT_EQ(counter.total(kNow), 3);
  counter.add(kNow - 1h, 5);  // has left it
  EXPECT_EQ(counter.total(kNow), 3);
  EXPECT_EQ(counter.total(kNow + 1min), 1);
}

TEST(HourCounter, ForgetsAllAfterALongSilence) {
  HourCounter counter;
  for (auto second = 0s; second < 1h; second += 1s) counter.add(kNow + second, 1);
  EXPECT_EQ(counter.total(kNow + 1h - 1s), 3'600);
  EXPECT_EQ(counter.total(kNow + 1000h), 0);
  counter.add(kNow + 1000h, 1);
  EXPECT_EQ(counter.total(kNow + 1000h), 1);
}

TEST(HourCounter, IsWhatAListOfAllWouldSay) {
  EXPECT_TRUE(rc::check("the sum over the list", [] {
    HourCounter counter;
    std::vector<std::pair<std::int64_t, std::int64_t>> all;  // second, count
    Time newest;
    Time now = kNow;
    const auto second_of = [](Time time) {
      return std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
    };
    const auto steps = *rc::gen::inRange(0, 60);
    for (int i = 0; i < steps; ++i) {
      // Mostly forward by a little, now and then by hours, and back as a clock may be set.
      now += std::chrono::milliseconds(
          *rc::gen::weightedOneOf<std::int64_t>({{6, rc::gen::inRange<std::int64_t>(0, 90'000)},
                                                 {2, rc::gen::inRange<std::int64_t>(0, 3 * 3'600'000)},
                                                 {1, rc::gen::inRange<std::int64_t>(-4'000'000, 0)}}));
      newest = std::max(newest, now);
      if (*rc::gen::inRange(0, 3) > 0) {
        const auto count = *rc::gen::inRange<std::int64_t>(0, 1'000);
        counter.add(now, count);
        all.emplace_back(second_of(now), count);
      } else {
        std::int64_t expected = 0;
        for (const auto& [second, count] : all) {
          if (second > second_of(newest) - 3'600) expected += count;
        }
        RC_ASSERT(counter.total(now) == expected);
      }
    }
  }));
}

TEST(HourCounter, CountsForManyAtOnce) {
  HourCounter counter;
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < 3; ++t) {
      threads.emplace_back([&counter] {
        for (int i = 0; i < 1'000; ++i) {
          counter.add(kNow + std::chrono::seconds(i % 100), 1);
          counter.total(kNow + std::chrono::seconds(i % 100));
        }
      });
    }
  }
  EXPECT_EQ(counter.total(kNow + 100s), 3'000);
}

}  // namespace
}  // namespace vestnik::chat
