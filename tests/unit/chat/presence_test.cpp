#include "chat/presence.hpp"

#include <gmock/gmock.h>

#include <string>
#include <thread>
#include <vector>

namespace vestnik::chat {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;
using testing::UnorderedElementsAre;

constexpr Time kNow = std::chrono::sys_days(std::chrono::year(2024) / 1 / 1) + 12h;
constexpr auto kWindow = Presence::kWindow;

TEST(Presence, IsOfThoseWhoWroteInTheLastMinutes) {
  Presence presence;
  presence.note("room", 1, kNow);
  presence.note("room", 2, kNow + 1min);
  presence.note("other", 3, kNow);
  EXPECT_THAT(presence.list("room", kNow + 1min, 10), UnorderedElementsAre(1, 2));
  EXPECT_EQ(presence.count("room", kNow + kWindow - 1us), 2u);
  EXPECT_THAT(presence.list("room", kNow + kWindow, 10), UnorderedElementsAre(2));
  EXPECT_EQ(presence.count("room", kNow + 1min + kWindow), 0u);
  EXPECT_EQ(presence.count("nowhere", kNow), 0u);
}

TEST(Presence, IsRenewedByNewerMessagesAlone) {
  Presence presence;
  presence.note("room", 1, kNow + 2min);
  presence.note("room", 1, kNow);
  EXPECT_EQ(presence.count("room", kNow + 2min + kWindow - 1us), 1u);
  presence.note("room", 1, kNow + 3min);
  EXPECT_EQ(presence.count("room", kNow + 3min + kWindow - 1us), 1u);
  EXPECT_EQ(presence.count("room", kNow + 3min + kWindow), 0u);
}

TEST(Presence, LastsWhileConnectedHoweverOften) {
  Presence presence;
  auto first = presence.enter("room", 1);
  auto second = presence.enter("room", 1);
  EXPECT_THAT(presence.list("room", kNow + 24h, 10), UnorderedElementsAre(1));
  first.reset();
  EXPECT_EQ(presence.count("room", kNow + 24h), 1u);
  second.reset();
  EXPECT_EQ(presence.count("room", kNow + 24h), 0u);
}

TEST(Presence, EndsWithTheLastConnectionWhateverWasWritten) {
  Presence presence;
  auto browser = presence.enter("room", 1);
  auto phone = presence.enter("room", 1);
  presence.note("room", 1, kNow);
  browser.reset();
  EXPECT_EQ(presence.count("room", kNow), 1u);
  phone.reset();
  EXPECT_EQ(presence.count("room", kNow), 0u);
}

TEST(Presence, OfAMessageWrittenAfterTheConnectionHasItsFullTime) {
  Presence presence;
  for (int i = 0; i < 3; ++i) {
    const auto connected = presence.enter("room", 1);
    presence.note("room", 1, kNow + i * 1min);
  }
  presence.note("room", 1, kNow + 4min);
  EXPECT_EQ(presence.count("room", kNow + 4min + kWindow - 1us), 1u) << "the looks of earlier visits do not count";
  EXPECT_EQ(presence.count("room", kNow + 4min + kWindow), 0u);
}

TEST(Presence, IsForgottenWithTheRoom) {
  Presence presence;
  auto connected = presence.enter("room", 1);
  presence.note("room", 2, kNow);
  presence.forget("room");
  EXPECT_THAT(presence.list("room", kNow, 10), IsEmpty());
  connected.reset();
  EXPECT_EQ(presence.count("room", kNow), 0u);
}

TEST(Presence, IsShownUpToALimit) {
  Presence presence;
  for (UserId user = 1; user <= 10; ++user) presence.note("room", user, kNow);
  EXPECT_THAT(presence.list("room", kNow, 3), SizeIs(3));
  EXPECT_THAT(presence.list("room", kNow, 0), IsEmpty());
}

TEST(Presence, IsOfABoundedNumberOfThoseWhoWrote) {
  Presence presence;
  const auto max = static_cast<UserId>(Presence::kUsersMax);
  for (UserId user = 1; user <= max + 5; ++user) presence.note("room", user, kNow);
  EXPECT_EQ(presence.count("room", kNow), Presence::kUsersMax);
  const auto connected = presence.enter("room", max + 1);
  EXPECT_EQ(presence.count("room", kNow), Presence::kUsersMax + 1);
  presence.note("room", 1, kNow + 1min);  // known, so still renewed
  EXPECT_EQ(presence.count("room", kNow + kWindow), 2u);
}

TEST(Presence, IsKeptByManyAtOnce) {
  Presence presence;
  {
    std::vector<std::jthread> threads;
    for (UserId user = 1; user <= 3; ++user) {
      threads.emplace_back([&presence, user] {
        for (int i = 0; i < 1'000; ++i) {
          const auto connected = presence.enter("room", user);
          presence.note("other", user, kNow);
          EXPECT_GE(presence.count("room", kNow), 1u);
        }
      });
    }
  }
  EXPECT_EQ(presence.count("room", kNow), 0u);
  EXPECT_EQ(presence.count("other", kNow), 3u);
}

// The notices as text, such as "room: 1 came, 2".
std::vector<std::string> told(Presence& presence, Time now = kNow) {
  EXPECT_TRUE(presence.has_notices(now));
  std::vector<std::string> texts;
  for (const auto& [room, user, active, count] : presence.take_notices(now)) {
    const std::string who = user ? std::to_string(*user) + (active ? " came" : " went") : "several";
    texts.push_back(room + ": " + who + ", " + std::to_string(count));
  }
  EXPECT_FALSE(presence.has_notices(now));
  return texts;
}

TEST(PresenceNotices, AreOfWhoComesAndGoes) {
  Presence presence;
  EXPECT_FALSE(presence.has_notices(kNow));
  auto first = presence.enter("room", 1);
  EXPECT_THAT(told(presence), ElementsAre("room: 1 came, 1"));
  const auto second = presence.enter("room", 1);
  presence.note("room", 2, kNow);
  EXPECT_THAT(told(presence), ElementsAre("room: 2 came, 2"));
  presence.note("room", 2, kNow + 1min);
  first.reset();
  EXPECT_FALSE(presence.has_notices(kNow + kWindow - 1us));
  EXPECT_THAT(presence.take_notices(kNow + kWindow), IsEmpty());
  EXPECT_THAT(told(presence, kNow + 1min + kWindow), ElementsAre("room: 2 went, 1"));
}

TEST(PresenceNotices, TellTheEndOfTheLastConnectionAtOnce) {
  Presence presence;
  auto connected = presence.enter("room", 1);
  presence.note("room", 1, kNow);
  EXPECT_THAT(told(presence, kNow), ElementsAre("room: 1 came, 1"));
  connected.reset();
  EXPECT_THAT(told(presence, kNow), ElementsAre("room: 1 went, 0"));
}

TEST(PresenceNotices, KeepSilentOfWhoComesBackAtOnce) {
  Presence presence;
  auto connected = presence.enter("room", 1);
  EXPECT_THAT(told(presence), SizeIs(1));
  connected.reset();
  connected = presence.enter("room", 1);
  EXPECT_THAT(presence.take_notices(kNow), IsEmpty());
  {
    const auto guest = presence.enter("room", 2);
  }
  EXPECT_THAT(presence.take_notices(kNow), IsEmpty());
}

TEST(PresenceNotices, AreOneForEachRoom) {
  Presence presence;
  presence.note("hall", 1, kNow);
  presence.note("room", 1, kNow);
  const auto connected = presence.enter("room", 2);
  EXPECT_THAT(told(presence), UnorderedElementsAre("hall: 1 came, 1", "room: several, 2"));
}

TEST(PresenceNotices, NameNobodyInALargeRoom) {
  Presence presence;
  const auto max = static_cast<UserId>(Presence::kNamedMax);
  for (UserId user = 1; user < max; ++user) presence.note("room", user, kNow);
  told(presence);
  presence.note("room", max, kNow);
  EXPECT_THAT(told(presence), ElementsAre("room: 100 came, 100"));
  presence.note("room", max + 1, kNow);
  EXPECT_THAT(told(presence), ElementsAre("room: several, 101"));
}

TEST(PresenceNotices, EndWithTheRoom) {
  Presence presence;
  const auto connected = presence.enter("room", 1);
  presence.note("room", 2, kNow);
  presence.forget("room");
  EXPECT_FALSE(presence.has_notices(kNow));
  EXPECT_THAT(presence.take_notices(kNow + kWindow), IsEmpty());
}

}  // namespace
}  // namespace vestnik::chat
