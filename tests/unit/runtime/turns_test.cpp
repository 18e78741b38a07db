#include "runtime/turns.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <future>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "runtime/cores.hpp"

namespace vestnik::runtime {
namespace {

using namespace std::chrono_literals;

constexpr auto kPatience = 10s;  // only for what never happens

// Coroutines that take a turn and hold it until they are told to give it back, and who has one.
class TurnsTest : public testing::Test {
 protected:
  TurnsTest() { cores_.start(); }
  ~TurnsTest() override {
    {
      const std::scoped_lock lock(mutex_);
      is_over_ = true;
    }
    cores_.stop();
  }

  void take(std::optional<Turns::Key> key, const std::string& name) {
    asio::co_spawn(
        cores_[0].context(),
        [this, key, name]() -> Task<void> {
          auto turn = co_await turns_.take(key);
          const std::scoped_lock lock(mutex_);
          if (is_over_) co_return;
          if (turn) held_.emplace_back(name, std::make_shared<Turns::Turn>(std::move(*turn)));
          told_.push_back(turn ? name : name + " refused");
          changed_.notify_all();
        },
        asio::detached);
    // It has its turn or waits for it once the core comes to this.
    std::promise<void> asked;
    cores_[0].post([&asked] { asked.set_value(); });
    asked.get_future().wait();
  }
  // The names of those who had a turn or were refused, in order, once there are `count`.
  std::vector<std::string> told(std::size_t count) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, kPatience, [&] { return told_.size() >= count; });
    return told_;
  }
  void give_back(const std::string& name) {
    std::shared_ptr<Turns::Turn> turn;  // ends behind the lock
    const std::scoped_lock lock(mutex_);
    const auto held = std::ranges::find(held_, name, [](const auto& each) { return each.first; });
    ASSERT_NE(held, held_.end()) << name;
    turn = std::move(held->second);
    held_.erase(held);
  }

  Cores cores_{1};
  Turns turns_{{.at_once = 2, .at_once_each = 1, .waiting_each = 3}};
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::string> told_;
  std::vector<std::pair<std::string, std::shared_ptr<Turns::Turn>>> held_;
  bool is_over_ = false;
};

using Names = std::vector<std::string>;

TEST_F(TurnsTest, WhoAsksMuchLeavesAPlaceToOthers) {
  for (const auto* name : {"m1", "m2", "m3"}) take(1, name);
  EXPECT_EQ(told(1), Names({"m1"}));
  take(2, "v1");
  EXPECT_EQ(told(2), Names({"m1", "v1"}));
}

TEST_F(TurnsTest, AreTakenInTurnsOfTheKeys) {
  take(1, "m1");
  take(2, "v1");
  EXPECT_EQ(told(2), Names({"m1", "v1"}));
  for (const auto* name : {"m2", "m3"}) take(1, name);
  take(3, "w1");
  give_back("v1");
  EXPECT_EQ(told(3).back(), "w1") << "1 has one already";
  give_back("m1");
  EXPECT_EQ(told(4).back(), "m2");
  take(2, "v2");
  give_back("m2");
  EXPECT_EQ(told(5).size(), 5U);
  give_back("w1");
  EXPECT_EQ(told(6).size(), 6U);
}

TEST_F(TurnsTest, TooManyOfOneAreRefused) {
  take(1, "m1");
  EXPECT_EQ(told(1), Names({"m1"}));
  for (const auto* name : {"m2", "m3", "m4", "m5"}) take(1, name);
  EXPECT_EQ(told(2), Names({"m1", "m5 refused"}));
  give_back("m1");
  EXPECT_EQ(told(3).back(), "m2");
}

TEST_F(TurnsTest, StrangersShareAll) {
  for (int i = 0; i < 20; ++i) take({}, "s" + std::to_string(i));
  EXPECT_EQ(told(2), Names({"s0", "s1"}));
  give_back("s0");
  take(1, "m1");
  EXPECT_EQ(told(3).back(), "s2");
  give_back("s1");
  EXPECT_EQ(told(4).back(), "m1") << "before the other strangers";
}

}  // namespace
}  // namespace vestnik::runtime
