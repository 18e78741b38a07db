// Jumps of the system's clock, in virtual time.
#include "base/server_clock.hpp"

#include <gtest/gtest.h>

#include "base/log.hpp"

namespace vestnik {
namespace {

using namespace std::chrono_literals;

constexpr Time kNow = std::chrono::sys_days(std::chrono::year(2024) / 1 / 1) + 12h;

class ServerClockTest : public testing::Test {
 protected:
  ServerClockTest() { log::start(log::Level::kOff, log::Format::kText); }
  ~ServerClockTest() override { log::start(log::Level::kInfo, log::Format::kText); }

  void pass(std::chrono::microseconds time) { passed_ += time; }
  void set_clock(std::chrono::microseconds by) { set_by_ += by; }
  // What the server's clock is ahead of one that was never set.
  std::chrono::microseconds ahead() { return clock_.now() - (kNow + passed_); }

  std::chrono::microseconds passed_{};
  std::chrono::microseconds set_by_{};
  ServerClock clock_{5min, [this] { return kNow + passed_ + set_by_; }, [this] { return Time(passed_ + 7h); }};
};

TEST_F(ServerClockTest, IsTheSystemsClock) {
  EXPECT_EQ(clock_.now(), kNow);
  pass(1h);
  EXPECT_EQ(clock_.now(), kNow + 1h);
  EXPECT_EQ(clock_.jump(), std::nullopt);
}

TEST_F(ServerClockTest, FollowsSmallCorrectionsAtOnce) {
  for (int i = 1; i <= 100; ++i) {
    set_clock(4s);
    EXPECT_EQ(ahead(), i * 4s);
  }
  EXPECT_EQ(clock_.jump(), std::nullopt);
}

TEST_F(ServerClockTest, AJumpForthAndBackChangesNothing) {
  for (const auto jump :
       {std::chrono::microseconds(2h), std::chrono::microseconds(-2h), std::chrono::microseconds(24h * 3'650)}) {
    set_clock(jump);
    EXPECT_EQ(ahead(), 0s);
    EXPECT_EQ(clock_.jump(), jump);
    pass(4min);
    EXPECT_EQ(ahead(), 0s) << "but time passes";
    set_clock(-jump);
    EXPECT_EQ(ahead(), 0s);
    EXPECT_EQ(clock_.jump(), std::nullopt);
    pass(10min);
    EXPECT_EQ(ahead(), 0s);
  }
}

TEST_F(ServerClockTest, FollowsAClockThatKeepsItsNewTime) {
  set_clock(2h);
  EXPECT_EQ(ahead(), 0s);
  pass(5min - 1us);
  EXPECT_EQ(ahead(), 0s);
  pass(1us);
  EXPECT_EQ(ahead(), 2h);
  EXPECT_EQ(clock_.jump(), std::nullopt);
  set_clock(-2h);
  EXPECT_EQ(ahead(), 2h) << "the same is true of the way back";
  pass(5min);
  EXPECT_EQ(ahead(), 0s);
}

TEST_F(ServerClockTest, WaitsForAClockThatGoesOnJumping) {
  for (int i = 0; i < 10; ++i) {
    set_clock(1h);
    EXPECT_EQ(ahead(), 0s);
    pass(4min);
    EXPECT_EQ(ahead(), 0s);
  }
  pass(1min);
  EXPECT_EQ(ahead(), 10h);
}

TEST_F(ServerClockTest, TheSteadyClockIsMovedByNothing) {
  set_clock(10h);
  pass(1h);
  clock_.now();
  EXPECT_EQ(clock_.steady_now(), kNow + 1h);
  pass(1h);
  clock_.now();
  EXPECT_EQ(clock_.steady_now(), kNow + 2h);
}

TEST(BootNow, Passes) {
  const Time before = boot_now();
  EXPECT_GT(before.time_since_epoch(), 0s);
  EXPECT_GE(boot_now(), before);
}

}  // namespace
}  // namespace vestnik
