#include "live/hub.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "unit/live/hub_fixture.hpp"

namespace vestnik::live {
namespace {

using namespace std::chrono_literals;

std::unique_ptr<Listener> listen(TestHub& hub, std::size_t core, const ScriptedTopic& topic,
                                 Encoding encoding = Encoding::kWebSocket,
                                 std::optional<std::int64_t> after_n = std::nullopt, std::int64_t committed_n = 0) {
  return hub.on_core(
      core, [&] { return std::make_unique<Listener>(*hub, hub.core(core), topic, encoding, after_n, committed_n); });
}

// Where the listener has come to, when it had only right bytes and no gap.
std::int64_t reached(TestHub& hub, std::size_t core, const Listener& listener) {
  return hub.on_core(core, [&] {
    EXPECT_EQ(listener.wrong(), 0);
    EXPECT_TRUE(listener.gaps().empty());
    return listener.next_n() - 1;
  });
}

int told(TestHub& hub, std::size_t core, const Listener& listener) {
  return hub.on_core(core, [&] { return listener.told(); });
}

void leave(TestHub& hub, std::size_t core, std::unique_ptr<Listener>& listener) {
  hub.on_core(core, [&] { listener.reset(); });
}

std::size_t tasks(TestHub& hub) {
  hub.settle();
  return hub->fanout_latency().snapshot().count();
}

TEST(Hub, EverySubscriberOfEveryCoreAndEncodingGetsEveryMessage) {
  TestHub hub(3);
  const ScriptedTopic topic("lobby", 100);
  std::vector<std::pair<std::size_t, std::unique_ptr<Listener>>> listeners;
  for (std::size_t core = 0; core < hub.cores(); ++core) {
    for (const Encoding encoding : kAllEncodings) {
      for (int i = 0; i < 3; ++i) listeners.emplace_back(core, listen(hub, core, topic, encoding));
    }
  }
  for (std::int64_t n = 1; n <= 100; n += 10) hub->publish(topic.batch(n, n + 10));
  for (auto& [core, listener] : listeners) {
    EXPECT_EQ(reached(hub, core, *listener), 100);
    leave(hub, core, listener);
  }
}

TEST(Hub, PublishesWithoutAnySubscriber) {
  TestHub hub(2);
  const ScriptedTopic topic("lobby", 10);
  hub->publish(Hub::Batch{});
  hub->publish(topic.batch(1, 11));
  EXPECT_EQ(tasks(hub), 0u);
  EXPECT_EQ(hub->window_bytes(), 0u);
}

TEST(Hub, PostsOneTaskForEachCoreThatReadsHoweverManySubscribersAndMessages) {
  TestHub hub(3);
  const ScriptedTopic topic("lobby", 500);
  std::vector<std::unique_ptr<Listener>> here;
  std::vector<std::unique_ptr<Listener>> there;
  for (int i = 0; i < 20; ++i) here.push_back(listen(hub, 0, topic));
  for (int i = 0; i < 5; ++i) there.push_back(listen(hub, 2, topic, Encoding::kProtobuf));
  hub->publish(topic.batch(1, 301));
  EXPECT_EQ(tasks(hub), 2u);  // cores 0 and 2; nobody reads on core 1
  hub->publish(topic.batch(301, 501));
  EXPECT_EQ(tasks(hub), 4u);
  for (auto& listener : here) {
    EXPECT_EQ(told(hub, 0, *listener), 2);
    leave(hub, 0, listener);
  }
  for (auto& listener : there) {
    EXPECT_EQ(told(hub, 2, *listener), 2);
    leave(hub, 2, listener);
  }
}

TEST(Hub, ABatchOfManyTopicsIsOneTaskForACoreAsWell) {
  TestHub hub(2);
  const ScriptedTopic first("lobby", 30);
  const ScriptedTopic second("stream", 30);
  const ScriptedTopic unread("other", 30);
  auto of_first = listen(hub, 0, first);
  auto of_second = listen(hub, 0, second);
  // As the writer has them: in the order of their commit, topics mixed.
  std::vector<ScriptedEvent> batch;
  for (std::int64_t n = 1; n <= 30; ++n) {
    for (const ScriptedTopic* topic : {&first, &unread, &second}) batch.push_back(topic->batch(n, n + 1).front());
  }
  hub->publish(batch);
  EXPECT_EQ(tasks(hub), 1u);
  EXPECT_EQ(reached(hub, 0, *of_first), 30);
  EXPECT_EQ(reached(hub, 0, *of_second), 30);
  leave(hub, 0, of_first);
  leave(hub, 0, of_second);
}

TEST(Hub, EncodesEachMessageOnceForEachEncodingInUse) {
  TestHub hub(2);
  const ScriptedTopic topic("lobby", 50);
  std::vector<std::unique_ptr<Listener>> listeners;
  for (int i = 0; i < 10; ++i) listeners.push_back(listen(hub, 1, topic, Encoding::kWebSocket));
  listeners.push_back(listen(hub, 1, topic, Encoding::kProtobuf));
  for (auto& count : encoded) count = 0;
  hub->publish(topic.batch(1, 51));
  EXPECT_EQ(encoded[static_cast<std::size_t>(Encoding::kWebSocket)], 50);
  EXPECT_EQ(encoded[static_cast<std::size_t>(Encoding::kServerSentEvents)], 0);
  EXPECT_EQ(encoded[static_cast<std::size_t>(Encoding::kProtobuf)], 50);
  for (auto& listener : listeners) leave(hub, 1, listener);
}

TEST(Hub, SubscribersOfACoreShareOneView) {
  TestHub hub(2);
  const ScriptedTopic topic("lobby", 1);
  const auto view = [&](std::size_t core, Encoding encoding) {
    return hub.on_core(core, [&] { return &hub->view(hub.core(core), topic.topic(), encoding); });
  };
  EXPECT_EQ(view(0, Encoding::kWebSocket), view(0, Encoding::kWebSocket));
  EXPECT_NE(view(0, Encoding::kWebSocket), view(0, Encoding::kProtobuf));
  EXPECT_NE(view(0, Encoding::kWebSocket), view(1, Encoding::kWebSocket));
}

TEST(Hub, ALateCoreFindsTheWholeWindow) {
  TestHub hub(2);
  const ScriptedTopic topic("lobby", 100);
  auto early = listen(hub, 0, topic);
  hub->publish(topic.batch(1, 101));
  auto late = listen(hub, 1, topic, Encoding::kWebSocket, 0, 100);
  hub.on_core(1, [&] {
    EXPECT_EQ(late->state(), Feed::State::kReady);  // from the window, not from the storage
    late->read();
  });
  EXPECT_EQ(reached(hub, 1, *late), 100);
  leave(hub, 0, early);
  leave(hub, 1, late);
}

TEST(Hub, KnowsTheHeadOfTheTopicsThatAreFollowed) {
  TestHub hub(1);
  const ScriptedTopic topic("lobby", 20);
  EXPECT_EQ(hub->head_of(*topic.topic()), std::nullopt);
  hub->tell_head(*topic.topic(), 5);
  EXPECT_EQ(hub->head_of(*topic.topic()), std::nullopt);  // nobody follows it

  auto listener = listen(hub, 0, topic);
  EXPECT_EQ(hub->head_of(*topic.topic()), std::nullopt);
  hub->tell_head(*topic.topic(), 0);
  EXPECT_EQ(hub->head_of(*topic.topic()), 0);
  hub->publish(topic.batch(1, 11));
  EXPECT_EQ(hub->head_of(*topic.topic()), 10);
  hub->tell_head(*topic.topic(), 7);  // the answer of the storage came late
  EXPECT_EQ(hub->head_of(*topic.topic()), 10);
  hub->tell_head(*topic.topic(), 12);
  EXPECT_EQ(hub->head_of(*topic.topic()), 12);
  leave(hub, 0, listener);
}

TEST(Hub, BoundsTheWindowOfATopic) {
  constexpr std::size_t kWindow = 256 * 1024;
  TestHub hub(1, {.window_bytes = kWindow});
  const ScriptedTopic topic("lobby", 10'000, 200);
  auto listener = listen(hub, 0, topic);
  for (std::int64_t n = 1; n <= 10'000; n += 100) {
    hub->publish(topic.batch(n, n + 100));
    ASSERT_LE(hub->window_bytes(), kWindow);
  }
  EXPECT_GT(hub->window_bytes(), kWindow / 2);
  EXPECT_EQ(reached(hub, 0, *listener), 10'000);
  leave(hub, 0, listener);
}

TEST(Hub, SharesTheMemoryOfAllWindowsOutEvenly) {
  constexpr std::size_t kTotal = 1024 * 1024;
  TestHub hub(1, {.window_bytes = kTotal, .window_total_bytes = kTotal});
  std::vector<std::unique_ptr<ScriptedTopic>> topics;
  std::vector<std::unique_ptr<Listener>> listeners;
  for (int i = 0; i < 8; ++i) {
    topics.push_back(std::make_unique<ScriptedTopic>("topic" + std::to_string(i), 4'000, 200));
    listeners.push_back(listen(hub, 0, *topics.back()));
  }
  for (std::int64_t n = 1; n <= 4'000; n += 100) {
    for (const auto& topic : topics) hub->publish(topic->batch(n, n + 100));
    ASSERT_LE(hub->window_bytes(), kTotal);
  }
  EXPECT_THAT(hub.metrics().render(), testing::HasSubstr("live_logs 8"));
  for (auto& listener : listeners) {
    EXPECT_EQ(reached(hub, 0, *listener), 4'000);
    leave(hub, 0, listener);
  }
}

TEST(Hub, LetsGoOfUnusedViewsAndOfNothingElse) {
  TestHub hub(2, {.view_kept_for = 1ms});
  const ScriptedTopic topic("lobby", 5'000, 1);
  auto stays = listen(hub, 0, topic);
  auto leaves = listen(hub, 1, topic);
  leave(hub, 1, leaves);
  // Core 1 is told of growth until its view is gone; the sweeper looks four times a second.
  std::int64_t head_n = 0;
  std::size_t told = 2;
  while (told == 2 && head_n < topic.head_n()) {
    const std::size_t before = tasks(hub);
    hub->publish(topic.batch(head_n + 1, head_n + 2));
    ++head_n;
    told = tasks(hub) - before;
    std::this_thread::sleep_for(2ms);
  }
  EXPECT_EQ(told, 1u);
  EXPECT_EQ(reached(hub, 0, *stays), head_n);
  leave(hub, 0, stays);
}

TEST(Hub, ATopicWhoseLogIsGoneIsFollowedAnew) {
  TestHub hub(2, {.view_kept_for = 1ms});
  const ScriptedTopic topic("lobby", 100);
  auto listener = listen(hub, 0, topic);
  hub->publish(topic.batch(1, 51));
  EXPECT_GT(hub->window_bytes(), 0u);
  leave(hub, 0, listener);
  const auto no_logs = [&] { return hub.metrics().render().find("live_logs 0") != std::string::npos; };
  const auto deadline = std::chrono::steady_clock::now() + 10s;
  while (!no_logs() && std::chrono::steady_clock::now() < deadline) std::this_thread::sleep_for(5ms);
  EXPECT_TRUE(no_logs());
  EXPECT_EQ(hub->window_bytes(), 0u);
  EXPECT_EQ(hub->head_of(*topic.topic()), 50);

  const std::size_t before = tasks(hub);
  hub->publish(topic.batch(51, 61));
  EXPECT_EQ(tasks(hub), before);  // nobody reads
  EXPECT_EQ(hub->head_of(*topic.topic()), 60);

  auto back = listen(hub, 0, topic, Encoding::kWebSocket, 20, 60);
  hub.on_core(0, [&] {
    EXPECT_EQ(back->state(), Feed::State::kNeedsPage);
    back->read();
  });
  hub->publish(topic.batch(61, 101));
  EXPECT_EQ(reached(hub, 0, *back), 100);
  leave(hub, 0, back);
}

TEST(Hub, KeepsAViewForThoseWhoComeBack) {
  TestHub hub(1);
  const ScriptedTopic topic("lobby", 100);
  auto listener = listen(hub, 0, topic);
  leave(hub, 0, listener);
  hub->publish(topic.batch(1, 101));
  auto back = listen(hub, 0, topic, Encoding::kWebSocket, 0, 100);
  hub.on_core(0, [&] {
    EXPECT_EQ(back->state(), Feed::State::kReady);  // from the window, not from the storage
    back->read();
  });
  EXPECT_EQ(reached(hub, 0, *back), 100);
  leave(hub, 0, back);
}

TEST(Hub, ASubscriberThatFailsStopsNeitherTheOthersNorTheWriter) {
  class Failing final : public Subscriber {
   public:
    void on_growth() override { throw std::runtime_error("a subscriber that fails"); }
  };
  TestHub hub(1);
  const ScriptedTopic topic("lobby", 5);
  auto failing = hub.on_core(0, [&] {
    auto made = std::make_unique<Failing>();
    hub->view(hub.core(0), topic.topic(), Encoding::kWebSocket).add(*made);
    return made;
  });
  auto listener = listen(hub, 0, topic);
  for (std::int64_t n = 1; n <= 5; ++n) hub->publish(topic.batch(n, n + 1));
  EXPECT_EQ(reached(hub, 0, *listener), 5);
  hub.on_core(0, [&] { failing.reset(); });
  leave(hub, 0, listener);
}

}  // namespace
}  // namespace vestnik::live
