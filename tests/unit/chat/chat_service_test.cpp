// What a start makes, users and rooms.
#include <fmt/format.h>
#include <gmock/gmock.h>

#include <thread>

#include "base/ids.hpp"
#include "unit/chat/service_fixture.hpp"

namespace vestnik::chat {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;

const Actor kNobody;

class OpenTest : public ServiceTest {};

TEST_F(OpenTest, MakesTheAdminTheLobbyAndTheStream) {
  const auto process = started();
  ChatService& chat = process->chat;
  ASSERT_TRUE(chat.open().has_value());
  const auto admin = chat.get_user(kNobody, 1);
  EXPECT_EQ(admin->username, "admin");
  EXPECT_EQ(admin->email, "admin@example.com");
  const auto lobby = chat.follow(kNobody, "lobby");
  EXPECT_EQ((*lobby)->rules(), RoomRules());
  const auto stream = chat.follow(kNobody, "stream");
  EXPECT_EQ((*stream)->rules(), (RoomRules{.max_length = 128, .client_seq_required = true}));
  for (const auto& room : {*lobby, *stream}) {
    EXPECT_TRUE(looks_like_uuid(room->id));
    EXPECT_EQ(room->created_at, kNow);
    EXPECT_TRUE(parse_position(room->epoch + ":0", "epoch").has_value());
  }
  EXPECT_NE((*lobby)->epoch, (*stream)->epoch);
}

TEST_F(OpenTest, LeavesWhatIsThereAsItIs) {
  const auto id = [this] {
    const auto process = started();
    ChatService& chat = process->chat;
    EXPECT_TRUE(chat.open().has_value());
    return (*chat.follow(kNobody, "lobby"))->id;
  };
  const auto first = id();
  EXPECT_EQ(id(), first);
  EXPECT_EQ(store_.calls(Call::kCreateUser), 1u);
  EXPECT_EQ(store_.calls(Call::kCreateRoom), 2u);
}

TEST_F(OpenTest, TakesAwayTheEndOfABuiltInRoom) {
  ASSERT_TRUE(started()->chat.open().has_value());
  for (const auto* name : {"lobby", "stream"}) {
    RulesPatch patch;
    patch.expires_at.emplace(kNow - 1h);
    const Change change = RulesChange{.room_id = store_.find_room(name)->info.id, .patch = patch};
    ASSERT_TRUE(store_.append({&change, 1}, kNow).has_value());
  }
  const auto process = started();
  ASSERT_TRUE(process->chat.open().has_value());
  for (const auto* name : {"lobby", "stream"}) {
    EXPECT_EQ(store_.find_room(name)->rules.expires_at, std::nullopt) << name;
    EXPECT_EQ(process->rooms.find(name)->rules().expires_at, std::nullopt) << name;
  }
  EXPECT_TRUE(process->rooms.expired(kNow + 1h).empty());
}

TEST_F(OpenTest, SaysHowFarTheNewestMessageIsAheadOfTheClock) {
  auto process = started();
  ASSERT_TRUE(process->chat.open().has_value());
  EXPECT_EQ(process->chat.time_ahead(), 0s);
  const Change draft = Draft{.room_id = store_.find_room("lobby")->info.id, .content = "of the future"};
  ASSERT_TRUE(store_.append({&draft, 1}, kNow + 24h).has_value());
  process = started();
  ASSERT_TRUE(process->chat.open().has_value());
  EXPECT_EQ(process->chat.time_ahead(), 24h);
  now_ += 24h;
  EXPECT_EQ(process->chat.time_ahead(), 0s);
}

TEST_F(OpenTest, GoesOnAfterAStartThatBrokeOff) {
  store_.script(Call::kCreateRoom, {std::nullopt, kClosed});
  EXPECT_EQ(fault_of(started()->chat.open()), "unavailable");
  const auto process = started();
  ChatService& chat = process->chat;
  ASSERT_TRUE(chat.open().has_value());
  EXPECT_TRUE(chat.follow(kNobody, "stream").has_value());
  EXPECT_THAT(*chat.list_users(kNobody, {}, {}), SizeIs(1));
}

TEST_F(OpenTest, ReadsAllRoomsHoweverMany) {
  for (int i = 0; i < 1'001; ++i) {
    ASSERT_TRUE(
        store_.create_room({{.id = fmt::format("id {}", i), .name = fmt::format("room {}", i)}, {}}).has_value());
  }
  const auto process = started();
  ChatService& chat = process->chat;
  ASSERT_TRUE(chat.open().has_value());
  for (int i = 0; i < 1'001; ++i) ASSERT_TRUE(chat.follow(kNobody, fmt::format("room {}", i)).has_value()) << i;
  EXPECT_TRUE(chat.follow(kNobody, "stream").has_value());
}

TEST_F(OpenTest, SaysWhichCallFailed) {
  for (const Call call : {Call::kListUsers, Call::kCreateUser, Call::kFindRoom, Call::kCreateRoom, Call::kListRooms,
                          Call::kListSessions, Call::kStats}) {
    FakeStore store;
    store.fail_next(call, kClosed);
    Process process(store, {}, Access::kOpen, {}, [] { return kNow; });
    EXPECT_EQ(fault_of(process.chat.open()), "unavailable") << static_cast<int>(call);
  }
}

class UsersTest : public OpenedTest {};

TEST_F(UsersTest, AreCreatedAndFound) {
  const auto ann = chat_->create_user(kNobody, {.username = "ann", .email = "ann@example.com"});
  ASSERT_TRUE(ann.has_value());
  EXPECT_EQ(chat_->get_user(kNobody, ann->id)->username, "ann");
  EXPECT_EQ(fault_of(chat_->get_user(kNobody, 77)), "not_found");
  EXPECT_EQ(fault_of(chat_->create_user(kNobody, {.username = "ann"})), "already_exists");
}

TEST_F(UsersTest, AreCheckedBeforeTheStorageIsAsked) {
  const auto before = store_.calls(Call::kCreateUser);
  EXPECT_EQ(fault_of(chat_->create_user(kNobody, {.username = ""})), "username");
  EXPECT_EQ(fault_of(chat_->create_user(kNobody, {.username = "ann", .email = "nowhere"})), "email");
  EXPECT_EQ(store_.calls(Call::kCreateUser), before);
}

TEST_F(UsersTest, AreAtMostAsManyAsAllowed) {
  reopen({.max_users = 2});
  EXPECT_TRUE(chat_->create_user(kNobody, {.username = "ann"}).has_value());  // the admin is the first
  const auto refused = chat_->create_user(kNobody, {.username = "bob"});
  EXPECT_EQ(code_of(refused), ErrorCode::kResourceExhausted);
  EXPECT_THAT(refused.error().detail, HasSubstr("--max-users"));
}

TEST_F(UsersTest, AreAtMostAsManyAsAllowedWhenTwoAskAtOnce) {
  reopen({.max_users = 2});
  store_.let_meet(Call::kCreateUser);
  std::jthread ann([&] { chat_->create_user(kNobody, {.username = "ann"}); });
  std::jthread bob([&] { chat_->create_user(kNobody, {.username = "bob"}); });
  ann.join();
  bob.join();
  EXPECT_THAT(*chat_->list_users(kNobody, {}, {}), SizeIs(2));
}

TEST_F(UsersTest, AreListedByPages) {
  for (int i = 2; i <= 60; ++i)
    ASSERT_TRUE(chat_->create_user(kNobody, {.username = fmt::format("user {}", i)}).has_value());
  EXPECT_THAT(*chat_->list_users(kNobody, {}, {}), SizeIs(50));
  const auto page = *chat_->list_users(kNobody, 58, 10);
  ASSERT_THAT(page, SizeIs(2));
  EXPECT_EQ(page[0].username, "user 59");
  EXPECT_EQ(fault_of(chat_->list_users(kNobody, -1, {})), "offset");
  EXPECT_EQ(fault_of(chat_->list_users(kNobody, {}, 0)), "limit");
  EXPECT_EQ(fault_of(chat_->list_users(kNobody, {}, 501)), "limit");
}

class RoomsTest : public OpenedTest {};

TEST_F(RoomsTest, AreFoundByNameAndByIdAndTheLobbyByNothing) {
  const auto room = chat_->create_room(kNobody, "кухня", {.max_length = 10});
  ASSERT_TRUE(room.has_value());
  EXPECT_EQ(room->room.rules.max_length, 10);
  EXPECT_EQ(room->room.info.created_at, kNow);
  EXPECT_EQ((*chat_->follow(kNobody, "кухня"))->id, room->room.info.id);
  EXPECT_EQ((*chat_->follow(kNobody, room->room.info.id))->name, "кухня");
  EXPECT_EQ(chat_->get_room(kNobody, "кухня")->room.info.id, room->room.info.id);
  EXPECT_EQ((*chat_->follow(kNobody, ""))->name, "lobby");
  EXPECT_EQ(fault_of(chat_->follow(kNobody, "attic")), "not_found");
  EXPECT_EQ(fault_of(chat_->get_room(kNobody, "attic")), "not_found");
}

TEST_F(RoomsTest, AreCheckedBeforeTheStorageIsAsked) {
  const auto before = store_.calls(Call::kCreateRoom);
  EXPECT_EQ(fault_of(chat_->create_room(kNobody, "a/b", {})), "name");
  EXPECT_EQ(fault_of(chat_->create_room(kNobody, "kitchen", {.max_length = 0})), "max_length");
  EXPECT_EQ(fault_of(chat_->create_room(kNobody, "kitchen", {.max_length = 16'385})), "max_length");
  EXPECT_EQ(store_.calls(Call::kCreateRoom), before);
}

TEST_F(RoomsTest, AreNotKnownWhenTheStorageRefusesThem) {
  store_.fail_next(Call::kCreateRoom, kClosed);
  EXPECT_EQ(fault_of(chat_->create_room(kNobody, "kitchen", {})), "unavailable");
  EXPECT_EQ(fault_of(chat_->follow(kNobody, "kitchen")), "not_found");
  EXPECT_TRUE(chat_->create_room(kNobody, "kitchen", {}).has_value());
  EXPECT_EQ(fault_of(chat_->create_room(kNobody, "kitchen", {})), "already_exists");
}

TEST_F(RoomsTest, AreAtMostAsManyAsAllowed) {
  reopen({.max_rooms = 3});
  EXPECT_TRUE(chat_->create_room(kNobody, "kitchen", {}).has_value());
  const auto refused = chat_->create_room(kNobody, "attic", {});
  EXPECT_EQ(code_of(refused), ErrorCode::kResourceExhausted);
  EXPECT_THAT(refused.error().detail, HasSubstr("--max-rooms"));
}

TEST_F(RoomsTest, AreAtMostAsManyAsAllowedWhenTwoAskAtOnce) {
  reopen({.max_rooms = 3});
  store_.let_meet(Call::kCreateRoom);
  std::jthread kitchen([&] { chat_->create_room(kNobody, "kitchen", {}); });
  std::jthread attic([&] { chat_->create_room(kNobody, "attic", {}); });
  kitchen.join();
  attic.join();
  EXPECT_THAT(*chat_->list_rooms(kNobody, {}, {}), SizeIs(3));
}

TEST_F(RoomsTest, AreListedByPages) {
  const auto page = *chat_->list_rooms(kNobody, 1, 1);
  ASSERT_THAT(page, SizeIs(1));
  EXPECT_EQ(page[0].room.info.name, "stream");
  EXPECT_EQ(fault_of(chat_->list_rooms(kNobody, -1, {})), "offset");
  EXPECT_EQ(fault_of(chat_->list_rooms(kNobody, {}, 501)), "limit");
}

TEST_F(RoomsTest, BelongToWhoMadeThem) {
  const Guest ann = guest("ann");
  const auto made = chat_->create_room(ann.actor, "kitchen", {.message_limit = 9, .read_only = true, .ttl = "1h"});
  ASSERT_TRUE(made.has_value());
  EXPECT_EQ(made->owner, "ann");
  EXPECT_EQ(made->room.info.owner_id, ann.id());
  EXPECT_EQ(made->room.rules, (RoomRules{.message_limit = 9, .expires_at = kNow + 1h, .read_only = true}));
  EXPECT_EQ(room("kitchen")->rules(), made->room.rules);
  EXPECT_EQ(chat_->get_room(kNobody, "kitchen")->owner, "ann");
  EXPECT_EQ(chat_->get_room(kNobody, "lobby")->owner, "");
}

TEST_F(RoomsTest, BelongToUsersThatExist) {
  EXPECT_EQ(chat_->create_room({.user_id = 1}, "kitchen", {})->owner, "admin");
  EXPECT_EQ(fault_of(chat_->create_room({.user_id = 77}, "attic", {})), "user_id");
  store_.fail_next(Call::kGetUser, kClosed);
  EXPECT_EQ(fault_of(chat_->create_room({.user_id = 1}, "attic", {})), "unavailable");
  EXPECT_EQ(fault_of(chat_->follow(kNobody, "attic")), "not_found");
}

TEST_F(RoomsTest, ShowTheNewNameOfAnOwnerWhoBecameAnAccount) {
  const Guest ann = guest("ann");
  ASSERT_TRUE(chat_->create_room(ann.actor, "kitchen", {}).has_value());
  ASSERT_TRUE(chat_->create_user(ann.actor, {.username = "anna"}).has_value());
  EXPECT_EQ(chat_->get_room(kNobody, "kitchen")->owner, "anna");
}

TEST_F(RoomsTest, AreMadeAgainWhenOneWasClosed) {
  reopen({.max_rooms = 3});
  const auto made = chat_->create_room(kNobody, "kitchen", {});
  ASSERT_TRUE(made.has_value());
  EXPECT_EQ(fault_of(chat_->create_room(kNobody, "attic", {})), "resource_exhausted");
  commit(Closing{.room_id = made->room.info.id}, room("kitchen"));
  EXPECT_TRUE(chat_->create_room(kNobody, "kitchen", {}).has_value());
}

TEST_F(RoomsTest, AreForSessionsAloneWhereTheyAreRequired) {
  reopen({}, Access::kSessions);
  for (const Actor& actor : {kNobody, Actor{.user_id = 1}}) {
    EXPECT_EQ(fault_of(chat_->create_room(actor, "kitchen", {})), "unauthenticated");
    EXPECT_EQ(fault_of(chat_->get_room(actor, "lobby")), "unauthenticated");
    EXPECT_EQ(fault_of(chat_->list_rooms(actor, {}, {})), "unauthenticated");
    EXPECT_EQ(fault_of(chat_->list_members(actor, "lobby", {}, {})), "unauthenticated");
    EXPECT_EQ(fault_of(chat_->list_active_users(actor, "lobby")), "unauthenticated");
    EXPECT_EQ(fault_of(chat_->list_users(actor, {}, {})), "unauthenticated");
    EXPECT_EQ(fault_of(chat_->get_user(actor, 1)), "unauthenticated");
    EXPECT_EQ(fault_of(chat_->create_user(actor, {.username = "ann"})), "unauthenticated");
  }
  EXPECT_TRUE(chat_->create_room(guest("ann").actor, "kitchen", {}).has_value());
}

TEST_F(RoomsTest, HaveMembers) {
  const Guest ann = guest("ann");
  const RoomPtr lobby = room("lobby");
  EXPECT_THAT(*chat_->list_members(kNobody, "lobby", {}, {}), SizeIs(0));
  commit(Membership{.room_id = lobby->id, .user_id = ann.id()}, lobby);
  commit(Membership{.room_id = lobby->id, .user_id = 1}, lobby);
  const auto members = chat_->list_members(kNobody, "lobby", {}, {});
  ASSERT_THAT(*members, SizeIs(2));
  EXPECT_EQ((*members)[0].username, "ann");
  EXPECT_THAT(*chat_->list_members(kNobody, "lobby", 1, 1), ElementsAre(testing::Field(&Member::username, "admin")));
  EXPECT_EQ(fault_of(chat_->list_members(kNobody, "lobby", -1, {})), "offset");
  EXPECT_EQ(fault_of(chat_->list_members(kNobody, "lobby", {}, 501)), "limit");
  EXPECT_EQ(fault_of(chat_->list_members(kNobody, "attic", {}, {})), "not_found");
}

TEST_F(RoomsTest, KnowWhoIsActive) {
  const Guest ann = guest("ann");
  const RoomPtr lobby = room("lobby");
  say("hi", 1);
  EXPECT_EQ(chat_->get_room(kNobody, "lobby")->active_users, 1);
  auto connected = process_->presence.enter(lobby->id, ann.id());
  const auto active = chat_->list_active_users(kNobody, "lobby");
  EXPECT_THAT(*active, ElementsAre(testing::Field(&User::username, "admin"), testing::Field(&User::username, "ann")));
  now_ += Presence::kWindow;
  EXPECT_EQ(chat_->get_room(kNobody, "lobby")->active_users, 1);
  connected.reset();
  EXPECT_EQ(chat_->get_room(kNobody, "lobby")->active_users, 0);
  EXPECT_EQ(fault_of(chat_->list_active_users(kNobody, "attic")), "not_found");
}

}  // namespace
}  // namespace vestnik::chat
