// Sessions in virtual time: who they are of, and when they end.
#include "chat/sessions.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <atomic>
#include <memory>
#include <thread>

#include "base/ids.hpp"
#include "base/log.hpp"
#include "base/sha256.hpp"
#include "unit/chat/fake_keys.hpp"
#include "unit/chat/fake_store.hpp"

namespace vestnik::chat {
namespace {

using namespace std::chrono_literals;

constexpr Time kNow = std::chrono::sys_days(std::chrono::year(2024) / 1 / 1) + 12h;
constexpr std::chrono::milliseconds kTtl = 10min;
const Error kClosed{.code = ErrorCode::kUnavailable, .detail = "the storage is closed"};

template <typename T>
std::optional<ErrorCode> code_of(const Result<T>& result) {
  return result ? std::nullopt : std::optional(result.error().code);
}

class SessionsTest : public testing::Test {
 protected:
  using Call = FakeStore::Call;
  using Opened = Sessions::Opened;

  SessionsTest() {
    log::start(log::Level::kOff, log::Format::kText);
    restart();
  }
  ~SessionsTest() override { log::start(log::Level::kInfo, log::Format::kText); }

  void restart(Access access = Access::kSessions) {
    sessions_.emplace(
        store_, keys_, rooms_, kTtl, access, [this] { return now_.load() + clock_is_ahead_; },
        [this] { return now_.load(); });
    EXPECT_TRUE(sessions_->open().has_value());
  }

  Opened guest(std::string name) { return *sessions_->create({}, std::move(name)); }
  bool lives(const Opened& opened) const { return sessions_->find(opened.secret).has_value(); }
  std::optional<Time> end_of(const Opened& opened) const {
    return sessions_->expires_at(*sessions_->find(opened.secret));
  }
  void at(Time time) {
    now_ = time;
    sessions_->end_expired();
  }

  RoomPtr own_room(const Opened& opened, const std::string& id) {
    return rooms_.add({.id = id, .name = "room " + id, .owner_id = opened.session.user.id}, {});
  }
  // As the writer does after the commit.
  void close_room(const RoomPtr& room) {
    rooms_.remove(room->id, 1);
    sessions_->note_active(*room->owner_id, now_);
  }

  FakeStore store_;
  FakeKeyStore key_store_;
  ApiKeys keys_{key_store_, [this] { return now_.load(); }};
  RoomDirectory rooms_;
  std::atomic<Time> now_ = kNow;  // on the steady clock
  std::chrono::microseconds clock_is_ahead_{};
  std::optional<Sessions> sessions_;
};

TEST_F(SessionsTest, AreOpenedForNewGuests) {
  const Opened ann = guest("Ann");
  EXPECT_TRUE(looks_like_uuid(ann.secret));
  EXPECT_EQ(ann.session.key, sha256_hex(ann.secret));
  EXPECT_EQ(ann.session.user.username, "Ann");
  EXPECT_TRUE(ann.session.user.guest);
  EXPECT_EQ(ann.session.created_at, kNow);
  EXPECT_EQ(end_of(ann), kNow + kTtl);
  EXPECT_NE(guest("Ann").session.user.id, ann.session.user.id);
  EXPECT_EQ(sessions_->size(), 2u);
}

TEST_F(SessionsTest, AreOpenedForUsersThatExist) {
  const UserId admin = store_.create_user({.username = "admin"})->id;
  const auto opened = sessions_->create(admin, "");
  EXPECT_EQ(opened->session.user.username, "admin");
  EXPECT_FALSE(opened->session.user.guest);
  EXPECT_EQ(code_of(sessions_->create(77, "")), ErrorCode::kNotFound);
  EXPECT_EQ(sessions_->size(), 1u);
}

TEST_F(SessionsTest, AreNotOpenedWhenTheStorageFails) {
  store_.fail_next(Call::kCreateSession, kClosed);
  EXPECT_EQ(code_of(sessions_->create({}, "Ann")), ErrorCode::kUnavailable);
  EXPECT_EQ(sessions_->size(), 0u);
}

TEST_F(SessionsTest, AreFoundByTheWholeSecretAlone) {
  const Opened ann = guest("Ann");
  EXPECT_EQ(sessions_->find(ann.secret)->user.id, ann.session.user.id);
  std::string upper = ann.secret;
  std::ranges::transform(upper, upper.begin(), [](char c) { return c >= 'a' && c <= 'f' ? c - 'a' + 'A' : c; });
  for (const std::string& wrong : {std::string(), upper + " ", ann.session.key, ann.secret.substr(1), make_uuid()}) {
    EXPECT_EQ(code_of(sessions_->find(wrong)), ErrorCode::kUnauthenticated) << wrong;
  }
}

TEST_F(SessionsTest, EndAfterTheLastMessage) {
  const Opened ann = guest("Ann");
  now_ = kNow + 9min;
  sessions_->note_active(ann.session.user.id, now_);
  EXPECT_EQ(end_of(ann), kNow + 19min);
  at(kNow + 19min - 1us);
  EXPECT_TRUE(lives(ann));
  EXPECT_EQ(sessions_->size(), 1u);
  now_ = kNow + 19min;
  EXPECT_FALSE(lives(ann));  // at once, whether or not anybody has looked after it
  EXPECT_EQ(code_of(sessions_->find(ann.secret)), ErrorCode::kUnauthenticated);
  EXPECT_EQ(sessions_->size(), 1u);
  sessions_->end_expired();
  EXPECT_EQ(sessions_->size(), 0u);
  EXPECT_EQ(store_.stats(now_)->sessions, 0);
}

TEST_F(SessionsTest, EndWithoutAnyMessage) {
  const Opened ann = guest("Ann");
  at(kNow + kTtl - 1us);
  EXPECT_TRUE(lives(ann));
  at(kNow + kTtl);
  EXPECT_FALSE(lives(ann));
}

TEST_F(SessionsTest, AreNotRenewedByAnOlderMessage) {
  const Opened ann = guest("Ann");
  now_ = kNow + 5min;
  sessions_->note_active(ann.session.user.id, kNow + 5min);
  sessions_->note_active(ann.session.user.id, kNow + 4min);
  EXPECT_EQ(end_of(ann), kNow + 15min);
}

TEST_F(SessionsTest, AreNotRenewedByOthers) {
  const Opened ann = guest("Ann");
  const Opened bob = guest("Bob");
  sessions_->note_active(bob.session.user.id, kNow + 5min);
  sessions_->note_active(77, kNow + 5min);
  EXPECT_EQ(end_of(ann), kNow + kTtl);
}

TEST_F(SessionsTest, DoNotEndWhileAnOwnRoomIsOpen) {
  const Opened ann = guest("Ann");
  const Opened bob = guest("Bob");
  const RoomPtr first = own_room(ann, "1");
  const RoomPtr second = own_room(ann, "2");
  EXPECT_EQ(end_of(ann), std::nullopt);
  at(kNow + 24h);
  EXPECT_TRUE(lives(ann));
  EXPECT_FALSE(lives(bob));
  EXPECT_EQ(sessions_->size(), 1u);
  close_room(first);
  at(kNow + 48h);
  EXPECT_EQ(end_of(ann), std::nullopt);
  now_ = kNow + 48h + 3s;
  close_room(second);
  EXPECT_EQ(end_of(ann), kNow + 48h + 3s + kTtl);
}

TEST_F(SessionsTest, EndAfterTheLastOwnRoomWasClosedToTheSecond) {
  const Opened ann = guest("Ann");
  const RoomPtr room = own_room(ann, "1");
  for (auto passed = 0s; passed < 1h; passed += 7s) at(kNow + passed);  // looked after while nothing is due
  close_room(room);
  const Time closed = now_;
  EXPECT_FALSE(sessions_->any_due());
  at(closed + kTtl - 1us);
  EXPECT_TRUE(lives(ann));
  EXPECT_EQ(sessions_->size(), 1u);
  now_ = closed + kTtl;
  EXPECT_TRUE(sessions_->any_due());
  sessions_->end_expired();
  EXPECT_EQ(sessions_->size(), 0u);
}

TEST_F(SessionsTest, EndAfterAMessageThatCameLaterThanTheClosing) {
  const Opened ann = guest("Ann");
  const RoomPtr room = own_room(ann, "1");
  now_ = kNow + 1h;
  close_room(room);
  now_ = kNow + 1h + 5min;
  sessions_->note_active(ann.session.user.id, now_);
  EXPECT_EQ(end_of(ann), kNow + 1h + 15min);
}

TEST_F(SessionsTest, OfOneUserEndTogetherAndCloseAlone) {
  const Opened first = guest("Ann");
  now_ = kNow + 1min;
  const Opened second = *sessions_->create(first.session.user.id, "");
  const Opened third = *sessions_->create(first.session.user.id, "");
  EXPECT_NE(first.secret, second.secret);
  now_ = kNow + 5min;
  sessions_->note_active(first.session.user.id, now_);
  for (const Opened& each : {first, second, third}) EXPECT_EQ(end_of(each), kNow + 15min);

  EXPECT_TRUE(sessions_->close(second.session).has_value());
  EXPECT_FALSE(lives(second));
  EXPECT_TRUE(lives(first));
  EXPECT_TRUE(lives(third));
  EXPECT_EQ(code_of(sessions_->close(second.session)), ErrorCode::kNotFound);

  at(kNow + 15min - 1us);
  EXPECT_EQ(sessions_->size(), 2u);
  at(kNow + 15min);
  EXPECT_EQ(sessions_->size(), 0u);
}

TEST_F(SessionsTest, AreOpenUntilTheStorageHasClosedThem) {
  const Opened ann = guest("Ann");
  store_.fail_next(Call::kEndSession, kClosed);
  EXPECT_EQ(code_of(sessions_->close(ann.session)), ErrorCode::kUnavailable);
  EXPECT_TRUE(lives(ann));
  EXPECT_TRUE(sessions_->close(ann.session).has_value());
  EXPECT_FALSE(lives(ann));
}

TEST_F(SessionsTest, AreNotEndedByAJumpOfTheClock) {
  const Opened ann = guest("Ann");
  clock_is_ahead_ = 24h * 3'650;
  at(kNow + 1min);
  EXPECT_TRUE(lives(ann));
  EXPECT_EQ(end_of(ann), kNow + kTtl + clock_is_ahead_) << "told in the clock's own time";
  at(kNow + kTtl - 1us);
  EXPECT_TRUE(lives(ann));
  at(kNow + kTtl);
  EXPECT_FALSE(lives(ann));
}

TEST_F(SessionsTest, DoNotLiveLongerWhenTheClockGoesBack) {
  clock_is_ahead_ = 24h * 3'650;
  const Opened ann = guest("Ann");
  sessions_->note_active(ann.session.user.id, kNow + clock_is_ahead_);
  clock_is_ahead_ = {};
  EXPECT_EQ(end_of(ann), kNow + kTtl);
  sessions_->note_active(ann.session.user.id, kNow + 24h * 3'650);  // the store's time is still ahead
  at(kNow + kTtl);
  EXPECT_FALSE(lives(ann));
  EXPECT_EQ(sessions_->size(), 0u);
}

TEST_F(SessionsTest, OfTheFutureLiveOnceMoreAfterARestart) {
  clock_is_ahead_ = 24h * 3'650;
  const Opened ann = guest("Ann");
  clock_is_ahead_ = {};
  restart();
  EXPECT_EQ(end_of(ann), kNow + kTtl);
  at(kNow + kTtl);
  EXPECT_FALSE(lives(ann));
}

TEST_F(SessionsTest, AreKeptByAMessageThatIsBeingCommitted) {
  const Opened ann = guest("Ann");
  store_.fail_next(Call::kEndSession, {.code = ErrorCode::kFailedPrecondition, .detail = "active"});
  at(kNow + kTtl);
  sessions_->note_active(ann.session.user.id, kNow + kTtl);  // the writer tells a moment later
  EXPECT_TRUE(lives(ann));
  at(kNow + kTtl + 1s);
  EXPECT_TRUE(lives(ann));
  EXPECT_EQ(store_.calls(Call::kEndSession), 1u) << "asked once";
  at(kNow + 2 * kTtl);
  EXPECT_FALSE(lives(ann));
}

TEST_F(SessionsTest, ThatTheStorageCouldNotEndAreTriedAgainASecondLater) {
  const Opened ann = guest("Ann");
  const Opened bob = guest("Bob");
  store_.fail_next(Call::kEndSession, kClosed);
  at(kNow + kTtl);
  EXPECT_FALSE(lives(ann));
  EXPECT_FALSE(lives(bob));
  EXPECT_EQ(sessions_->size(), 1u);  // the other was ended all the same
  EXPECT_FALSE(sessions_->any_due());
  now_ = kNow + kTtl + 1s;
  EXPECT_TRUE(sessions_->any_due());
  sessions_->end_expired();
  EXPECT_EQ(sessions_->size(), 0u);
  EXPECT_EQ(store_.stats(now_)->sessions, 0);
}

TEST_F(SessionsTest, ThatTheStorageDoesNotKnowAnyMoreAreForgotten) {
  const Opened ann = guest("Ann");
  ASSERT_TRUE(store_.end_session(ann.session.key, {}).has_value());
  at(kNow + kTtl);
  EXPECT_EQ(sessions_->size(), 0u);
}

TEST_F(SessionsTest, AreLookedAtOnlyWhenTheirTimeHasCome) {
  EXPECT_FALSE(sessions_->any_due());
  guest("Ann");
  const auto calls = store_.calls();
  for (auto passed = 0s; passed < kTtl; passed += 1s) {
    now_ = kNow + passed;
    EXPECT_FALSE(sessions_->any_due());
    sessions_->end_expired();
  }
  EXPECT_EQ(store_.calls(), calls);
}

TEST_F(SessionsTest, SurviveARestartWithTheirTimes) {
  const Opened ann = guest("Ann");
  const Opened bob = guest("Bob");
  const RoomPtr room = own_room(bob, "1");
  ASSERT_TRUE(store_.create_room({*room, {}}).has_value());
  ASSERT_TRUE(store_.append(std::vector<Change>{Draft{.room_id = "1", .user_id = ann.session.user.id, .content = "x"}},
                            kNow + 5min));
  now_ = kNow + 30min;
  restart();
  EXPECT_EQ(sessions_->size(), 2u);
  EXPECT_FALSE(lives(ann));
  EXPECT_TRUE(lives(bob));
  sessions_->end_expired();
  EXPECT_EQ(sessions_->size(), 1u);

  ASSERT_TRUE(store_.append(std::vector<Change>{Closing{.room_id = "1"}}, kNow + 40min));
  rooms_.remove("1", 2);
  now_ = kNow + 40min;
  restart();
  EXPECT_EQ(end_of(bob), kNow + 40min + kTtl);
}

TEST_F(SessionsTest, AreAllReadHoweverMany) {
  std::vector<Opened> all;
  for (int i = 0; i < 2'500; ++i) all.push_back(guest("guest"));
  restart();
  EXPECT_EQ(sessions_->size(), 2'500u);
  EXPECT_TRUE(std::ranges::all_of(all, [this](const Opened& each) { return lives(each); }));
}

TEST_F(SessionsTest, AreNotOpenWhenTheyCannotBeRead) {
  store_.fail_next(Call::kListSessions, kClosed);
  Sessions sessions(store_, keys_, rooms_, kTtl, Access::kOpen, system_now, system_now);
  EXPECT_EQ(code_of(sessions.open()), ErrorCode::kUnavailable);
}

TEST_F(SessionsTest, CarryTheNewNameOfAGuestWhoBecameAnAccount) {
  const Opened first = guest("Ann");
  const Opened second = *sessions_->create(first.session.user.id, "");
  const Opened other = guest("Bob");
  const auto account = store_.promote_guest(first.session.user.id, {.username = "anna"});
  sessions_->rename(*account);
  for (const Opened& each : {first, second}) {
    EXPECT_EQ(sessions_->find(each.secret)->user.username, "anna");
    EXPECT_FALSE(sessions_->find(each.secret)->user.guest);
  }
  EXPECT_EQ(sessions_->find(other.secret)->user.username, "Bob");
}

class IdentifyTest : public SessionsTest {};

TEST_F(IdentifyTest, GivesTheUserOfTheSession) {
  for (const Access access : {Access::kOpen, Access::kSessions}) {
    restart(access);
    const Opened ann = guest("Ann");
    const UserId id = ann.session.user.id;
    for (const std::optional<UserId> claimed : {std::optional<UserId>(), std::optional(id)}) {
      const auto actor = sessions_->identify(ann.secret, claimed);
      ASSERT_TRUE(actor.has_value());
      EXPECT_EQ(actor->user_id, id);
      EXPECT_EQ(actor->username, "Ann");
      EXPECT_TRUE(actor->authenticated);
    }
    EXPECT_EQ(code_of(sessions_->identify(ann.secret, id + 1)), ErrorCode::kPermissionDenied);
    EXPECT_EQ(code_of(sessions_->identify("forged", id)), ErrorCode::kUnauthenticated);
    now_ = now_.load() + kTtl;
    EXPECT_EQ(code_of(sessions_->identify(ann.secret, id)), ErrorCode::kUnauthenticated);
  }
}

TEST_F(IdentifyTest, TakesTheWordOfARequestOnlyWhereTheServerIsOpen) {
  restart(Access::kOpen);
  EXPECT_EQ(sessions_->identify("", 7)->user_id, 7);
  EXPECT_FALSE(sessions_->identify("", 7)->authenticated);
  EXPECT_EQ(sessions_->identify("", {})->user_id, std::nullopt);
  restart(Access::kSessions);
  EXPECT_EQ(sessions_->identify("", 7)->user_id, std::nullopt);
  EXPECT_FALSE(sessions_->identify("", 7)->authenticated);
}

TEST_F(SessionsTest, AreUsedByManyAtOnce) {
  constexpr int kEach = 300;
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < 3; ++t) {
      threads.emplace_back([this] {
        for (int i = 0; i < kEach; ++i) {
          const Opened opened = *sessions_->create({}, "guest");
          EXPECT_TRUE(sessions_->find(opened.secret).has_value());
          sessions_->note_active(opened.session.user.id, kNow + 1s);
          EXPECT_EQ(sessions_->find(opened.secret)->active_at, kNow + 1s);
          if (i % 2 == 0) EXPECT_TRUE(sessions_->close(opened.session).has_value());
        }
      });
    }
    threads.emplace_back([this] {
      for (int i = 0; i < kEach; ++i) {
        sessions_->any_due();
        sessions_->end_expired();
      }
    });
  }
  EXPECT_EQ(sessions_->size(), 3u * kEach / 2);
  at(kNow + 1s + kTtl);
  EXPECT_EQ(sessions_->size(), 0u);
}

}  // namespace
}  // namespace vestnik::chat
