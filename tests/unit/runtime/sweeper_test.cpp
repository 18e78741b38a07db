#include "runtime/sweeper.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace vestnik::runtime {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

// Calls a function at each look.
class Watched final : public Swept {
 public:
  explicit Watched(std::function<void(SteadyTime)> look) : look_(std::move(look)) {}
  void sweep(SteadyTime now) override { look_(now); }

 private:
  std::function<void(SteadyTime)> look_;
};

class SweeperTest : public testing::Test {
 protected:
  // One that writes its name down at each look.
  std::unique_ptr<Watched> named(std::string name) {
    auto watched = std::make_unique<Watched>([this, name](SteadyTime) { seen_.push_back(name); });
    sweeper_.add(*watched);
    return watched;
  }

  // Until the next look is over.
  void next_look() { ASSERT_EQ(context_.run_one(), 1u); }

  asio::io_context context_{1};
  Sweeper sweeper_{context_};
  std::vector<std::string> seen_;
};

TEST_F(SweeperTest, LooksAtAllInEveryInterval) {
  const auto a = named("a");
  const auto b = named("b");
  sweeper_.start();
  next_look();
  EXPECT_THAT(seen_, ElementsAre("a", "b"));
  next_look();
  EXPECT_THAT(seen_, ElementsAre("a", "b", "a", "b"));
}

TEST_F(SweeperTest, DoesNotLookBeforeAnIntervalIsOver) {
  const auto a = named("a");
  const auto begun = std::chrono::steady_clock::now();
  sweeper_.start();
  EXPECT_EQ(context_.poll(), 0u);
  EXPECT_THAT(seen_, IsEmpty());
  next_look();
  EXPECT_GE(std::chrono::steady_clock::now() - begun, Sweeper::kInterval);
}

TEST_F(SweeperTest, NowIsTheTimeOfTheLastLook) {
  SteadyTime told;
  Watched watched([&](SteadyTime now) { told = now; });
  sweeper_.add(watched);
  const auto at_first = sweeper_.now();
  EXPECT_LE(at_first, std::chrono::steady_clock::now());
  sweeper_.start();
  next_look();
  EXPECT_EQ(sweeper_.now(), told);
  EXPECT_GE(told - at_first, Sweeper::kInterval);
  EXPECT_LE(told, std::chrono::steady_clock::now());
}

TEST_F(SweeperTest, ADeadlineFiresAtTheFirstLookAfterIt) {
  const auto deadline = std::chrono::steady_clock::now() + Sweeper::kInterval * 3 / 2;
  std::vector<bool> over;
  Watched watched([&](SteadyTime now) { over.push_back(now >= deadline); });
  sweeper_.add(watched);
  sweeper_.start();
  while (over.empty() || !over.back()) next_look();
  EXPECT_GE(std::chrono::steady_clock::now(), deadline);
}

TEST_F(SweeperTest, ForgetsWhatIsDestroyed) {
  const auto a = named("a");
  auto b = named("b");
  const auto c = named("c");
  b.reset();
  sweeper_.start();
  next_look();
  EXPECT_THAT(seen_, ElementsAre("a", "c"));
}

TEST_F(SweeperTest, WhatItLooksAtMayDestroyItself) {
  const auto a = named("a");
  std::unique_ptr<Watched> brief = std::make_unique<Watched>([&](SteadyTime) {
    seen_.emplace_back("brief");
    brief.reset();
  });
  sweeper_.add(*brief);
  const auto c = named("c");
  sweeper_.start();
  next_look();
  next_look();
  EXPECT_THAT(seen_, ElementsAre("a", "brief", "c", "a", "c"));
}

TEST_F(SweeperTest, GoesOnAfterAnExceptionOfOneLook) {
  bool thrown = false;
  Watched buggy([&](SteadyTime) {
    if (!std::exchange(thrown, true)) throw std::runtime_error("a bug");
  });
  sweeper_.add(buggy);
  const auto a = named("a");
  sweeper_.start();
  EXPECT_THROW(context_.run_one(), std::runtime_error);
  EXPECT_EQ(context_.run_one_for(10s), 1u);
  EXPECT_THAT(seen_, ElementsAre("a"));
}

TEST_F(SweeperTest, MayGoBeforeWhatItLooksAt) {
  std::unique_ptr<Watched> watched;
  {
    asio::io_context context(1);
    Sweeper sweeper(context);
    watched = std::make_unique<Watched>([](SteadyTime) {});
    sweeper.add(*watched);
    sweeper.start();
  }
  watched.reset();
}

}  // namespace
}  // namespace vestnik::runtime
