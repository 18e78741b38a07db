#include "runtime/gate.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <latch>
#include <optional>
#include <thread>
#include <vector>

namespace vestnik::runtime {
namespace {

TEST(Gate, LetsInAsManyAsItHasPlaces) {
  Gate gate(2);
  auto first = gate.enter();
  const auto second = gate.enter();
  ASSERT_TRUE(first.has_value() && second.has_value());
  EXPECT_EQ(gate.inside(), 2u);
  EXPECT_EQ(gate.enter().error(), Gate::Refusal::kFull);
  {
    const Gate::Pass leaving = std::move(*first);
    EXPECT_EQ(gate.inside(), 2u) << "a pass that is moved is still one place";
  }
  EXPECT_EQ(gate.inside(), 1u);
  EXPECT_TRUE(gate.enter().has_value());
}

TEST(Gate, LetsNobodyInOnceClosed) {
  Gate gate(1);
  gate.close_and_wait();
  EXPECT_EQ(gate.enter().error(), Gate::Refusal::kClosed);
}

TEST(Gate, WaitsForThoseInside) {
  constexpr int kTasks = 8;
  Gate gate(kTasks);
  std::latch all_inside(kTasks + 1);
  std::latch closing(1);
  std::atomic<int> done = 0;
  std::vector<std::jthread> tasks;
  for (int i = 0; i < kTasks; ++i) {
    tasks.emplace_back([&] {
      const auto pass = gate.enter();
      all_inside.arrive_and_wait();
      closing.wait();
      done += pass.has_value() ? 1 : 0;
    });
  }
  all_inside.arrive_and_wait();
  std::jthread closer([&] { closing.count_down(); });
  gate.close_and_wait();
  EXPECT_EQ(done, kTasks);
  EXPECT_EQ(gate.inside(), 0u);
}

}  // namespace
}  // namespace vestnik::runtime
