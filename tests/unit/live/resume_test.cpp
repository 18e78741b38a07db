#include "live/resume.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <optional>
#include <string>

namespace vestnik::live {
namespace {

constexpr const char* kEpoch = "k3";

ResumePlan plan_after(std::int64_t n, std::int64_t floor_n, std::int64_t head_n) {
  return plan_resume(Position{kEpoch, n}, kEpoch, floor_n, head_n);
}

void expect_recovered(const ResumePlan& plan, std::int64_t next_n) {
  EXPECT_TRUE(plan.recovered);
  EXPECT_EQ(plan.next_n, next_n);
  EXPECT_FALSE(plan.gap);
}

void expect_gap(const ResumePlan& plan, std::optional<std::int64_t> from_n, std::int64_t to_n) {
  EXPECT_FALSE(plan.recovered);
  EXPECT_EQ(plan.next_n, to_n + 1);
  ASSERT_TRUE(plan.gap);
  EXPECT_EQ(plan.gap->from_n, from_n);
  EXPECT_EQ(plan.gap->to_n, to_n);
}

TEST(PlanResume, WithoutAPositionItBeginsWithTheNextMessage) {
  expect_recovered(plan_resume(std::nullopt, kEpoch, 0, 0), 1);
  expect_recovered(plan_resume(std::nullopt, kEpoch, 30, 90), 91);
}

TEST(PlanResume, InsideTheHistoryItGoesOnBehindThePosition) {
  expect_recovered(plan_after(57, 30, 90), 58);
}

TEST(PlanResume, AtTheFloorNothingIsMissing) {
  expect_recovered(plan_after(30, 30, 90), 31);
  expect_recovered(plan_after(0, 0, 90), 1);
}

TEST(PlanResume, AtTheHeadItWaitsForTheNextMessage) {
  expect_recovered(plan_after(90, 30, 90), 91);
  expect_recovered(plan_after(0, 0, 0), 1);
}

TEST(PlanResume, BelowTheFloorItNamesTheGapUpToTheFloor) {
  expect_gap(plan_after(29, 80, 90), 30, 80);
  expect_gap(plan_after(79, 80, 90), 80, 80);
  expect_gap(plan_after(0, 80, 90), 1, 80);
}

TEST(PlanResume, BelowTheFloorOfALongHistoryItGivesTheNewestOnly) {
  expect_gap(plan_after(29, 100, 1'000), 30, 1'000 - kNewestAfterGap);
}

TEST(PlanResume, ARoomThatWasTrimmedToNothingHasAGapUpToItsHead) {
  expect_gap(plan_after(29, 90, 90), 30, 90);
}

TEST(PlanResume, AheadOfTheHeadThePositionMeansNothing) {
  expect_gap(plan_after(91, 0, 90), std::nullopt, 90 - kNewestAfterGap);
  expect_gap(plan_after(5, 0, 4), std::nullopt, 0);
  expect_gap(plan_after(1, 0, 0), std::nullopt, 0);
}

TEST(PlanResume, APositionOfAnotherHistoryGivesTheNewest) {
  const auto of_another = [](std::int64_t n, std::int64_t floor_n, std::int64_t head_n) {
    return plan_resume(Position{"old", n}, kEpoch, floor_n, head_n);
  };
  expect_gap(of_another(57, 30, 90), std::nullopt, 40);
  expect_gap(of_another(57, 60, 90), std::nullopt, 60);
  expect_gap(of_another(0, 0, 0), std::nullopt, 0);
  expect_gap(plan_resume(Position{"", 57}, kEpoch, 0, 10), std::nullopt, 0);
}

TEST(PlanResume, NeverLeavesAnythingOutSilently) {
  EXPECT_TRUE(rc::check("the gap and what is sent make up everything since the position", [] {
    const auto head_n = *rc::gen::inRange<std::int64_t>(0, 300);
    const auto floor_n = *rc::gen::inRange<std::int64_t>(0, head_n + 1);
    const bool same_history = *rc::gen::arbitrary<bool>();
    const Position after{same_history ? kEpoch : "old", *rc::gen::inRange<std::int64_t>(0, 320)};
    const ResumePlan plan = plan_resume(after, kEpoch, floor_n, head_n);

    // Only what the history still has can be sent.
    RC_ASSERT(plan.next_n > floor_n && plan.next_n <= head_n + 1);
    RC_ASSERT(plan.recovered == !plan.gap);
    RC_ASSERT(plan.recovered == (same_history && after.n >= floor_n && after.n <= head_n));
    if (plan.recovered) {
      RC_ASSERT(plan.next_n == after.n + 1);
      return;
    }
    RC_ASSERT(plan.gap->to_n == plan.next_n - 1);
    const bool below = same_history && after.n < floor_n;
    RC_ASSERT(plan.gap->from_n == (below ? std::optional(after.n + 1) : std::nullopt));
    const std::int64_t sent = head_n + 1 - plan.next_n;
    RC_ASSERT(sent == std::min(kNewestAfterGap, head_n - floor_n));
  }));
}

}  // namespace
}  // namespace vestnik::live
