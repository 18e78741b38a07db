#include "base/latency.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <latch>
#include <thread>
#include <vector>

namespace vestnik {
namespace {

using namespace std::chrono_literals;
using std::chrono::nanoseconds;

constexpr std::int64_t kLargestNs = (std::int64_t{1} << 42) - 1;  // 73 minutes

// Durations of every order of magnitude, and those on both sides of the powers of two.
std::vector<std::int64_t> any_durations() {
  const auto power = rc::gen::inRange(0, 42);
  const auto around = rc::gen::mapcat(power, [](int p) {
    const auto value = std::int64_t{1} << p;
    return rc::gen::inRange<std::int64_t>(std::max<std::int64_t>(0, value - 2), std::min(value + 3, kLargestNs + 1));
  });
  const auto below =
      rc::gen::mapcat(power, [](int p) { return rc::gen::inRange<std::int64_t>(0, std::int64_t{1} << p); });
  return *rc::gen::nonEmpty(rc::gen::container<std::vector<std::int64_t>>(rc::gen::oneOf(around, below)));
}

LatencySnapshot snapshot_of(const std::vector<std::int64_t>& durations) {
  LatencyHistogram histogram;
  for (const auto ns : durations) histogram.record(nanoseconds(ns));
  return histogram.snapshot();
}

std::uint64_t count_if_at_most(const std::vector<std::int64_t>& durations, std::int64_t bound) {
  return static_cast<std::uint64_t>(std::ranges::count_if(durations, [&](auto ns) { return ns <= bound; }));
}

TEST(Latency, IsZeroWhenNothingWasMeasured) {
  const auto snapshot = LatencyHistogram().snapshot();
  EXPECT_EQ(snapshot.count(), 0u);
  EXPECT_EQ(snapshot.sum(), 0ns);
  EXPECT_EQ(snapshot.quantile(0), 0ns);
  EXPECT_EQ(snapshot.quantile(1), 0ns);
  EXPECT_EQ(snapshot.count_up_to(1h), 0u);
}

TEST(Latency, CountsAndSumsExactly) {
  LatencyHistogram histogram;
  histogram.record(3ms);
  histogram.record(5us, 10);
  histogram.record(-1s);  // a clock that was set back
  EXPECT_EQ(histogram.snapshot().count(), 12u);
  EXPECT_EQ(histogram.snapshot().sum(), 3ms + 50us);
  EXPECT_EQ(histogram.snapshot().quantile(0), 0ns);
}

TEST(Latency, QuantileIsAboveTheExactOneByAnEighthAtMost) {
  EXPECT_TRUE(rc::check("quantiles beside a sorted list", [] {
    auto durations = any_durations();
    const auto snapshot = snapshot_of(durations);
    std::ranges::sort(durations);
    for (const double share : {0.0, 0.01, 0.25, 0.5, 0.75, 0.9, 0.99, 0.999, 1.0}) {
      const auto rank = std::max(1.0, std::ceil(share * static_cast<double>(durations.size())));
      const auto exact = durations[static_cast<std::size_t>(rank) - 1];
      const auto told = snapshot.quantile(share).count();
      RC_ASSERT(told >= exact);
      RC_ASSERT(told <= exact + exact / 8);
    }
  }));
}

TEST(Latency, ARareSlowOneIsSeenInTheQuantileThatItBelongsTo) {
  const auto snapshot = snapshot_of({1'000, 1'000'000'000});
  EXPECT_LT(snapshot.quantile(0.5), 2us);
  EXPECT_GE(snapshot.quantile(0.51), 1s);
  EXPECT_GE(snapshot.quantile(0.99), 1s);
}

TEST(Latency, CountUpToMissesOnlyThoseOfTheLastEighth) {
  EXPECT_TRUE(rc::check("counts beside a list", [] {
    const auto durations = any_durations();
    const auto snapshot = snapshot_of(durations);
    const auto bound = *rc::gen::oneOf(rc::gen::elementOf(durations), rc::gen::inRange<std::int64_t>(0, kLargestNs));
    const auto told = snapshot.count_up_to(nanoseconds(bound));
    RC_ASSERT(told <= count_if_at_most(durations, bound));
    RC_ASSERT(told >= count_if_at_most(durations, bound - bound / 8 - 1));
  }));
}

TEST(Latency, WhatIsTooLongForTheScaleCountsAsItsLongest) {
  const auto snapshot = snapshot_of({kLargestNs, kLargestNs + 1, nanoseconds(nanoseconds::max()).count() / 4});
  EXPECT_EQ(snapshot.quantile(0.1).count(), kLargestNs);
  EXPECT_EQ(snapshot.quantile(1).count(), kLargestNs);
  EXPECT_EQ(snapshot.count_up_to(nanoseconds::max()), 3u);
}

TEST(Latency, TheDifferenceOfTwoSnapshotsIsTheTimeBetweenThem) {
  EXPECT_TRUE(rc::check("later minus earlier", [] {
    const auto first = any_durations();
    const auto second = any_durations();
    LatencyHistogram histogram;
    for (const auto ns : first) histogram.record(nanoseconds(ns));
    const auto earlier = histogram.snapshot();
    for (const auto ns : second) histogram.record(nanoseconds(ns));
    const auto difference = histogram.snapshot() - earlier;
    const auto expected = snapshot_of(second);
    RC_ASSERT(difference.count() == expected.count());
    RC_ASSERT(difference.sum() == expected.sum());
    for (const double share : {0.0, 0.5, 0.9, 1.0}) RC_ASSERT(difference.quantile(share) == expected.quantile(share));
  }));
}

TEST(Latency, LosesNothingThatManyThreadsRecordAtOnce) {
  constexpr std::int64_t kThreads = 4;
  constexpr std::int64_t kEach = 50'000;
  LatencyHistogram histogram;
  std::latch all_there(kThreads);
  std::atomic<std::int64_t> recording = kThreads;
  {
    std::vector<std::jthread> threads;
    for (std::int64_t t = 0; t < kThreads; ++t) {
      threads.emplace_back([&] {
        all_there.arrive_and_wait();
        for (std::int64_t i = 0; i < kEach; ++i) histogram.record(1ms);
        --recording;
      });
    }
    std::uint64_t seen = 0;
    while (recording > 0) {
      const auto now = histogram.snapshot().count();
      EXPECT_GE(now, seen);
      seen = now;
    }
  }
  EXPECT_EQ(histogram.snapshot().count(), static_cast<std::uint64_t>(kThreads * kEach));
  EXPECT_EQ(histogram.snapshot().sum(), kThreads * kEach * 1ms);
}

}  // namespace
}  // namespace vestnik
