// The end of rooms and what stays of it; cursors and what is unread.
#include <fmt/core.h>

#include <algorithm>
#include <vector>

#include "conformance/support.hpp"

namespace vestnik::conformance {
namespace {

class Closing : public StoreTest {
 protected:
  void SetUp() override { make_users(3); }
};
VESTNIK_FOR_EVERY_STORAGE(Closing);

TEST_P(Closing, AClosedRoomIsGone) {
  const auto room = make_room("room");
  const auto other = make_room("other");
  const auto id = send(room, "text", at(1s));
  send(other, "text", at(1s));
  append_one(chat::Membership{room, 1}, at(1s));
  must(store().set_cursor({.room_id = room, .user_id = 1, .name = "c"}, 1, chat::kUnlimited));
  const std::vector<chat::Change> changes = {
      chat::Closing{.room_id = room, .user_id = 1, .reason = chat::CloseReason::kExpired}, draft_for(room, "late"),
      chat::Closing{.room_id = room, .user_id = 1}};
  const auto results = must(store().append(changes, at(2s)));
  EXPECT_EQ(describe(results[0]), "new 3 2024-01-01T00:00:02Z by '1': expired");
  EXPECT_EQ(code_of(results[1]), ErrorCode::kNotFound);
  EXPECT_EQ(code_of(results[2]), ErrorCode::kNotFound);
  for (int round = 0; round < 3; ++round) {
    EXPECT_EQ(code_of(store().find_room(room)), ErrorCode::kNotFound);
    EXPECT_EQ(code_of(store().find_room("room")), ErrorCode::kNotFound);
    EXPECT_EQ(must(store().list_rooms(0, 10)).size(), 1U);
    EXPECT_TRUE(all_messages(room).empty());
    EXPECT_TRUE(all_events(room).empty());
    EXPECT_TRUE(must(store().list_members(room, 0, 10)).empty());
    EXPECT_EQ(code_of(store().get_message(id)), ErrorCode::kNotFound);
    EXPECT_EQ(code_of(store().get_unread({.room_id = room, .user_id = 1, .name = "c"})), ErrorCode::kNotFound);
    EXPECT_EQ(code_of(store().set_cursor({.room_id = room, .user_id = 1, .name = "c"}, 1, chat::kUnlimited)),
              ErrorCode::kNotFound);
    EXPECT_TRUE(must(store().list_unread(1, "c", 0, 10)).empty());
    EXPECT_EQ(code_of(try_one(draft_for(room, "text"), at(3s))), ErrorCode::kNotFound);
    EXPECT_EQ(describe(must(store().stats(at(0s)))), "3 users, 0 sessions, 1 rooms, 1 messages, 1 since");
    if (round == 0) reopen();
    if (round == 1) sweep();
  }
}

TEST_P(Closing, NameAndIdAreFreeAtOnce) {
  must(store().create_room(new_room("id", "room")));
  send("id", "old", at(1s));
  append_one(chat::Membership{"id", 1}, at(1s));
  append_one(chat::Closing{.room_id = "id", .user_id = {}}, at(1s));
  must(store().create_room(new_room("id", "room")));
  EXPECT_EQ(post(draft_for("id", "new"), at(1s)).n, 1);
  for (int round = 0; round < 2; ++round) {
    EXPECT_EQ(all_messages("id").size(), 1U);
    EXPECT_TRUE(must(store().list_members("id", 0, 10)).empty());
    EXPECT_EQ(must(store().find_room("room")).counter, 1);
    sweep();
    reopen();
  }
}

TEST_P(Closing, IdsAndTimeGoOnAfterTheNewestMessagesHaveGone) {
  const auto room = make_room("room");
  const auto id = send(room, "text", at(1s));
  append_one(chat::Closing{.room_id = room, .user_id = {}}, at(10s));
  sweep();
  reopen();
  const auto next = post(draft_for(make_room("next"), "text"), at(2s));
  EXPECT_EQ(next.id, id + 1);
  EXPECT_EQ(next.created_at, at(10s + 1us));
}

TEST_P(Closing, SweepingTakesPiecesAndSparesTheRest) {
  const auto room = make_room("room");
  const auto other = make_room("other");
  std::vector<chat::Change> changes;
  for (int i = 0; i < 3'000; ++i) {
    changes.emplace_back(draft_for(room, "text"));
    changes.emplace_back(draft_for(other, "text"));
  }
  for (chat::UserId user = 1; user <= 3; ++user) {
    changes.push_back(chat::Membership{room, user});
    changes.push_back(chat::Membership{other, user});
    for (chat::MessageId id = 1; id <= 100; ++id) {
      changes.push_back(chat::ReactionChange{id % 2 == 1 ? room : other, id, user, "+"});
    }
  }
  must(store().append(changes, at(1s)));
  const auto before = describe(all_events(other));
  append_one(chat::Closing{.room_id = room, .user_id = {}}, at(1s));
  int pieces = 1;
  while (must(store().sweep_closed_rooms())) ++pieces;
  EXPECT_FALSE(must(store().sweep_closed_rooms()));
  EXPECT_EQ(describe(all_events(other)), before);
  EXPECT_EQ(must(store().list_members(other, 0, 10)).size(), 3U);
  if (GetParam().name != "memory") EXPECT_GT(pieces, 3);
}

TEST_P(Closing, AnExpiryClosesOnlyWhatStillExpiresThen) {
  auto limited = new_room("id", "room");
  limited.rules.expires_at = at(10s);
  must(store().create_room(limited));
  const auto expiry = [](Time end) {
    return chat::Closing{.room_id = "id", .user_id = {}, .reason = chat::CloseReason::kExpired, .expires_at = end};
  };
  chat::RulesPatch longer;
  longer.expires_at.emplace(at(60s));
  // The extension was waiting when the housekeeper looked.
  const std::vector<chat::Change> changes = {chat::RulesChange{"id", 1, longer}, expiry(at(10s)),
                                             draft_for("id", "goes on")};
  const auto results = must(store().append(changes, at(11s)));
  EXPECT_EQ(code_of(results.at(1)), ErrorCode::kFailedPrecondition);
  EXPECT_EQ(message_of(results.at(2)).n, 2) << "what was refused takes no number";
  reopen();
  EXPECT_EQ(code_of(try_one(expiry(at(10s)), at(12s))), ErrorCode::kFailedPrecondition);
  chat::RulesPatch endless;
  endless.expires_at.emplace(std::nullopt);
  append_one(chat::RulesChange{"id", 1, endless}, at(13s));
  EXPECT_EQ(code_of(try_one(expiry(at(60s)), at(61s))), ErrorCode::kFailedPrecondition);
  append_one(chat::RulesChange{"id", 1, longer}, at(62s));
  append_one(expiry(at(60s)), at(63s));
  EXPECT_EQ(code_of(store().find_room("id")), ErrorCode::kNotFound);
}

TEST_P(Closing, NobodyWaitsForTheRoomsClosedBefore) {
  const auto large = make_room("large");
  std::vector<chat::Change> changes;
  for (int i = 0; i < 20'000; ++i) changes.emplace_back(draft_for(large, "text"));
  must(store().append(changes, at(1s)));
  append_one(chat::Closing{.room_id = large, .user_id = {}}, at(1s));
  for (int i = 0; i < 200; ++i) {
    const auto small = make_room(fmt::format("small {}", i));
    send(small, "text", at(1s));
    append_one(chat::Closing{.room_id = small, .user_id = {}}, at(1s));
  }
  const auto last = make_room("last");
  for (int i = 0; i < 3'000; ++i) send(last, "text", at(1s));
  auto draft = draft_for(last, "see the file");
  draft.attachment_ids.push_back(add_attachment("file", "content", at(1s)).id);
  post(draft, at(1s));
  append_one(chat::Closing{.room_id = last, .user_id = {}}, at(1s));

  int sweeps = 0;
  while (must(store().list_unused(at(0s), 10)).empty() && ++sweeps < 100) must(store().sweep_closed_rooms());
  EXPECT_LE(sweeps, 5) << "a sweep takes some milliseconds, and there are four a second";
  sweep();
  EXPECT_EQ(must(store().remove_unused(std::vector<chat::AttachmentId>{"file"})).size(), 1U);
}

class Cursors : public StoreTest {
 protected:
  void SetUp() override {
    make_users(2);
    room_ = make_room("room");
  }
  std::string unread(std::string_view name = "") {
    const auto all = must(store().get_unread({.room_id = room_, .user_id = 1, .name = std::string(name)}));
    return fmt::format("{} after {}", all.count, all.cursor_n);
  }
  void move(std::int64_t n, std::string_view name = "") {
    must(store().set_cursor({.room_id = room_, .user_id = 1, .name = std::string(name)}, n, chat::kUnlimited));
  }
  chat::RoomId room_;
};
VESTNIK_FOR_EVERY_STORAGE(Cursors);

TEST_P(Cursors, WithoutACursorEverythingIsUnread) {
  for (int i = 0; i < 3; ++i) send(room_, "text", at(1s));
  EXPECT_EQ(unread(), "3 after 0");
}

TEST_P(Cursors, OfAUserAreBoundedOverAllOpenRooms) {
  const auto other = make_room("other");
  const auto set = [&](const chat::RoomId& room, chat::UserId user, const char* name) {
    const auto moved = store().set_cursor({.room_id = room, .user_id = user, .name = name}, 0, 2);
    return moved ? std::string() : std::string(name_of(moved.error().code)) + " " + std::string(moved.error().limit);
  };
  const std::string refused = "resource_exhausted max-cursors-per-user";
  EXPECT_EQ(set(room_, 1, "a"), "");
  EXPECT_EQ(set(other, 1, "a"), "");
  EXPECT_EQ(set(room_, 1, "b"), refused);
  EXPECT_EQ(set(other, 1, "b"), refused);
  EXPECT_EQ(set(room_, 1, "a"), "");
  EXPECT_EQ(set(room_, 2, "a"), "");
  append_one(chat::Closing{.room_id = other, .user_id = 1}, at(1s));
  EXPECT_EQ(set(room_, 1, "b"), "");
}

TEST_P(Cursors, MembershipsOfAUserAreBoundedOverAllOpenRooms) {
  const auto other = make_room("other");
  const auto third = make_room("third");
  const auto join = [&](const chat::RoomId& room, chat::UserId user, bool yes = true) {
    const chat::Change change = chat::Membership{room, user, yes, 2};
    const auto result = std::move(must(store().append({&change, 1}, at(1s)))[0]);
    return result ? std::string(result->duplicate ? "duplicate" : "") : std::string(result.error().limit);
  };
  EXPECT_EQ(join(room_, 1), "");
  EXPECT_EQ(join(other, 1), "");
  EXPECT_EQ(join(third, 1), "max-rooms-joined");
  EXPECT_EQ(join(other, 1), "duplicate");
  EXPECT_EQ(join(third, 2), "");
  EXPECT_EQ(join(room_, 1, false), "");
  EXPECT_EQ(join(third, 1), "");
  EXPECT_EQ(join(room_, 1), "max-rooms-joined");
  append_one(chat::Closing{.room_id = other, .user_id = 1}, at(1s));
  EXPECT_EQ(join(room_, 1), "");
}

TEST_P(Cursors, NeverMoveBackOrBeyondTheEnd) {
  for (int i = 0; i < 5; ++i) send(room_, "text", at(1s));
  move(3);
  EXPECT_EQ(unread(), "2 after 3");
  move(2);
  move(INT64_MIN);
  reopen();
  EXPECT_EQ(unread(), "2 after 3");
  move(INT64_MAX);
  EXPECT_EQ(unread(), "0 after 5");
  send(room_, "text", at(1s));
  EXPECT_EQ(unread(), "1 after 5");
}

TEST_P(Cursors, AreToldApartByNameAndUser) {
  for (int i = 0; i < 5; ++i) send(room_, "text", at(1s));
  move(3, "phone");
  move(4, "Phone");
  EXPECT_EQ(unread("phone"), "2 after 3");
  EXPECT_EQ(unread("Phone"), "1 after 4");
  EXPECT_EQ(unread(), "5 after 0");
  EXPECT_EQ(must(store().get_unread({.room_id = room_, .user_id = 2, .name = "phone"})).count, 5);
}

TEST_P(Cursors, CountMessagesOnly) {
  const auto id = send(room_, "1", at(1s));            // 1
  append_one(chat::Edit{room_, id, 1, "x"}, at(1s));   // 2
  append_one(chat::Membership{room_, 1}, at(1s));      // 3
  send(room_, "2", at(1s));                            // 4
  const auto gone = send(room_, "3", at(1s));          // 5
  append_one(chat::Deletion{room_, gone, 1}, at(1s));  // 6
  const std::vector<std::string> expected = {"2 after 0", "1 after 1", "1 after 2", "1 after 3",
                                             "0 after 4", "0 after 5", "0 after 6"};
  for (std::int64_t n = 0; n <= 6; ++n) {
    move(n);
    EXPECT_EQ(unread(), expected[static_cast<std::size_t>(n)]) << "a deleted message is nothing to read";
  }
}

TEST_P(Cursors, CountNothingThatOneWroteOneself) {
  const auto write = [this](std::optional<chat::UserId> user) {
    auto draft = draft_for(room_, "text");
    draft.user_id = user;
    return post(draft, at(1s)).id;
  };
  write(1);
  write(2);
  const auto own = write(1);
  write({});
  append_one(chat::Deletion{room_, own, 1}, at(1s));
  reopen();
  EXPECT_EQ(unread(), "2 after 0");
  EXPECT_EQ(must(store().get_unread({.room_id = room_, .user_id = 2, .name = {}})).count, 2);
  move(2);
  EXPECT_EQ(unread(), "1 after 2");
}

TEST_P(Cursors, ExamineABoundedNumberOfMessages) {
  auto draft = draft_for(room_, "text");
  draft.user_id = 1;
  const std::vector<chat::Change> changes(static_cast<std::size_t>(chat::kUnreadExamined + 5), draft);
  must(store().append(changes, at(1s)));
  EXPECT_EQ(unread(), "5 after 0");
  move(5);
  EXPECT_EQ(unread(), "0 after 5");
}

TEST_P(Cursors, CountWhatTheRoomStillHolds) {
  auto draft = draft_for(room_, "text");
  draft.message_limit = 3;
  for (int i = 0; i < 5; ++i) append_one(draft, at(1s));
  EXPECT_EQ(unread(), "3 after 0");
  move(1);
  EXPECT_EQ(unread(), "3 after 1") << "below the floor";
  move(4);
  EXPECT_EQ(unread(), "1 after 4");
  for (int i = 0; i < 5; ++i) append_one(draft, at(1s));
  reopen();
  EXPECT_EQ(unread(), "3 after 4");
}

TEST_P(Cursors, NeedAKnownRoomAndUser) {
  const chat::CursorKey nowhere{.room_id = "nowhere", .user_id = 1, .name = {}};
  EXPECT_EQ(code_of(store().set_cursor(nowhere, 1, chat::kUnlimited)), ErrorCode::kNotFound);
  EXPECT_EQ(code_of(store().get_unread(nowhere)), ErrorCode::kNotFound);
  for (const chat::UserId user : {0, 3}) {
    EXPECT_EQ(code_of(store().set_cursor({.room_id = room_, .user_id = user, .name = {}}, 1, chat::kUnlimited)),
              ErrorCode::kNotFound);
  }
}

TEST_P(Cursors, AllOfAUserAreListedInTheOrderOfRooms) {
  std::vector<chat::RoomId> rooms = {room_};
  for (const char* name : {"z", "m", "a", "closed", "foreign"}) rooms.push_back(make_room(name));
  for (const auto& room : rooms) {
    for (int i = 0; i < 3; ++i) send(room, "text", at(1s));
  }
  const auto key = [&](std::size_t room, std::string_view name) {
    return chat::CursorKey{.room_id = rooms[room], .user_id = 1, .name = std::string(name)};
  };
  append_one(chat::Membership{rooms[3], 1}, at(1s));
  append_one(chat::Membership{rooms[1], 1}, at(1s));
  append_one(chat::Membership{rooms[4], 1}, at(1s));
  append_one(chat::Membership{rooms[5], 2}, at(1s));
  must(store().set_cursor(key(2, "c"), 2, chat::kUnlimited));
  must(store().set_cursor(key(1, "c"), 1, chat::kUnlimited));
  must(store().set_cursor(key(0, "other"), 1, chat::kUnlimited));
  must(store().set_cursor(key(3, "other"), 3, chat::kUnlimited));
  append_one(chat::Closing{.room_id = rooms[4], .user_id = {}}, at(2s));
  reopen();
  const auto list = [&](std::string_view name, std::int64_t offset, std::int32_t limit) {
    std::string text;
    for (const auto& unread : must(store().list_unread(1, name, offset, limit))) {
      EXPECT_EQ(
          describe(unread),
          describe(must(store().get_unread({.room_id = unread.room_id, .user_id = 1, .name = std::string(name)}))));
      text += fmt::format("{}:{}/{} ", std::ranges::find(rooms, unread.room_id) - rooms.begin(), unread.count,
                          unread.cursor_n);
    }
    return text;
  };
  EXPECT_EQ(list("c", 0, 10), "1:2/1 2:1/2 3:3/0 ");
  EXPECT_EQ(list("other", 0, 10), "0:2/1 1:3/0 3:0/3 ");
  EXPECT_EQ(list("c", 1, 1), "2:1/2 ");
  EXPECT_EQ(list("c", 3, 1), "");
  EXPECT_EQ(list("c", 0, 0), "");
  EXPECT_TRUE(must(store().list_unread(7, "c", 0, 10)).empty());
}

}  // namespace
}  // namespace vestnik::conformance
