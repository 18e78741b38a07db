// The writer is as fast as the slowest core, and no slower than a subscriber that stops reading lets it be: it does not
// notice that one at all.
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "unit/live/hub_fixture.hpp"

namespace vestnik::live {
namespace {

using namespace std::chrono_literals;

constexpr int kFewBatches = 4;

// Publishes a topic message by message on a thread of its own, as the writer does.
class Writer {
 public:
  Writer(TestHub& hub, const ScriptedTopic& topic) : thread_([this, &hub, &topic] { run(hub, topic); }) {}

  // Whether all is published within `timeout`.
  bool done_within(std::chrono::milliseconds timeout) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, timeout, [this] { return done_; });
  }
  // Waits until the writer has begun with its message `n`.
  bool has_begun(std::int64_t n) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, 10s, [this, n] { return begun_ >= n; });
  }
  std::int64_t begun() const {
    const std::scoped_lock lock(mutex_);
    return begun_;
  }

 private:
  void run(TestHub& hub, const ScriptedTopic& topic) {
    for (std::int64_t n = 1; n <= topic.head_n(); ++n) {
      {
        const std::scoped_lock lock(mutex_);
        begun_ = n;
        changed_.notify_all();
      }
      hub->publish(topic.batch(n, n + 1));
    }
    const std::scoped_lock lock(mutex_);
    done_ = true;
    changed_.notify_all();
  }

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::int64_t begun_ = 0;
  bool done_ = false;
  std::jthread thread_;
};

TEST(HubPace, TheWriterWaitsForACoreThatIsBusyAndGoesOnWithIt) {
  TestHub hub(2);
  const ScriptedTopic topic("lobby", 200);
  auto busy = hub.on_core(
      0, [&] { return std::make_unique<Listener>(*hub, hub.core(0), topic, Encoding::kWebSocket, std::nullopt, 0); });
  auto idle = hub.on_core(
      1, [&] { return std::make_unique<Listener>(*hub, hub.core(1), topic, Encoding::kWebSocket, std::nullopt, 0); });
  HeldCore held(hub, 0);
  Writer writer(hub, topic);
  ASSERT_TRUE(writer.has_begun(2));  // one batch behind is no reason to wait
  EXPECT_FALSE(writer.done_within(100ms));
  EXPECT_LE(writer.begun(), kFewBatches);
  held.let_go();
  EXPECT_TRUE(writer.done_within(10s));
  hub.on_core(0, [&] {
    EXPECT_EQ(busy->next_n(), 201);
    EXPECT_EQ(busy->wrong(), 0);
    busy.reset();
  });
  hub.on_core(1, [&] {
    EXPECT_EQ(idle->next_n(), 201);
    idle.reset();
  });
}

TEST(HubPace, ACoreThatDoesNotReadTheTopicHoldsNobodyUp) {
  TestHub hub(2);
  const ScriptedTopic topic("lobby", 200);
  auto listener = hub.on_core(
      1, [&] { return std::make_unique<Listener>(*hub, hub.core(1), topic, Encoding::kWebSocket, std::nullopt, 0); });
  const HeldCore held(hub, 0);
  Writer writer(hub, topic);
  EXPECT_TRUE(writer.done_within(10s));
  hub.on_core(1, [&] {
    EXPECT_EQ(listener->next_n(), 201);
    listener.reset();
  });
}

TEST(HubPace, NoCoreIsEverMoreThanAFewBatchesBehind) {
  class Counting final : public Subscriber {
   public:
    explicit Counting(const std::atomic<int>& published) : published_(published) {}
    void on_growth() override {
      ++told;
      behind_max = std::max(behind_max, published_.load() - told);
    }
    int told = 0;
    int behind_max = 0;

   private:
    const std::atomic<int>& published_;
  };
  TestHub hub(1);
  const ScriptedTopic topic("lobby", 2'000);
  std::atomic<int> published = 0;
  Counting counting(published);
  hub.on_core(0, [&] { hub->view(hub.core(0), topic.topic(), Encoding::kWebSocket).add(counting); });
  for (std::int64_t n = 1; n <= 2'000; ++n) {
    hub->publish(topic.batch(n, n + 1));
    ++published;
  }
  hub.on_core(0, [&] {
    EXPECT_EQ(counting.told, 2'000);
    EXPECT_LE(counting.behind_max, kFewBatches);
    counting.unlink();
  });
}

TEST(HubPace, StopPacingLetsTheWriterGo) {
  TestHub hub(1);
  const ScriptedTopic topic("lobby", 200);
  auto listener = hub.on_core(
      0, [&] { return std::make_unique<Listener>(*hub, hub.core(0), topic, Encoding::kWebSocket, std::nullopt, 0); });
  HeldCore held(hub, 0);
  Writer writer(hub, topic);
  ASSERT_TRUE(writer.has_begun(2));
  EXPECT_FALSE(writer.done_within(50ms));
  hub->stop_pacing();
  EXPECT_TRUE(writer.done_within(10s));
  held.let_go();
  hub.on_core(0, [&] {
    EXPECT_EQ(listener->next_n(), 201);
    listener.reset();
  });
}

// One of many stops reading. Topic for a few segments only, so that it falls behind at once.
class SlowSubscriber : public testing::Test {
 protected:
  static constexpr std::size_t kWindow = 64 * 1024;
  static constexpr std::int64_t kMessages = 5'000;

  void SetUp() override {
    hub_.on_core(0, [this] {
      slow_ = make();
      for (int i = 0; i < 8; ++i) others_.push_back(make());
    });
    hub_->publish(topic_.batch(1, 101));
    hub_.on_core(0, [this] {
      ASSERT_EQ(slow_->next_n(), 101);
      slow_->stop_reading();
    });
    for (std::int64_t n = 101; n <= kMessages; n += 100) hub_->publish(topic_.batch(n, n + 100));
    hub_.settle();
  }

  void TearDown() override {
    hub_.on_core(0, [this] {
      slow_.reset();
      others_.clear();
    });
  }

  std::unique_ptr<Listener> make(std::optional<std::int64_t> after_n = std::nullopt, std::int64_t committed_n = 0) {
    return std::make_unique<Listener>(*hub_, hub_.core(0), topic_, Encoding::kWebSocket, after_n, committed_n);
  }

  TestHub hub_{1, {.window_bytes = kWindow}};
  const ScriptedTopic topic_{"lobby", kMessages + 100};
  std::unique_ptr<Listener> slow_;
  std::vector<std::unique_ptr<Listener>> others_;
};

TEST_F(SlowSubscriber, DoesNotKeepTheOthersFromReadingNorTheWindowFromMoving) {
  hub_.on_core(0, [this] {
    for (const auto& other : others_) {
      EXPECT_EQ(other->next_n(), kMessages + 1);
      EXPECT_EQ(other->wrong(), 0);
      EXPECT_TRUE(other->gaps().empty());
    }
    EXPECT_EQ(slow_->next_n(), 101);
    EXPECT_EQ(slow_->state(), Feed::State::kTooSlow);
  });
  EXPECT_LE(hub_->window_bytes(), kWindow * 2);  // what a large last segment may add
}

TEST_F(SlowSubscriber, MayBeToldTheGapAndGoesOnWithTheNewest) {
  hub_.on_core(0, [this] { slow_->skip(); });
  hub_->publish(topic_.batch(kMessages + 1, kMessages + 101));
  hub_.on_core(0, [this] {
    ASSERT_EQ(slow_->gaps().size(), 1u);
    EXPECT_EQ(slow_->gaps()[0].from_n, 101);
    EXPECT_EQ(slow_->gaps()[0].to_n, kMessages);
    slow_->read();
    EXPECT_EQ(slow_->next_n(), kMessages + 101);
    EXPECT_EQ(slow_->wrong(), 0);
  });
}

TEST_F(SlowSubscriber, MayBeCutAndComesBackWithItsPositionWithoutAGap) {
  hub_.on_core(0, [this] {
    const std::int64_t after_n = slow_->next_n() - 1;
    slow_ = make(after_n, kMessages);
    EXPECT_EQ(slow_->state(), Feed::State::kNeedsPage);
    slow_->read();
    EXPECT_EQ(slow_->first_n(), 101);
    EXPECT_EQ(slow_->next_n(), kMessages + 1);
    EXPECT_EQ(slow_->wrong(), 0);
    EXPECT_TRUE(slow_->gaps().empty());
  });
}

}  // namespace
}  // namespace vestnik::live
