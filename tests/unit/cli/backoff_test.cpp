#include "cli/backoff.hpp"

#include <gtest/gtest.h>

namespace vestnik::cli {
namespace {

using namespace std::chrono_literals;

TEST(Backoff, DoublesUpToItsMaximumWithJitter) {
  for (std::uint32_t seed = 1; seed < 50; ++seed) {
    Backoff backoff(100ms, 1'000ms, seed);
    for (const auto whole : {100ms, 200ms, 400ms, 800ms, 1'000ms, 1'000ms}) {
      const auto pause = backoff.next();
      EXPECT_GE(pause, whole / 2);
      EXPECT_LE(pause, whole);
    }
    for (int i = 0; i < 100; ++i) EXPECT_LE(backoff.next(), 1'000ms);
    backoff.reset();
    EXPECT_LE(backoff.next(), 100ms);
  }
}

TEST(Backoff, IsNeverShorterThanTheServerAsked) {
  Backoff backoff(100ms, 1'000ms, 1);
  const auto pause = backoff.next(2s);
  EXPECT_GE(pause, 2s);
  EXPECT_LE(pause, 2s + 100ms);
}

TEST(Backoff, ClientsDoNotComeBackTogether) {
  EXPECT_NE(Backoff(60s, 60s, 1).next(), Backoff(60s, 60s, 2).next());
}

TEST(Backoff, TakesTheBaseOfTheServer) {
  Backoff backoff(100ms, 1'000ms, 1);
  backoff.set_base(4s);
  EXPECT_GE(backoff.next(), 2s);
}

}  // namespace
}  // namespace vestnik::cli
