// Cores, a writer and subscribers that come and go, all at once. The thread sanitizer runs these too.
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <random>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "unit/live/hub_fixture.hpp"

namespace vestnik::live {
namespace {

constexpr std::size_t kCores = 4;

// Publishes everything of some topics in batches of changing sizes, topics mixed.
class Writer {
 public:
  Writer(TestHub& hub, const std::vector<std::unique_ptr<ScriptedTopic>>& topics)
      : committed_(topics.size()), thread_([this, &hub, &topics] { run(hub, topics); }) {}

  // What the storage would say of the topic now.
  std::int64_t committed_n(std::size_t topic) const { return committed_[topic].load(std::memory_order_acquire); }
  bool done() const { return done_.load(); }
  void stop() { stopping_ = true; }
  void join() { thread_.join(); }

 private:
  void run(TestHub& hub, const std::vector<std::unique_ptr<ScriptedTopic>>& topics) {
    std::minstd_rand random(17);
    for (bool more = true; more && !stopping_;) {
      more = false;
      std::vector<ScriptedEvent> batch;
      for (std::size_t i = 0; i < topics.size(); ++i) {
        const std::int64_t first_n = committed_n(i) + 1;
        const auto size = std::uniform_int_distribution<std::int64_t>(0, 20)(random);
        const std::int64_t end_n = std::min(first_n + size, topics[i]->head_n() + 1);
        const auto part = topics[i]->batch(first_n, end_n);
        batch.insert(batch.end(), part.begin(), part.end());
        committed_[i].store(end_n - 1, std::memory_order_release);
        more = more || end_n <= topics[i]->head_n();
      }
      hub->publish(batch);
    }
    done_ = true;
  }

  std::vector<std::atomic<std::int64_t>> committed_;
  std::atomic<bool> stopping_ = false;
  std::atomic<bool> done_ = false;
  std::jthread thread_;
};

std::vector<std::unique_ptr<ScriptedTopic>> make_rooms(std::size_t count, std::int64_t messages) {
  std::vector<std::unique_ptr<ScriptedTopic>> topics;
  for (std::size_t i = 0; i < count; ++i) {
    topics.push_back(std::make_unique<ScriptedTopic>("topic" + std::to_string(i), messages));
  }
  return topics;
}

// Leaves after having been told a few times, out of its own on_growth().
class ShortVisit final : public Listener {
 public:
  using Listener::Listener;
  void on_growth() override {
    Listener::on_growth();
    if (told() == 3) unlink();
  }
};

// The subscribers of one core. Lives on that core.
class Audience {
 public:
  Audience(TestHub& hub, std::size_t core, const std::vector<std::unique_ptr<ScriptedTopic>>& topics,
           const Writer& writer)
      : hub_(hub), core_(core), topics_(topics), writer_(writer), random_(static_cast<unsigned>(core) + 1) {}

  void arrive() {
    const std::size_t topic = pick(topics_.size());
    const Encoding encoding = kAllEncodings.at(pick(kEncodings));
    const std::int64_t committed_n = committed_behind_view(topic, encoding);
    std::optional<std::int64_t> after_n;
    if (pick(2) == 0) after_n = static_cast<std::int64_t>(pick(static_cast<std::size_t>(committed_n) + 1));
    auto listener =
        pick(4) == 0
            ? std::make_unique<ShortVisit>(*hub_, hub_.core(core_), *topics_[topic], encoding, after_n, committed_n)
            : std::make_unique<Listener>(*hub_, hub_.core(core_), *topics_[topic], encoding, after_n, committed_n);
    listener->read();
    if (pick(8) == 0) listener->stop_reading();
    listeners_.push_back(std::move(listener));
    ++arrived_;
  }

  void leave() {
    if (listeners_.empty()) return;
    const auto one = listeners_.begin() + static_cast<std::ptrdiff_t>(pick(listeners_.size()));
    EXPECT_EQ((*one)->wrong(), 0);
    listeners_.erase(one);
  }

  void come_and_go() {
    if (listeners_.size() < 10 || pick(2) == 0) {
      arrive();
    } else {
      leave();
    }
  }

  // Whoever is still there gets what is missing, from the window or from the storage, and has then seen all of the
  // topic.
  void finish() {
    for (const auto& listener : listeners_) {
      if (!listener->is_linked()) continue;  // it has left, and its view may have gone since
      listener->read();
      EXPECT_EQ(listener->next_n(), topics_[0]->head_n() + 1);
      EXPECT_EQ(listener->wrong(), 0);
      std::int64_t end_n = listener->first_n();
      for (const Gap& gap : listener->gaps()) {
        EXPECT_GE(gap.from_n, end_n);
        EXPECT_GE(gap.to_n, *gap.from_n);
        end_n = gap.to_n + 1;
      }
    }
    EXPECT_GT(arrived_, 0);
    listeners_.clear();
  }

 private:
  // As the transports do: the storage is asked when the view is there, so nothing is published in between unseen.
  std::int64_t committed_behind_view(std::size_t topic, Encoding encoding) {
    hub_->view(hub_.core(core_), topics_[topic]->topic(), encoding);
    return writer_.committed_n(topic);
  }

  std::size_t pick(std::size_t count) { return std::uniform_int_distribution<std::size_t>(0, count - 1)(random_); }

  TestHub& hub_;
  std::size_t core_;
  const std::vector<std::unique_ptr<ScriptedTopic>>& topics_;
  const Writer& writer_;
  std::minstd_rand random_;
  std::vector<std::unique_ptr<Listener>> listeners_;
  int arrived_ = 0;
};

TEST(HubThreads, ManySubscribersOnManyCoresSeeEveryMessageOfEveryTopic) {
  TestHub hub(kCores);
  const auto topics = make_rooms(3, 1'500);
  struct Seat {
    std::size_t core;
    std::unique_ptr<Listener> listener;
  };
  std::vector<Seat> seats;
  for (std::size_t core = 0; core < kCores; ++core) {
    hub.on_core(core, [&] {
      for (const auto& topic : topics) {
        for (const Encoding encoding : kAllEncodings) {
          for (int i = 0; i < 4; ++i) {
            seats.push_back(
                {core, std::make_unique<Listener>(*hub, hub.core(core), *topic, encoding, std::nullopt, 0)});
          }
        }
      }
    });
  }
  Writer(hub, topics).join();
  for (Seat& seat : seats) {
    hub.on_core(seat.core, [&] {
      EXPECT_EQ(seat.listener->next_n(), 1'501);
      EXPECT_EQ(seat.listener->wrong(), 0);
      EXPECT_TRUE(seat.listener->gaps().empty());
      seat.listener.reset();
    });
  }
}

TEST(HubThreads, SubscribersComeAndGoOnEveryCoreWhileTheWriterPublishes) {
  TestHub hub(kCores, {.window_bytes = 32 * 1024, .view_kept_for = std::chrono::milliseconds(0)});
  const auto topics = make_rooms(3, 6'000);
  Writer writer(hub, topics);
  std::vector<std::unique_ptr<Audience>> audiences;
  for (std::size_t core = 0; core < kCores; ++core) {
    audiences.push_back(std::make_unique<Audience>(hub, core, topics, writer));
  }
  do {  // at least once: on a busy machine the writer may be done before this thread has its turn
    for (std::size_t core = 0; core < kCores; ++core) {
      hub.core(core).post([&audience = *audiences[core]] { audience.come_and_go(); });
    }
    hub.settle();
  } while (!writer.done());
  writer.join();
  for (std::size_t core = 0; core < kCores; ++core) {
    hub.on_core(core, [&] { audiences[core]->finish(); });
  }
}

TEST(HubThreads, TheFirstSubscribersOfATopicArriveWhileItIsWrittenTo) {
  for (int round = 0; round < 20; ++round) {
    TestHub hub(kCores);
    const auto topics = make_rooms(1, 300);
    Writer writer(hub, topics);
    std::vector<std::unique_ptr<Listener>> listeners(kCores);
    for (std::size_t core = 0; core < kCores; ++core) {
      hub.core(core).post([&, core] {
        hub->view(hub.core(core), topics[0]->topic(), Encoding::kWebSocket);  // before the storage is asked
        listeners[core] = std::make_unique<Listener>(*hub, hub.core(core), *topics[0], Encoding::kWebSocket, 0,
                                                     writer.committed_n(0));
        listeners[core]->read();
      });
    }
    writer.join();
    for (std::size_t core = 0; core < kCores; ++core) {
      hub.on_core(core, [&] {
        listeners[core]->read();
        EXPECT_EQ(listeners[core]->next_n(), 301);
        EXPECT_EQ(listeners[core]->wrong(), 0);
        listeners[core].reset();
      });
    }
  }
}

TEST(HubThreads, LogsAreDroppedAndMadeAgainWhileTheWriterPublishes) {
  using namespace std::chrono_literals;
  TestHub hub(kCores, {.view_kept_for = 0ms});
  const ScriptedTopic topic("lobby", 200'000, 1);
  std::atomic<std::int64_t> committed_n = 0;
  std::jthread writer([&](const std::stop_token& stop) {
    // Slowly: the cores look for unused views only four times a second.
    for (std::int64_t n = 1; n <= topic.head_n() && !stop.stop_requested(); ++n) {
      committed_n = n;
      hub->publish(topic.batch(n, n + 1));
      std::this_thread::sleep_for(20us);
    }
  });
  const auto no_logs = [&] { return hub.metrics().render().find("live_logs 0") != std::string::npos; };
  for (int visit = 0; visit < 3; ++visit) {
    std::vector<std::unique_ptr<Listener>> listeners;
    for (std::size_t core = 0; core < kCores; ++core) {
      listeners.push_back(hub.on_core(core, [&] {
        auto listener = std::make_unique<Listener>(*hub, hub.core(core), topic, Encoding::kWebSocket,
                                                   committed_n.load() / 2, committed_n.load());
        listener->read();
        return listener;
      }));
    }
    for (std::size_t core = 0; core < kCores; ++core) {
      hub.on_core(core, [&] {
        listeners[core]->read();
        EXPECT_EQ(listeners[core]->wrong(), 0);
        EXPECT_TRUE(listeners[core]->gaps().empty());
        listeners[core].reset();
      });
    }
    const auto deadline = std::chrono::steady_clock::now() + 10s;
    while (!no_logs() && std::chrono::steady_clock::now() < deadline) std::this_thread::sleep_for(5ms);
    ASSERT_TRUE(no_logs()) << "visit " << visit;
    EXPECT_EQ(hub->window_bytes(), 0u);
  }
}

TEST(HubThreads, TheHeadIsReadAndToldFromEveryThread) {
  TestHub hub(kCores);
  const auto topics = make_rooms(1, 1'000);
  const auto& topic = *topics[0]->topic();
  auto listener = hub.on_core(0, [&] {
    return std::make_unique<Listener>(*hub, hub.core(0), *topics[0], Encoding::kWebSocket, std::nullopt, 0);
  });
  hub->tell_head(topic, 0);
  Writer writer(hub, topics);
  std::vector<std::jthread> readers;
  for (int i = 0; i < 3; ++i) {
    readers.emplace_back([&] {
      std::int64_t last_n = 0;
      while (!writer.done()) {
        const auto head_n = hub->head_of(topic);
        ASSERT_TRUE(head_n);
        ASSERT_GE(*head_n, last_n);
        last_n = *head_n;
        hub->tell_head(topic, last_n / 2);
        static_cast<void>(hub->window_bytes());
      }
    });
  }
  readers.clear();
  writer.join();
  EXPECT_EQ(hub->head_of(topic), 1'000);
  hub.on_core(0, [&] { listener.reset(); });
}

TEST(HubThreads, StopsWhileTheWriterPublishes) {
  for (int round = 0; round < 20; ++round) {
    TestHub hub(kCores);
    const auto topics = make_rooms(2, 5'000);
    std::vector<std::unique_ptr<Listener>> listeners;
    for (std::size_t core = 0; core < kCores; ++core) {
      listeners.push_back(hub.on_core(core, [&] {
        return std::make_unique<Listener>(*hub, hub.core(core), *topics[core % 2], Encoding::kWebSocket, std::nullopt,
                                          0);
      }));
    }
    Writer writer(hub, topics);
    while (writer.committed_n(0) < round * 20) std::this_thread::yield();
    hub.stop();
    // The cores have stopped; what is committed now is published to nobody, and nobody waits.
    writer.stop();
    writer.join();
    for (const auto& listener : listeners) EXPECT_EQ(listener->wrong(), 0);
  }
}

}  // namespace
}  // namespace vestnik::live
