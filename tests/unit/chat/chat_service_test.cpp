#include "chat/chat_service.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <thread>
#include <vector>

#include "base/ids.hpp"
#include "unit/chat/fake_store.hpp"

namespace vestnik::chat {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;

using Call = FakeStore::Call;

constexpr Time kNow = std::chrono::sys_days(std::chrono::year(2024) / 1 / 1) + 12h;
const Error kClosed{.code = ErrorCode::kUnavailable, .detail = "the storage is closed"};

template <typename T>
std::optional<ErrorCode> code_of(const Result<T>& result) {
  return result ? std::nullopt : std::optional(result.error().code);
}

// The one field at fault, or the code of an error without fields; empty when there is no error.
template <typename T>
std::string fault_of(const Result<T>& result) {
  if (result) return "";
  const auto& error = result.error();
  return error.violations.size() == 1 ? error.violations[0].field : std::string(name_of(error.code));
}

class ChatServiceTest : public testing::Test {
 protected:
  ChatService service(Limits limits = {}) {
    return {store_, limits, [this] { return now_; }};
  }

  FakeStore store_;
  Time now_ = kNow;
};

class OpenTest : public ChatServiceTest {};

TEST_F(OpenTest, MakesTheAdminTheLobbyAndTheStream) {
  auto chat = service();
  ASSERT_TRUE(chat.open().has_value());
  const auto admin = chat.get_user(1);
  EXPECT_EQ(admin->username, "admin");
  EXPECT_EQ(admin->email, "admin@example.com");
  const auto lobby = chat.find_room("lobby");
  EXPECT_FALSE((*lobby)->max_length);
  EXPECT_FALSE((*lobby)->client_seq_required);
  const auto stream = chat.find_room("stream");
  EXPECT_EQ((*stream)->max_length, 128);
  EXPECT_TRUE((*stream)->client_seq_required);
  for (const auto& room : {*lobby, *stream}) {
    EXPECT_TRUE(looks_like_uuid(room->id));
    EXPECT_EQ(room->created_at, kNow);
    EXPECT_TRUE(parse_position(room->epoch + ":0", "epoch").has_value());
  }
  EXPECT_NE((*lobby)->epoch, (*stream)->epoch);
}

TEST_F(OpenTest, LeavesWhatIsThereAsItIs) {
  const auto id = [this] {
    auto chat = service();
    EXPECT_TRUE(chat.open().has_value());
    return (*chat.find_room("lobby"))->id;
  };
  const auto first = id();
  EXPECT_EQ(id(), first);
  EXPECT_EQ(store_.calls(Call::kCreateUser), 1u);
  EXPECT_EQ(store_.calls(Call::kCreateRoom), 2u);
}

TEST_F(OpenTest, GoesOnAfterAStartThatBrokeOff) {
  store_.script(Call::kCreateRoom, {std::nullopt, kClosed});
  EXPECT_EQ(fault_of(service().open()), "unavailable");
  auto chat = service();
  ASSERT_TRUE(chat.open().has_value());
  EXPECT_TRUE(chat.find_room("stream").has_value());
  EXPECT_THAT(*chat.list_users({}, {}), SizeIs(1));
}

TEST_F(OpenTest, ReadsAllRoomsHoweverMany) {
  for (int i = 0; i < 1'001; ++i) {
    ASSERT_TRUE(store_.create_room({{.id = fmt::format("id {}", i), .name = fmt::format("room {}", i)}}).has_value());
  }
  auto chat = service();
  ASSERT_TRUE(chat.open().has_value());
  for (int i = 0; i < 1'001; ++i) ASSERT_TRUE(chat.find_room(fmt::format("room {}", i)).has_value()) << i;
  EXPECT_TRUE(chat.find_room("stream").has_value());
}

TEST_F(OpenTest, SaysWhichCallFailed) {
  for (const Call call : {Call::kListUsers, Call::kCreateUser, Call::kFindRoom, Call::kCreateRoom, Call::kListRooms}) {
    FakeStore store;
    store.fail_next(call, kClosed);
    ChatService chat(store, {}, [] { return kNow; });
    EXPECT_EQ(fault_of(chat.open()), "unavailable") << static_cast<int>(call);
  }
}

class OpenedTest : public ChatServiceTest {
 protected:
  OpenedTest() { reopen({}); }

  void reopen(Limits limits) {
    chat_ = std::make_unique<ChatService>(store_, limits, [this] { return now_; });
    if (!chat_->open()) throw std::runtime_error("the service does not open");
  }

  std::unique_ptr<ChatService> chat_;
};

class UsersTest : public OpenedTest {};

TEST_F(UsersTest, AreCreatedAndFound) {
  const auto ann = chat_->create_user({.username = "ann", .email = "ann@example.com"});
  ASSERT_TRUE(ann.has_value());
  EXPECT_EQ(chat_->get_user(ann->id)->username, "ann");
  EXPECT_EQ(fault_of(chat_->get_user(77)), "not_found");
  EXPECT_EQ(fault_of(chat_->create_user({.username = "ann"})), "already_exists");
}

TEST_F(UsersTest, AreCheckedBeforeTheStorageIsAsked) {
  const auto before = store_.calls(Call::kCreateUser);
  EXPECT_EQ(fault_of(chat_->create_user({.username = ""})), "username");
  EXPECT_EQ(fault_of(chat_->create_user({.username = "ann", .email = "nowhere"})), "email");
  EXPECT_EQ(store_.calls(Call::kCreateUser), before);
}

TEST_F(UsersTest, AreAtMostAsManyAsAllowed) {
  reopen({.max_users = 2});
  EXPECT_TRUE(chat_->create_user({.username = "ann"}).has_value());  // the admin is the first
  const auto refused = chat_->create_user({.username = "bob"});
  EXPECT_EQ(code_of(refused), ErrorCode::kResourceExhausted);
  EXPECT_THAT(refused.error().detail, HasSubstr("--max-users"));
}

TEST_F(UsersTest, AreAtMostAsManyAsAllowedWhenTwoAskAtOnce) {
  reopen({.max_users = 2});
  store_.let_meet(Call::kCreateUser);
  std::jthread ann([&] { chat_->create_user({.username = "ann"}); });
  std::jthread bob([&] { chat_->create_user({.username = "bob"}); });
  ann.join();
  bob.join();
  EXPECT_THAT(*chat_->list_users({}, {}), SizeIs(2));
}

TEST_F(UsersTest, AreListedByPages) {
  for (int i = 2; i <= 60; ++i) ASSERT_TRUE(chat_->create_user({.username = fmt::format("user {}", i)}).has_value());
  EXPECT_THAT(*chat_->list_users({}, {}), SizeIs(50));
  const auto page = *chat_->list_users(58, 10);
  ASSERT_THAT(page, SizeIs(2));
  EXPECT_EQ(page[0].username, "user 59");
  EXPECT_EQ(fault_of(chat_->list_users(-1, {})), "offset");
  EXPECT_EQ(fault_of(chat_->list_users({}, 0)), "limit");
  EXPECT_EQ(fault_of(chat_->list_users({}, 501)), "limit");
}

class RoomsTest : public OpenedTest {};

TEST_F(RoomsTest, AreFoundByNameAndByIdAndTheLobbyByNothing) {
  const auto room = chat_->create_room("кухня", 10);
  ASSERT_TRUE(room.has_value());
  EXPECT_EQ(room->info.max_length, 10);
  EXPECT_EQ(room->info.created_at, kNow);
  EXPECT_EQ((*chat_->find_room("кухня"))->id, room->info.id);
  EXPECT_EQ((*chat_->find_room(room->info.id))->name, "кухня");
  EXPECT_EQ(chat_->get_room("кухня")->info.id, room->info.id);
  EXPECT_EQ((*chat_->find_room(""))->name, "lobby");
  EXPECT_EQ(fault_of(chat_->find_room("attic")), "not_found");
  EXPECT_EQ(fault_of(chat_->get_room("attic")), "not_found");
}

TEST_F(RoomsTest, AreCheckedBeforeTheStorageIsAsked) {
  const auto before = store_.calls(Call::kCreateRoom);
  EXPECT_EQ(fault_of(chat_->create_room("a/b", {})), "name");
  EXPECT_EQ(fault_of(chat_->create_room("kitchen", 0)), "max_length");
  EXPECT_EQ(fault_of(chat_->create_room("kitchen", 16'385)), "max_length");
  EXPECT_EQ(store_.calls(Call::kCreateRoom), before);
}

TEST_F(RoomsTest, AreNotKnownWhenTheStorageRefusesThem) {
  store_.fail_next(Call::kCreateRoom, kClosed);
  EXPECT_EQ(fault_of(chat_->create_room("kitchen", {})), "unavailable");
  EXPECT_EQ(fault_of(chat_->find_room("kitchen")), "not_found");
  EXPECT_TRUE(chat_->create_room("kitchen", {}).has_value());
  EXPECT_EQ(fault_of(chat_->create_room("kitchen", {})), "already_exists");
}

TEST_F(RoomsTest, AreAtMostAsManyAsAllowed) {
  reopen({.max_rooms = 3});
  EXPECT_TRUE(chat_->create_room("kitchen", {}).has_value());
  const auto refused = chat_->create_room("attic", {});
  EXPECT_EQ(code_of(refused), ErrorCode::kResourceExhausted);
  EXPECT_THAT(refused.error().detail, HasSubstr("--max-rooms"));
}

TEST_F(RoomsTest, AreAtMostAsManyAsAllowedWhenTwoAskAtOnce) {
  reopen({.max_rooms = 3});
  store_.let_meet(Call::kCreateRoom);
  std::jthread kitchen([&] { chat_->create_room("kitchen", {}); });
  std::jthread attic([&] { chat_->create_room("attic", {}); });
  kitchen.join();
  attic.join();
  EXPECT_THAT(*chat_->list_rooms({}, {}), SizeIs(3));
}

TEST_F(RoomsTest, AreListedByPages) {
  const auto page = *chat_->list_rooms(1, 1);
  ASSERT_THAT(page, SizeIs(1));
  EXPECT_EQ(page[0].info.name, "stream");
  EXPECT_EQ(fault_of(chat_->list_rooms(-1, {})), "offset");
  EXPECT_EQ(fault_of(chat_->list_rooms({}, 501)), "limit");
}

class MessagesTest : public OpenedTest {
 protected:
  MessagesTest() : room_(*chat_->find_room("lobby")) {
    std::vector<Draft> drafts;
    for (int i = 1; i <= 3; ++i) drafts.push_back({.room_id = room_->id, .content = std::to_string(i)});
    if (!store_.append(drafts, now_)) throw std::runtime_error("no messages");
  }

  // What the storage is asked for a request that must be right.
  HistoryQuery asked(const HistoryRequest& request) {
    const auto page = chat_->list_messages(request);
    if (!page) throw std::runtime_error(page.error().detail);
    return *store_.last_query();
  }
  std::string fault(const HistoryRequest& request) {
    const auto calls = store_.calls(Call::kListMessages);
    auto found = fault_of(chat_->list_messages(request));
    EXPECT_EQ(store_.calls(Call::kListMessages), calls) << "the storage was asked";
    return found;
  }
  std::string at(std::int64_t n) const { return to_string({.epoch = room_->epoch, .n = n}); }

  RoomPtr room_;
};

TEST_F(MessagesTest, AreTheNewestFiftyOfTheLobbyByDefault) {
  const auto page = chat_->list_messages({});
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
  const auto stream = to_string({.epoch = (*chat_->find_room("stream"))->epoch, .n = 1});
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

TEST_F(MessagesTest, AreNotAskedForBackwardsInTime) {
  EXPECT_EQ(fault({.from = "2024-01-01T12:00:00.000001Z", .to = "2024-01-01T12:00:00Z"}), "from");
  EXPECT_EQ(fault({.from = "-1m", .to = "-2m"}), "from");
  EXPECT_EQ(asked({.from = "-1m", .to = "-1m"}).from, kNow - 1min);  // empty, but no mistake
}

TEST_F(MessagesTest, AreAskedForByOffsetOrByPositionButNotByBoth) {
  EXPECT_EQ(asked({.offset = 7}).offset, 7);
  EXPECT_EQ(asked({.offset = 7, .from = "-1h"}).offset, 7);
  EXPECT_EQ(fault({.offset = 0, .after = at(1)}), "offset");
  EXPECT_EQ(fault({.offset = 1, .before = at(1)}), "offset");
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
  EXPECT_EQ(asked({.room = "stream"}).room_id, (*chat_->find_room("stream"))->id);
  EXPECT_EQ(asked({.room = room_->id}).room_id, room_->id);
  EXPECT_EQ(fault({.room = "attic"}), "not_found");
}

TEST_F(MessagesTest, AreMissingWhenTheStorageFails) {
  store_.script(Call::kListMessages, {kClosed, kClosed, kClosed});
  EXPECT_EQ(fault_of(chat_->list_messages({})), "unavailable");
  EXPECT_EQ(fault_of(chat_->read_after(*room_, 0, 10)), "unavailable");
  EXPECT_EQ(fault_of(chat_->read_newest(*room_, 10)), "unavailable");
}

TEST_F(MessagesTest, AreReadOldestFirstForSubscribers) {
  const auto after = chat_->read_after(*room_, 1, 7);
  EXPECT_EQ(store_.last_query()->after, 1);
  EXPECT_EQ(store_.last_query()->limit, 7);
  EXPECT_EQ(store_.last_query()->order, Order::kAscending);
  const auto newest = chat_->read_newest(*room_, 2);
  EXPECT_EQ(store_.last_query()->order, Order::kDescending);
  EXPECT_THAT(*newest, ElementsAre(testing::Field(&Message::content, "2"), testing::Field(&Message::content, "3")));
}

TEST_F(MessagesTest, AreCheckedByTheRulesOfTheirRoom) {
  const auto stream = *chat_->find_room("stream");
  EXPECT_EQ(chat_->check_message({.content = "x", .client_seq = 1}, *stream)->room_id, stream->id);
  EXPECT_EQ(fault_of(chat_->check_message({.content = "x"}, *stream)), "client_seq");
  EXPECT_EQ(fault_of(chat_->check_message({.content = std::string(129, 'x'), .client_seq = 1}, *stream)), "content");
  reopen({.max_message_length = 2});
  EXPECT_EQ(fault_of(chat_->check_message({.content = "xxx"}, *room_)), "content");
}

TEST_F(MessagesTest, AreCountedOverTheLastHour) {
  const auto stats = chat_->stats();
  EXPECT_EQ(stats->messages, 3);
  EXPECT_EQ(stats->rooms, 2);
  EXPECT_EQ(store_.last_since(), kNow - 1h);
}

}  // namespace
}  // namespace vestnik::chat
