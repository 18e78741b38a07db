// Reading the history of a room.
#include <gmock/gmock.h>

#include "unit/chat/service_fixture.hpp"

namespace vestnik::chat {
namespace {

using testing::ElementsAre;
using testing::SizeIs;

const Actor kNobody;

class MessagesTest : public OpenedTest {
 protected:
  MessagesTest() : room_(room("lobby")) {
    for (int i = 1; i <= 3; ++i) say(std::to_string(i));
  }

  // What the storage is asked for a request that must be right.
  HistoryQuery asked(const HistoryRequest& request) {
    const auto page = chat_->history().list_messages(kNobody, request);
    if (!page) throw std::runtime_error(page.error().detail);
    return *store_.last_query();
  }
  std::string fault(const HistoryRequest& request) {
    const auto calls = store_.calls(Call::kListMessages);
    auto found = fault_of(chat_->history().list_messages(kNobody, request));
    EXPECT_EQ(store_.calls(Call::kListMessages), calls) << "the storage was asked";
    return found;
  }
  std::string at(std::int64_t n) const { return to_string(Position{.epoch = room_->epoch, .n = n}); }

  RoomPtr room_;
};

TEST_F(MessagesTest, AreTheNewestFiftyOfTheLobbyByDefault) {
  const auto page = chat_->history().list_messages(kNobody, {});
  ASSERT_TRUE(page.has_value());
  EXPECT_EQ(page->room->name, "lobby");
  EXPECT_THAT(page->messages,
              ElementsAre(testing::Field(&Message::content, "3"), testing::Field(&Message::content, "2"),
                          testing::Field(&Message::content, "1")));
  const auto query = *store_.last_query();
  EXPECT_EQ(query.room_id, room_->id);
  EXPECT_EQ(query.limit, 50);
  EXPECT_EQ(query.offset, 0);
  EXPECT_EQ(query.after, 0);
  EXPECT_FALSE(query.before || query.from || query.to);
  EXPECT_EQ(query.order, Order::kDescending);
}

TEST_F(MessagesTest, AreAskedForByPosition) {
  EXPECT_EQ(asked({.after = at(2)}).after, 2);
  EXPECT_EQ(asked({.after = at(2)}).order, Order::kAscending);
  EXPECT_EQ(asked({.after = at(2), .order = Order::kDescending}).order, Order::kDescending);
  EXPECT_EQ(asked({.before = at(3)}).before, 3);
  EXPECT_EQ(asked({.before = at(3)}).order, Order::kDescending);
  const auto between = asked({.limit = 1, .after = at(1), .before = at(3)});
  EXPECT_EQ(between.after, 1);
  EXPECT_EQ(between.before, 3);
  EXPECT_EQ(between.limit, 1);
}

TEST_F(MessagesTest, AreNotAskedForByAPositionOfAnotherHistory) {
  EXPECT_EQ(fault({.after = "other:1"}), "after");
  EXPECT_EQ(fault({.before = "other:1"}), "before");
  const auto stream = to_string(Position{.epoch = room("stream")->epoch, .n = 1});
  EXPECT_EQ(fault({.room = "lobby", .after = stream}), "after");
  EXPECT_EQ(fault({.after = "nonsense"}), "after");
  EXPECT_EQ(fault({.before = ""}), "before");
}

TEST_F(MessagesTest, AreAskedForByTime) {
  const auto query = asked({.from = "2024-01-01T11:00:00Z", .to = "2024-01-01T15:00:00+03:00"});
  EXPECT_EQ(query.from, kNow - 1h);
  EXPECT_EQ(query.to, kNow);
  EXPECT_EQ(asked({.from = "-10m"}).from, kNow - 10min);
  EXPECT_EQ(asked({.to = "-0s"}).to, kNow);
  EXPECT_EQ(asked({.from = "-36600d"}).from, kNow - 36'600 * 24h);
  now_ += 1min;
  EXPECT_EQ(asked({.from = "-10m"}).from, kNow - 9min);
}

TEST_F(MessagesTest, AreNotAskedForByWhatIsNoTime) {
  for (const auto* text :
       {"", "-", "10m", "+10m", "--10m", "-10", "-36601d", "now", "2024-01-01", "2024-02-30T00:00:00Z"}) {
    EXPECT_EQ(fault({.from = text}), "from") << text;
    EXPECT_EQ(fault({.to = text}), "to") << text;
  }
}

TEST_F(MessagesTest, AreAskedForInAnyRangeOfTime) {
  EXPECT_EQ(asked({.from = "-1m", .to = "-1m"}).from, kNow - 1min);
  EXPECT_EQ(asked({.from = "-1m", .to = "-2m"}).to, kNow - 2min);  // as empty as the one before
}

TEST_F(MessagesTest, AreAskedForByOffsetWithinAnyRange) {
  EXPECT_EQ(asked({.offset = 7}).offset, 7);
  EXPECT_EQ(asked({.offset = 7, .from = "-1h"}).offset, 7);
  EXPECT_EQ(asked({.offset = 1, .after = at(1)}).offset, 1);
  EXPECT_EQ(asked({.offset = 1, .before = at(1)}).before, 1);
  EXPECT_EQ(fault({.offset = -1}), "offset");
}

TEST_F(MessagesTest, AreAskedForByPagesOfABoundedSize) {
  EXPECT_EQ(asked({.limit = 1}).limit, 1);
  EXPECT_EQ(asked({.limit = 500}).limit, 500);
  EXPECT_EQ(fault({.limit = 0}), "limit");
  EXPECT_EQ(fault({.limit = 501}), "limit");
  EXPECT_EQ(fault({.limit = -1}), "limit");
}

TEST_F(MessagesTest, AreOfARoomThatExists) {
  EXPECT_EQ(asked({.room = "stream"}).room_id, room("stream")->id);
  EXPECT_EQ(asked({.room = room_->id}).room_id, room_->id);
  EXPECT_EQ(fault({.room = "attic"}), "not_found");
}

TEST_F(MessagesTest, AreMissingWhenTheStorageFails) {
  store_.fail_next(Call::kListMessages, kClosed);
  EXPECT_EQ(fault_of(chat_->history().list_messages(kNobody, {})), "unavailable");
  store_.fail_next(Call::kGetMessage, kClosed);
  EXPECT_EQ(fault_of(chat_->history().get_message(kNobody, 1)), "unavailable");
  store_.fail_next(Call::kListEvents, kClosed);
  EXPECT_EQ(fault_of(chat_->history().read_events(*room_, 0, 10, kUnlimited)), "unavailable");
  store_.fail_next(Call::kFindRoom, kClosed);
  EXPECT_EQ(fault_of(chat_->history().read_room(*room_)), "unavailable");
}

TEST_F(MessagesTest, AreFoundByNumber) {
  const auto found = chat_->history().get_message(kNobody, 2);
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(found->message.content, "2");
  EXPECT_EQ(found->room, room_);
  EXPECT_EQ(fault_of(chat_->history().get_message(kNobody, 77)), "not_found");
}

TEST_F(MessagesTest, AreNotFoundInARoomThatIsBeingClosed) {
  process_->rooms.remove(room_->id, 4);  // its history is still there
  EXPECT_EQ(fault_of(chat_->history().get_message(kNobody, 2)), "not_found");
  EXPECT_EQ(fault({.room = room_->id}), "not_found");
}

TEST_F(MessagesTest, AreReadAsEventsForSubscribers) {
  EXPECT_EQ(chat_->history().read_room(*room_)->counter, 3);
  const auto events = chat_->history().read_events(*room_, 1, 7, kUnlimited);
  ASSERT_THAT(*events, SizeIs(2));
  EXPECT_EQ((*events)[0].n, 2);
  EXPECT_EQ(std::get<MessageSent>((*events)[1].what).message.content, "3");
  EXPECT_THAT(*chat_->history().read_events(*room_, 0, 1, kUnlimited), SizeIs(1));
}

TEST_F(MessagesTest, AreReadBySessionsAloneWhereTheyAreRequired) {
  reopen({}, Access::kSessions);
  EXPECT_EQ(fault_of(chat_->history().list_messages(kNobody, {})), "unauthenticated");
  EXPECT_EQ(fault_of(chat_->history().get_message(kNobody, 1)), "unauthenticated");
  EXPECT_EQ(fault_of(chat_->follow(kNobody, "lobby")), "unauthenticated");
  const Guest ann = guest("ann");
  EXPECT_THAT(chat_->history().list_messages(ann.actor, {})->messages, SizeIs(3));
  EXPECT_TRUE(chat_->history().get_message(ann.actor, 1).has_value());
  EXPECT_TRUE(chat_->follow(ann.actor, "lobby").has_value());
}

}  // namespace
}  // namespace vestnik::chat
