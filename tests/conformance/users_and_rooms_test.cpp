// Users and rooms: identity, duplicates, lists, counts.
#include "conformance/support.hpp"

namespace vestnik::conformance {
namespace {

class UsersAndRooms : public StoreTest {};
VESTNIK_FOR_EVERY_STORAGE(UsersAndRooms);

TEST_P(UsersAndRooms, UsersAreNumberedFromOne) {
  EXPECT_EQ(must(store().create_user({.username = "admin", .email = std::nullopt})).id, 1);
  EXPECT_EQ(must(store().create_user({.username = "Женя", .email = "zhenya@example.org"})).id, 2);
  reopen();
  EXPECT_EQ(must(store().create_user({.username = "third", .email = std::nullopt})).id, 3);
  EXPECT_EQ(describe(must(store().get_user(2))), "user 2 'Женя' email 'zhenya@example.org'");
  EXPECT_EQ(describe(must(store().get_user(3))), "user 3 'third' email none");
}

TEST_P(UsersAndRooms, AUsernameIsTakenOnce) {
  must(store().create_user({.username = "anna", .email = std::nullopt}));
  EXPECT_EQ(code_of(store().create_user({.username = "anna", .email = "other@example.org"})),
            ErrorCode::kAlreadyExists);
  reopen();
  EXPECT_EQ(code_of(store().create_user({.username = "anna", .email = std::nullopt})), ErrorCode::kAlreadyExists);
  EXPECT_EQ(must(store().create_user({.username = "anna b", .email = std::nullopt})).id, 2);
}

// One name as people write it in several ways; what they take for it in rooms and accounts.
const std::vector<std::pair<std::string, std::vector<std::string>>> kAlike = {
    {"café", {"cafe\u0301", "CAFÉ", "ＣＡＦÉ"}},
    {"Йод", {"И\u0306од", "йод"}},
    {"Ёлка", {"Е\u0308лка"}},
    {"한글", {"\u1112\u1161\u11AB\u1100\u1173\u11AF"}},
    {"Å", {"\u212B", "A\u030A"}},
    {"admin", {"Admin", "\u0430dmin", "ａｄｍｉｎ", "αdmin"}},
    {"x y", {"x\u00A0y", "x\u3000y", "Х У"}},
    {"علی\u200Cرضا", {"علیرضا"}},
};

TEST_P(UsersAndRooms, AUsernameIsTakenInEverySpelling) {
  for (const auto& [name, others] : kAlike) {
    must(store().create_user({.username = name, .email = std::nullopt}));
    for (const auto& other : others) {
      EXPECT_EQ(code_of(store().create_user({.username = other, .email = std::nullopt})), ErrorCode::kAlreadyExists)
          << other;
    }
  }
  EXPECT_EQ(must(store().create_user({.username = "cafe", .email = std::nullopt})).username, "cafe") << "accents count";
}

TEST_P(UsersAndRooms, ANameOfAnAccountIsNotAGuests) {
  must(store().create_user({.username = "admin", .email = std::nullopt}));
  int sessions = 0;
  const auto guest = [&](const std::string& name) {
    return store().create_session({.key = std::to_string(++sessions), .user_id = {}, .display_name = name}, at(1s));
  };
  for (const auto* name : {"admin", "Admin", "\u0430dmin", "ａdmin"}) {
    EXPECT_EQ(code_of(guest(name)), ErrorCode::kAlreadyExists) << name;
  }
  const auto anna = must(guest("anna")).user.id;
  EXPECT_NE(must(guest("anna")).user.id, anna) << "guests share their names";
  reopen();
  EXPECT_EQ(code_of(guest("ADMIN")), ErrorCode::kAlreadyExists);
  EXPECT_EQ(code_of(store().promote_guest(anna, {.username = "Admin", .email = {}})), ErrorCode::kAlreadyExists);
  must(store().promote_guest(anna, {.username = "Anna", .email = {}}));
  EXPECT_EQ(code_of(guest("anna")), ErrorCode::kAlreadyExists);
  EXPECT_TRUE(store().create_session({.key = "own", .user_id = 1, .display_name = {}}, at(1s)).has_value());
}

TEST_P(UsersAndRooms, ARoomIsFoundByEverySpellingOfItsName) {
  for (const auto& [name, others] : kAlike) {
    const auto id = make_room(name);
    for (const auto& other : others) {
      EXPECT_EQ(must(store().find_room(other)).info.id, id) << other;
      EXPECT_EQ(code_of(store().create_room(new_room("other", other))), ErrorCode::kAlreadyExists) << other;
    }
    append_one(chat::Closing{.room_id = id, .user_id = {}}, at(1s));
    EXPECT_EQ(code_of(store().find_room(others[0])), ErrorCode::kNotFound) << name;
    make_room(others[0]);
  }
}

TEST_P(UsersAndRooms, AnUnknownUserIsNotFound) {
  for (const chat::UserId id : {0L, -1L, 1L, INT64_MAX, INT64_MIN}) {
    EXPECT_EQ(code_of(store().get_user(id)), ErrorCode::kNotFound) << id;
  }
}

TEST_P(UsersAndRooms, TheListOfUsersIsPaged) {
  for (const char* name : {"d", "c", "b", "a"}) must(store().create_user({.username = name, .email = std::nullopt}));
  const auto names = [&](std::int64_t offset, std::int32_t limit) {
    std::string text;
    for (const auto& user : must(store().list_users(offset, limit))) text += user.username;
    return text;
  };
  EXPECT_EQ(names(0, 10), "dcba");
  EXPECT_EQ(names(0, 3), "dcb");
  EXPECT_EQ(names(3, 3), "a");
  EXPECT_EQ(names(4, 3), "");
  EXPECT_EQ(names(INT64_MAX, 3), "");
  EXPECT_EQ(names(0, 0), "");
}

TEST_P(UsersAndRooms, ARoomIsFoundByIdAndName) {
  auto room = new_room("5f0c1d8e-0000-4000-8000-000000000001", "stream");
  room.info.epoch = "k3";
  room.info.created_at = at(1'234'567us);
  room.rules.max_length = 128;
  room.rules.client_seq_required = true;
  const auto created = must(store().create_room(room));
  EXPECT_EQ(
      describe(created),
      "room 5f0c1d8e-0000-4000-8000-000000000001 'stream' epoch k3 created 2024-01-01T00:00:01.234567Z owner none "
      "max_length '128' limit none expires none client_seq true read_only false "
      "counter 0 floor 0 count 0 total 0 last none");
  reopen();
  EXPECT_EQ(describe(must(store().find_room("stream"))), describe(created));
  EXPECT_EQ(describe(must(store().find_room(room.info.id))), describe(created));
}

TEST_P(UsersAndRooms, AnUnknownRoomIsNotFound) {
  make_room("lobby");
  for (const char* name : {"", "lobby\u0301", "lobby ", "5f0c1d8e-0000-4000-8000-000000000001", "' OR 1=1 --", "%"}) {
    EXPECT_EQ(code_of(store().find_room(name)), ErrorCode::kNotFound) << name;
  }
}

TEST_P(UsersAndRooms, ARoomsNameAndIdAreTakenOnce) {
  must(store().create_room(new_room("id-1", "one")));
  EXPECT_EQ(code_of(store().create_room(new_room("id-2", "one"))), ErrorCode::kAlreadyExists);
  EXPECT_EQ(code_of(store().create_room(new_room("id-1", "two"))), ErrorCode::kAlreadyExists);
  reopen();
  EXPECT_EQ(code_of(store().create_room(new_room("id-2", "one"))), ErrorCode::kAlreadyExists);
  must(store().create_room(new_room("id-2", "two")));
  EXPECT_EQ(must(store().list_rooms(0, 10)).size(), 2U);
}

TEST_P(UsersAndRooms, RoomsAreListedInTheOrderOfCreation) {
  for (const char* name : {"z", "m", "a"}) make_room(name);
  const auto names = [&](std::int64_t offset, std::int32_t limit) {
    std::string text;
    for (const auto& room : must(store().list_rooms(offset, limit))) text += room.info.name;
    return text;
  };
  EXPECT_EQ(names(0, 10), "zma");
  EXPECT_EQ(names(1, 1), "m");
  EXPECT_EQ(names(2, 10), "a");
  EXPECT_EQ(names(3, 10), "");
}

TEST_P(UsersAndRooms, ARoomTellsTheStateOfItsHistory) {
  const auto room = make_room("one");
  const auto other = make_room("other");
  for (int i = 1; i <= 3; ++i) append_one(draft_for(room, "text"), at(i * 1s));
  append_one(draft_for(other, "text"), at(10s));
  reopen();
  const auto state = must(store().find_room("one"));
  EXPECT_EQ(state.counter, 3);
  EXPECT_EQ(state.floor, 0);
  EXPECT_EQ(state.message_count, 3);
  EXPECT_EQ(state.last_message_at, at(3s));
  EXPECT_EQ(describe(must(store().list_rooms(0, 1))), describe(std::vector{state}));
}

TEST_P(UsersAndRooms, StatsCountEverything) {
  EXPECT_EQ(describe(must(store().stats(at(0s)))), "0 users, 0 sessions, 0 rooms, 0 messages, 0 since");
  must(store().create_user({.username = "admin", .email = std::nullopt}));
  const auto first = make_room("first");
  const auto second = make_room("second");
  for (int i = 0; i < 10; ++i) append_one(draft_for(i % 3 == 0 ? first : second, "text"), at(i * 1s));
  reopen();
  EXPECT_EQ(describe(must(store().stats(at(0s)))), "1 users, 0 sessions, 2 rooms, 10 messages, 10 since");
  EXPECT_EQ(must(store().stats(at(4s))).messages_since, 6);
  EXPECT_EQ(must(store().stats(at(4s + 1us))).messages_since, 5);
  EXPECT_EQ(must(store().stats(at(9s))).messages_since, 1);
  EXPECT_EQ(must(store().stats(at(9s + 1us))).messages_since, 0);
}

TEST_P(UsersAndRooms, AWorkingStorageSaysSo) {
  EXPECT_TRUE(store().check().has_value());
  EXPECT_TRUE(store().description().starts_with(GetParam().name + ":"));
}

}  // namespace
}  // namespace vestnik::conformance
