// What a user has not read.
#include <fmt/format.h>
#include <gmock/gmock.h>

#include <vector>

#include "unit/chat/service_fixture.hpp"

namespace vestnik::chat {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

const Actor kNobody;

class UnreadTest : public OpenedTest {
 protected:
  UnreadTest() : ann_(guest("Ann")), lobby_(room("lobby")) {}

  std::string at(std::int64_t n) const { return to_string(Position{.epoch = lobby_->epoch, .n = n}); }

  UnreadPage read(const UnreadRequest& request) {
    auto page = chat_->history().read_unread(ann_.actor, request);
    if (!page) throw std::runtime_error(page.error().detail);
    return std::move(*page);
  }
  std::string fault(const UnreadRequest& request) {
    return fault_of(chat_->history().read_unread(ann_.actor, request));
  }

  static std::vector<std::string> texts(const UnreadPage& page) {
    std::vector<std::string> texts;
    for (const Message& message : page.messages) texts.push_back(message.content);
    return texts;
  }
  void say_up_to(int last) {
    for (int i = 1; i <= last; ++i) say(std::to_string(i));
  }

  static constexpr auto kCursor = "phone";
  Guest ann_;
  RoomPtr lobby_;
};

TEST_F(UnreadTest, IsEverythingSinceTheLastCall) {
  EXPECT_THAT(read({.cursor = kCursor}).messages, IsEmpty());
  say_up_to(3);
  const auto page = read({.cursor = kCursor});
  EXPECT_EQ(page.room, lobby_);
  EXPECT_THAT(texts(page), ElementsAre("1", "2", "3"));
  EXPECT_EQ(page.cursor_n, 3);
  EXPECT_EQ(page.remaining, 0);
  EXPECT_THAT(read({.cursor = kCursor}).messages, IsEmpty());
  say("4");
  EXPECT_THAT(texts(read({.cursor = kCursor})), ElementsAre("4"));
}

TEST_F(UnreadTest, IsReadByPages) {
  say_up_to(5);
  const auto first = read({.cursor = kCursor, .limit = 2});
  EXPECT_THAT(texts(first), ElementsAre("1", "2"));
  EXPECT_EQ(first.remaining, 3);
  EXPECT_EQ(first.cursor_n, 2);
  EXPECT_THAT(texts(read({.cursor = kCursor, .limit = 2})), ElementsAre("3", "4"));
  EXPECT_THAT(texts(read({.cursor = kCursor, .limit = 2})), ElementsAre("5"));
  for (const std::int32_t bad : {-1, 501}) EXPECT_EQ(fault({.cursor = kCursor, .limit = bad}), "limit") << bad;
}

TEST_F(UnreadTest, StaysWhenItIsOnlyLookedAt) {
  say_up_to(3);
  for (int i = 0; i < 2; ++i) {
    const auto page = read({.cursor = kCursor, .limit = 2, .commit = false});
    EXPECT_THAT(texts(page), ElementsAre("1", "2"));
    EXPECT_EQ(page.cursor_n, 0);
    EXPECT_EQ(page.remaining, 1);
  }
  EXPECT_EQ(store_.calls(Call::kSetCursor), 0u);
}

TEST_F(UnreadTest, IsConfirmedByAPosition) {
  say_up_to(5);
  EXPECT_THAT(texts(read({.cursor = kCursor, .ack = at(3), .commit = false})), ElementsAre("4", "5"));
  const auto page = read({.cursor = kCursor, .limit = 0, .commit = false});
  EXPECT_EQ(page.cursor_n, 3);
  EXPECT_EQ(page.remaining, 2);
}

TEST_F(UnreadTest, IsNeverMovedBack) {
  say_up_to(5);
  read({.cursor = kCursor, .ack = at(4), .commit = false});
  const auto page = read({.cursor = kCursor, .ack = at(2), .commit = false});
  EXPECT_EQ(page.cursor_n, 4);
  EXPECT_THAT(texts(page), ElementsAre("5"));
}

TEST_F(UnreadTest, IsOnlyConfirmedWithALimitOfZero) {
  say_up_to(5);
  const auto calls = store_.calls(Call::kListMessages);
  const auto page = read({.cursor = kCursor, .limit = 0, .ack = at(2)});
  EXPECT_THAT(page.messages, IsEmpty());
  EXPECT_EQ(page.cursor_n, 2);
  EXPECT_EQ(page.remaining, 3);
  EXPECT_EQ(store_.calls(Call::kListMessages), calls);
  EXPECT_EQ(read({.cursor = kCursor, .limit = 0}).cursor_n, 2);  // without ack: how much there is
}

TEST_F(UnreadTest, IsConfirmedOnlyByAPositionOfTheRoom) {
  say_up_to(2);
  EXPECT_EQ(fault({.cursor = kCursor, .ack = "other:1"}), "ack");
  EXPECT_EQ(fault({.cursor = kCursor, .ack = "nonsense"}), "ack");
  EXPECT_EQ(fault({.cursor = kCursor, .ack = at(3)}), "ack");  // nobody can have read that
  EXPECT_EQ(fault({.cursor = kCursor, .ack = at(std::numeric_limits<std::int64_t>::max())}), "ack");
  EXPECT_EQ(store_.calls(Call::kSetCursor), 0u);
  EXPECT_EQ(fault({.cursor = kCursor, .ack = at(2)}), "");
  EXPECT_EQ(fault({.cursor = kCursor, .ack = at(0)}), "");
}

TEST_F(UnreadTest, IsKeptForEachCursorUserAndRoom) {
  ASSERT_TRUE(chat_->create_room(kNobody, "kitchen", {}).has_value());
  const Guest bob = guest("Bob");
  say("in the lobby");
  say("in the kitchen", {}, "kitchen");
  read({.cursor = "phone"});
  EXPECT_THAT(read({.cursor = "phone"}).messages, IsEmpty());
  EXPECT_THAT(texts(read({.cursor = "desk"})), ElementsAre("in the lobby"));
  EXPECT_THAT(texts(read({.room = "kitchen", .cursor = "phone"})), ElementsAre("in the kitchen"));
  EXPECT_THAT(chat_->history().read_unread(bob.actor, {.cursor = "phone"})->messages, SizeIs(1));
}

TEST_F(UnreadTest, IsOfAUserInARoomUnderAName) {
  EXPECT_EQ(fault_of(chat_->history().read_unread(kNobody, {.cursor = kCursor})), "unauthenticated");
  EXPECT_EQ(fault({.room = "attic", .cursor = kCursor}), "not_found");
  EXPECT_EQ(fault({.cursor = ""}), "cursor");
  EXPECT_EQ(fault({.cursor = std::string(65, 'x')}), "cursor");
  EXPECT_EQ(fault({.cursor = "a\nb"}), "cursor");
}

TEST_F(UnreadTest, IsNotMovedWhenTheStorageFails) {
  say_up_to(3);
  store_.fail_next(Call::kListMessages, kClosed);
  EXPECT_EQ(fault({.cursor = kCursor}), "unavailable");
  store_.fail_next(Call::kSetCursor, kClosed);
  EXPECT_EQ(fault({.cursor = kCursor}), "unavailable");
  store_.fail_next(Call::kGetUnread, kClosed);
  EXPECT_EQ(fault({.cursor = kCursor}), "unavailable");
  EXPECT_THAT(texts(read({.cursor = kCursor})), ElementsAre("1", "2", "3"));
}

class UnreadRoomsTest : public UnreadTest {
 protected:
  auto list(std::optional<std::int64_t> offset = {}, std::optional<std::int32_t> limit = {}) {
    return chat_->history().list_unread(ann_.actor, kCursor, offset, limit);
  }
};

TEST_F(UnreadRoomsTest, AreThoseOfTheUser) {
  EXPECT_THAT(*list(), IsEmpty());
  ASSERT_TRUE(chat_->create_room(kNobody, "kitchen", {}).has_value());
  ASSERT_TRUE(chat_->create_room(kNobody, "attic", {}).has_value());
  const RoomPtr kitchen = room("kitchen");
  commit(Membership{.room_id = kitchen->id, .user_id = ann_.id()}, kitchen);
  say_up_to(3);
  read({.cursor = kCursor, .limit = 1});
  say("x", {}, "kitchen");
  say("x", {}, "attic");
  const auto rooms = list();
  ASSERT_THAT(*rooms, SizeIs(2));
  EXPECT_EQ((*rooms)[0].room, lobby_);
  EXPECT_EQ((*rooms)[0].unread.cursor_n, 1);
  EXPECT_EQ((*rooms)[0].unread.count, 2);
  EXPECT_EQ((*rooms)[1].room, kitchen);
  EXPECT_EQ((*rooms)[1].unread.cursor_n, 0);
  EXPECT_EQ((*rooms)[1].unread.count, 1);
  EXPECT_THAT(*list(1, 1), SizeIs(1));
  EXPECT_EQ(list(1, 1)->front().room, kitchen);
}

TEST_F(UnreadRoomsTest, LeaveOutWhatIsBeingClosed) {
  read({.cursor = kCursor, .limit = 0, .ack = at(0)});
  ASSERT_THAT(*list(), SizeIs(1));
  process_->rooms.remove(lobby_->id, 1);
  EXPECT_THAT(*list(), IsEmpty());
}

TEST_F(UnreadRoomsTest, AreAThousandInOneCall) {
  for (int i = 0; i < 1'100; ++i) {
    const auto made = chat_->create_room(kNobody, fmt::format("room {}", i), {});
    ASSERT_TRUE(store_.set_cursor({made->room.info.id, ann_.id(), kCursor}, 0, kUnlimited).has_value());
  }
  EXPECT_THAT(*list(), SizeIs(1'000));
  EXPECT_THAT(*list({}, 1'000), SizeIs(1'000));
  EXPECT_THAT(*list(1'000), SizeIs(100));
  for (const std::int32_t bad : {0, -1, 1'001}) EXPECT_EQ(fault_of(list({}, bad)), "limit") << bad;
  EXPECT_EQ(fault_of(list(-1)), "offset");
}

TEST_F(UnreadRoomsTest, AreOfAUserUnderAName) {
  EXPECT_EQ(fault_of(chat_->history().list_unread(kNobody, kCursor, {}, {})), "unauthenticated");
  EXPECT_EQ(fault_of(chat_->history().list_unread(ann_.actor, "", {}, {})), "cursor");
  store_.fail_next(Call::kListUnread, kClosed);
  EXPECT_EQ(fault_of(list()), "unavailable");
}

}  // namespace
}  // namespace vestnik::chat
