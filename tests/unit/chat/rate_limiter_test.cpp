#include "chat/rate_limiter.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

namespace vestnik::chat {
namespace {

using namespace std::chrono_literals;

using Limiter = RateLimiter<int>;

constexpr Limiter::SteadyTime kStart{1'000h};

int taken(Limiter& rate, int user, Limiter::SteadyTime now, int tries) {
  int count = 0;
  for (int i = 0; i < tries; ++i) count += rate.take(user, now) ? 0 : 1;
  return count;
}

TEST(RateLimiter, AllowsABurstAndThenSoManyASecond) {
  Limiter rate(2, 5);
  EXPECT_EQ(taken(rate, 1, kStart, 10), 5);
  EXPECT_EQ(taken(rate, 1, kStart + 499ms, 10), 0);
  EXPECT_EQ(taken(rate, 1, kStart + 500ms, 10), 1);
  EXPECT_EQ(taken(rate, 1, kStart + 2s, 10), 3);
  EXPECT_EQ(taken(rate, 1, kStart + 1h, 10), 5);  // no more than the burst
}

TEST(RateLimiter, IsOfEachUser) {
  Limiter rate(1, 2);
  EXPECT_EQ(taken(rate, 1, kStart, 5), 2);
  EXPECT_EQ(taken(rate, 2, kStart, 5), 2);
}

TEST(RateLimiter, SaysWhenThereIsRoomAgain) {
  Limiter rate(0.1, 1);
  EXPECT_EQ(rate.take(1, kStart), std::nullopt);
  EXPECT_EQ(rate.take(1, kStart), 10s);
  EXPECT_EQ(rate.take(1, kStart + 9s), 1s);
  EXPECT_EQ(rate.take(1, kStart + 10s + 1ms), std::nullopt);
}

TEST(RateLimiter, LimitsNothingWithoutARate) {
  Limiter rate(0, 0);
  EXPECT_EQ(taken(rate, 1, kStart, 10'000), 10'000);
}

TEST(RateLimiter, GivesNothingForTimeThatGoesBack) {
  Limiter rate(1, 2);
  EXPECT_EQ(taken(rate, 1, kStart + 10s, 5), 2);
  EXPECT_EQ(taken(rate, 1, kStart, 5), 0);
  EXPECT_EQ(taken(rate, 1, kStart + 11s, 5), 1);
}

TEST(RateLimiter, RemembersThoseWhoAreNotAtTheirBurstHoweverMany) {
  Limiter rate(1, 2);
  for (int user = 1; user <= 5'000; ++user) EXPECT_EQ(taken(rate, user, kStart, 3), 2);
  for (int user = 1; user <= 5'000; ++user) EXPECT_EQ(taken(rate, user, kStart, 1), 0);
  for (int user = 5'001; user <= 10'000; ++user) taken(rate, user, kStart + 1h, 1);
  EXPECT_EQ(taken(rate, 1, kStart + 1h, 3), 2);
}

TEST(RateLimiter, NeverAllowsMoreThanItsRate) {
  EXPECT_TRUE(rc::check("at most the burst and the rate's share of the time", [] {
    const auto per_second = *rc::gen::inRange(1, 50);
    const auto burst = *rc::gen::inRange(1, 20);
    Limiter rate(per_second, burst);
    auto now = kStart;
    int count = 0;
    for (const int step : *rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 500))) {
      now += std::chrono::milliseconds(step);
      count += taken(rate, 1, now, 3);
      const double passed = std::chrono::duration<double>(now - kStart).count();
      RC_ASSERT(count <= burst + per_second * passed + 1e-6);
    }
  }));
}

}  // namespace
}  // namespace vestnik::chat
