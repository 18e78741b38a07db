// What is passed on to those who follow a topic at this moment, without a log.
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "unit/live/hub_fixture.hpp"

namespace vestnik::live {
namespace {

class Ear final : public Subscriber {
 public:
  void on_growth() override {}
  void on_ephemeral(std::string_view frame, const void* from) override {
    heard.emplace_back(frame);
    last_from = from;
  }
  std::vector<std::string> heard;
  const void* last_from = nullptr;
};

std::unique_ptr<Ear> listen(TestHub& hub, std::size_t core, const ScriptedTopic& topic, Encoding encoding) {
  return hub.on_core(core, [&] {
    auto ear = std::make_unique<Ear>();
    hub->view(hub.core(core), topic.topic(), encoding).add(*ear);
    return ear;
  });
}

std::shared_ptr<const Ephemeral> event(std::string frame, const void* from = nullptr) {
  auto event = std::make_shared<Ephemeral>();
  event->frames[static_cast<std::size_t>(Encoding::kJsonRpc)] = std::move(frame);
  event->from = from;
  return event;
}

void leave(TestHub& hub, std::size_t core, std::unique_ptr<Ear>& ear) {
  hub.on_core(core, [&] { ear.reset(); });
}

TEST(HubEphemeral, ReachesThoseOfTheTopicOnEveryCoreInTheEncodingsThatHaveIt) {
  TestHub hub(2);
  const ScriptedTopic topic("lobby", 1), other("other", 1);
  auto here = listen(hub, 0, topic, Encoding::kJsonRpc);
  auto there = listen(hub, 1, topic, Encoding::kJsonRpc);
  auto plain = listen(hub, 0, topic, Encoding::kWebSocket);
  auto elsewhere = listen(hub, 1, other, Encoding::kJsonRpc);
  hub->pass_on(*topic.topic(), event("types", &topic));
  hub.settle();
  EXPECT_EQ(here->heard, std::vector<std::string>{"types"});
  EXPECT_EQ(there->heard, std::vector<std::string>{"types"});
  EXPECT_EQ(here->last_from, &topic);
  EXPECT_TRUE(plain->heard.empty());
  EXPECT_TRUE(elsewhere->heard.empty());
  leave(hub, 0, here);
  leave(hub, 1, there);
  leave(hub, 0, plain);
  leave(hub, 1, elsewhere);
}

TEST(HubEphemeral, IsLostWhereNobodyFollows) {
  TestHub hub(1);
  const ScriptedTopic topic("lobby", 1);
  hub->pass_on(*topic.topic(), event("types"));
  auto late = listen(hub, 0, topic, Encoding::kJsonRpc);
  hub.settle();
  EXPECT_TRUE(late->heard.empty());
  leave(hub, 0, late);
}

TEST(HubEphemeral, ABusyCoreLosesWhatIsTooMuchAndHearsTheNext) {
  TestHub hub(2);
  const ScriptedTopic topic("lobby", 1);
  auto busy = listen(hub, 0, topic, Encoding::kJsonRpc);
  auto idle = listen(hub, 1, topic, Encoding::kJsonRpc);
  {
    HeldCore held(hub, 0);
    for (int i = 0; i < 5'000; ++i) hub->pass_on(*topic.topic(), event("much"));
  }
  hub.settle();
  EXPECT_LE(busy->heard.size(), 256u);
  EXPECT_GE(busy->heard.size(), 1u);
  hub->pass_on(*topic.topic(), event("next"));
  hub.settle();
  EXPECT_EQ(busy->heard.back(), "next");
  EXPECT_EQ(idle->heard.back(), "next");
  leave(hub, 0, busy);
  leave(hub, 1, idle);
}

}  // namespace
}  // namespace vestnik::live
