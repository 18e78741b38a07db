// What the service learns from commits, and the numbers it gives.
#include <gmock/gmock.h>

#include <atomic>
#include <thread>

#include "unit/chat/service_fixture.hpp"

namespace vestnik::chat {
namespace {

const Actor kNobody{.scopes = scopes_of({}, Access::kOpen)};

class CommittedTest : public OpenedTest {};

TEST_F(CommittedTest, RulesHoldFromNowOn) {
  const RoomPtr lobby = room("lobby");
  const RoomRules rules{.max_length = 5, .expires_at = kNow + 1h, .read_only = true};
  const RulesPatch patch{.max_length = 5, .expires_at = kNow + 1h, .read_only = true};
  commit(RulesChange{.room_id = lobby->id, .patch = patch}, lobby);
  EXPECT_EQ(lobby->rules(), rules);
  EXPECT_EQ(process_->rooms.expired(kNow + 1h).size(), 1u);
}

TEST_F(CommittedTest, AClosedRoomIsGone) {
  ASSERT_TRUE(chat_->create_room(kNobody, "kitchen", {}).has_value());
  const RoomPtr kitchen = room("kitchen");
  say("x", 1, "kitchen");
  commit(Closing{.room_id = kitchen->id}, kitchen);
  EXPECT_EQ(kitchen->last_n(), 2);
  EXPECT_EQ(fault_of(chat_->follow(kNobody, "kitchen")), "not_found");
  EXPECT_EQ(fault_of(chat_->follow(kNobody, kitchen->id)), "not_found");
  EXPECT_EQ(process_->presence.count(kitchen->id, now_), 0u);
}

TEST_F(CommittedTest, AMessageRenewsTheSessionsOfItsAuthor) {
  const Guest ann = guest("Ann");
  const Guest bob = guest("Bob");
  now_ += 3min;
  say("x", ann.id());
  EXPECT_EQ(chat_->find_session(ann.secret)->expires_at, kNow + 3min + kSessionTtl);
  EXPECT_EQ(chat_->find_session(bob.secret)->expires_at, kNow + kSessionTtl);
}

TEST_F(CommittedTest, OtherChangesRenewNothing) {
  const Guest ann = guest("Ann");
  const RoomPtr lobby = room("lobby");
  const auto sent = say("x", ann.id());
  const MessageId id = std::get<MessageSent>(sent.what).message.id;
  now_ += 3min;
  commit(ReactionChange{.room_id = lobby->id, .message_id = id, .user_id = ann.id(), .emoji = "👍"}, lobby);
  commit(Edit{.room_id = lobby->id, .message_id = id, .user_id = ann.id(), .content = "y"}, lobby);
  commit(Membership{.room_id = lobby->id, .user_id = ann.id()}, lobby);
  commit(Deletion{.room_id = lobby->id, .message_id = id, .user_id = ann.id()}, lobby);
  EXPECT_EQ(chat_->find_session(ann.secret)->expires_at, kNow + kSessionTtl);
}

TEST_F(CommittedTest, AnOwnerLivesUntilTheLastRoomWasClosed) {
  const Guest ann = guest("Ann");
  ASSERT_TRUE(chat_->create_room(ann.actor, "kitchen", {}).has_value());
  EXPECT_EQ(chat_->find_session(ann.secret)->expires_at, std::nullopt);
  now_ += 24h;
  const RoomPtr kitchen = room("kitchen");
  commit(Closing{.room_id = kitchen->id, .reason = CloseReason::kExpired}, kitchen);
  EXPECT_EQ(chat_->find_session(ann.secret)->expires_at, now_ + kSessionTtl);
  now_ += kSessionTtl;
  EXPECT_EQ(fault_of(chat_->find_session(ann.secret)), "unauthenticated");
}

TEST_F(CommittedTest, ThereIsNoMomentInWhichAnOwnerLooksExpired) {
  constexpr std::size_t kOwners = 200;
  std::vector<std::string> secrets;
  std::vector<RoomPtr> rooms;
  for (std::size_t i = 0; i < kOwners; ++i) {
    const Guest owner = guest("owner");
    secrets.push_back(owner.secret);
    rooms.push_back(process_->rooms.add(
        {.id = std::to_string(i), .name = "room " + std::to_string(i), .epoch = "k3", .owner_id = owner.id()}, {}));
  }
  now_ += 24h;  // long after their last message

  std::atomic<std::size_t> watched = 0;
  std::atomic<int> looks = 0;
  {
    const std::jthread watching([&](const std::stop_token& stop) {
      while (!stop.stop_requested()) {
        EXPECT_TRUE(process_->sessions.find(secrets[watched]).has_value());
        ++looks;
      }
    });
    const std::string request_id = "test";
    for (std::size_t i = 0; i < kOwners; ++i) {
      watched = i;
      for (const int before = looks; looks < before + 2;) std::this_thread::yield();
      const Event event{.n = 1, .at = now_, .what = RoomClosed{}};
      const Committed committed{rooms[i].get(), &event, &request_id};
      chat_->note_committed({&committed, 1});
    }
  }
}

TEST_F(CommittedTest, MessagesAreCountedOverTheLastHour) {
  const RoomPtr lobby = room("lobby");
  for (int i = 0; i < 3; ++i) say("x");
  now_ += 30min;
  const auto late = say("y");
  commit(Edit{.room_id = lobby->id, .message_id = std::get<MessageSent>(late.what).message.id, .content = "z"}, lobby);
  EXPECT_EQ(chat_->stats(kNobody)->messages_since, 4);
  EXPECT_EQ(chat_->stats(kNobody)->messages, 4);
  EXPECT_EQ(chat_->stats(kNobody)->rooms, 2);
  EXPECT_EQ(chat_->stats(kNobody)->users, 1);
  now_ = kNow + 1h - 1us;
  EXPECT_EQ(chat_->stats(kNobody)->messages_since, 4);
  now_ = kNow + 1h;
  EXPECT_EQ(chat_->stats(kNobody)->messages_since, 1);
  now_ = kNow + 90min;
  EXPECT_EQ(chat_->stats(kNobody)->messages_since, 0);
  store_.fail_next(Call::kStats, kClosed);
  EXPECT_EQ(fault_of(chat_->stats(kNobody)), "unavailable");
}

TEST_F(CommittedTest, TheLastHourSurvivesARestartToTheMinute) {
  say("1");
  now_ = kNow + 20min;
  say("2");
  now_ = kNow + 59min;
  reopen({});
  EXPECT_EQ(chat_->stats(kNobody)->messages_since, 2);
  now_ = kNow + 61min;
  EXPECT_EQ(chat_->stats(kNobody)->messages_since, 1);
  now_ = kNow + 82min;
  EXPECT_EQ(chat_->stats(kNobody)->messages_since, 0);
}

}  // namespace
}  // namespace vestnik::chat
