// Guests, accounts and sessions.
#include <fmt/core.h>

#include "conformance/support.hpp"

namespace vestnik::conformance {
namespace {

class Sessions : public StoreTest {
 protected:
  Result<chat::Session> open(std::string_view key, std::optional<chat::UserId> user, Time now = at(0s)) {
    return store().create_session({.key = std::string(key), .user_id = user, .display_name = "guest"}, now);
  }
  std::string users() { return describe(must(store().list_users(0, 100))); }
  Time active_at(std::string_view key) {
    for (const auto& session : must(store().list_sessions("", 100))) {
      if (session.key == key) return session.active_at;
    }
    throw std::runtime_error("no such session");
  }
};
VESTNIK_FOR_EVERY_STORAGE(Sessions);

TEST_P(Sessions, AGuestComesWithTheirSession) {
  make_users(1);
  const auto session = must(open("k1", std::nullopt, at(5s)));
  EXPECT_EQ(describe(session),
            "session k1 of guest 2 'guest' email none created 2024-01-01T00:00:05Z active 2024-01-01T00:00:05Z");
  reopen();
  EXPECT_EQ(describe(must(store().list_sessions("", 10))), describe(std::vector{session}));
  EXPECT_EQ(describe(must(store().get_user(2))), "guest 2 'guest' email none");
  EXPECT_EQ(must(store().create_user({.username = "next", .email = {}})).id, 3);
}

TEST_P(Sessions, AnAccountMayHaveSeveral) {
  make_users(1);
  for (const char* key : {"b", "a"}) EXPECT_EQ(must(open(key, 1)).user.username, "user 1");
  EXPECT_EQ(must(store().list_sessions("", 10)).size(), 2U);
  EXPECT_EQ(code_of(open("c", 2)), ErrorCode::kNotFound);
  EXPECT_EQ(code_of(open("a", 1)), ErrorCode::kAlreadyExists);
  EXPECT_EQ(must(store().stats(at(0s))).sessions, 2);
}

TEST_P(Sessions, AreListedByKey) {
  for (const char* key : {"d", "b", "a", "c"}) must(open(key, std::nullopt));
  reopen();
  const auto keys = [&](std::string_view after, std::int32_t limit) {
    std::string text;
    for (const auto& session : must(store().list_sessions(after, limit))) text += session.key;
    return text;
  };
  EXPECT_EQ(keys("", 10), "abcd");
  EXPECT_EQ(keys("", 2), "ab");
  EXPECT_EQ(keys("b", 2), "cd");
  EXPECT_EQ(keys("bb", 2), "cd");
  EXPECT_EQ(keys("d", 2), "");
  EXPECT_EQ(keys("", 0), "");
}

TEST_P(Sessions, EndOnce) {
  must(open("k", std::nullopt));
  must(store().end_session("k"));
  EXPECT_EQ(code_of(store().end_session("k")), ErrorCode::kNotFound);
  reopen();
  EXPECT_EQ(code_of(store().end_session("k")), ErrorCode::kNotFound);
  EXPECT_TRUE(must(store().list_sessions("", 10)).empty());
}

TEST_P(Sessions, AGuestWithoutASessionIsNotListed) {
  make_users(1);
  must(open("a", std::nullopt));
  must(open("b", 2));
  must(open("c", std::nullopt));
  must(open("d", 1));
  append_one(chat::Membership{make_room("room"), 3}, at(1s));
  for (const char* key : {"a", "c", "d"}) must(store().end_session(key));
  reopen();
  EXPECT_EQ(users(), "user 1 'user 1' email none\nguest 2 'guest' email none\n");
  EXPECT_EQ(must(store().stats(at(0s))).users, 2);
  EXPECT_EQ(must(store().get_user(3)).username, "guest") << "but they are remembered";
  must(open("e", 3));
  EXPECT_EQ(must(store().stats(at(0s))).users, 3);
  EXPECT_EQ(must(store().list_users(2, 1)).at(0).id, 3);
}

TEST_P(Sessions, AGuestWhoDidNothingGoesWithTheLastOne) {
  const auto room = make_room("room");
  must(open("a", std::nullopt));  // does nothing
  must(open("b", 1));
  must(open("c", std::nullopt));  // writes
  must(open("d", std::nullopt));  // has a room
  must(open("e", std::nullopt));  // has a file
  must(open("f", std::nullopt));  // reads, and is the newest
  append_one(chat::Draft{.room_id = room, .user_id = 2, .username = {}, .content = "text"}, at(1s));
  auto owned = new_room("owned", "owned");
  owned.info.owner_id = 3;
  must(store().create_room(owned));
  must(store().add_attachment({.id = "file",
                               .sha256 = "x",
                               .size = 1,
                               .name = "a",
                               .content_type = "text/plain",
                               .user_id = 4,
                               .created_at = {}},
                              10));
  must(store().set_cursor({.room_id = room, .user_id = 5, .name = "c"}, 1, chat::kUnlimited));
  must(store().end_session("a"));
  EXPECT_EQ(must(store().get_user(1)).username, "guest") << "there is another session";
  for (const char* key : {"b", "c", "d", "e", "f"}) must(store().end_session(key));
  reopen();
  for (const chat::UserId gone : {1, 5}) {
    EXPECT_EQ(code_of(store().get_user(gone)), ErrorCode::kNotFound) << gone;
    EXPECT_EQ(code_of(store().set_cursor({.room_id = room, .user_id = gone, .name = "c"}, 1, chat::kUnlimited)),
              ErrorCode::kNotFound);
    const chat::Change draft = chat::Draft{.room_id = room, .user_id = gone, .username = {}, .content = "text"};
    EXPECT_EQ(code_of(must(store().append({&draft, 1}, at(2s)))[0]), ErrorCode::kNotFound);
    EXPECT_EQ(code_of(store().create_session({.key = "again", .user_id = gone, .display_name = {}}, at(2s))),
              ErrorCode::kNotFound);
  }
  for (const chat::UserId kept : {2, 3, 4}) EXPECT_EQ(must(store().get_user(kept)).username, "guest");
  EXPECT_EQ(must(open("g", std::nullopt)).user.id, 6) << "no number is given twice";
  EXPECT_EQ(must(store().create_user({.username = "account"})).id, 7);
}

TEST_P(Sessions, NamesAreThoseOfAccountsBeforeThoseOfGuests) {
  must(open("a", std::nullopt));
  must(open("b", std::nullopt));
  must(store().create_user({.username = "guest", .email = {}}));
  EXPECT_EQ(code_of(open("c", std::nullopt)), ErrorCode::kAlreadyExists);
  EXPECT_EQ(code_of(store().create_user({.username = "guest", .email = {}})), ErrorCode::kAlreadyExists);
}

TEST_P(Sessions, AGuestBecomesAnAccount) {
  make_users(1);
  must(open("a", std::nullopt));
  const auto room = make_room("room");
  append_one(chat::Membership{.room_id = room, .user_id = 2}, at(1s));
  EXPECT_EQ(code_of(store().promote_guest(2, {.username = "user 1", .email = {}})), ErrorCode::kAlreadyExists);
  EXPECT_EQ(code_of(store().promote_guest(3, {.username = "anna", .email = {}})), ErrorCode::kNotFound);
  EXPECT_EQ(code_of(store().promote_guest(1, {.username = "anna", .email = {}})), ErrorCode::kAlreadyExists);
  EXPECT_EQ(describe(must(store().promote_guest(2, {.username = "anna", .email = "a@example.org"}))),
            "user 2 'anna' email 'a@example.org'");
  EXPECT_EQ(code_of(store().promote_guest(2, {.username = "other", .email = {}})), ErrorCode::kAlreadyExists);
  reopen();
  EXPECT_EQ(code_of(store().create_user({.username = "anna", .email = {}})), ErrorCode::kAlreadyExists);
  EXPECT_EQ(must(store().list_sessions("", 10)).at(0).user.username, "anna") << "the session goes on";
  EXPECT_EQ(must(store().list_members(room, 0, 10)).at(0).username, "anna");
  EXPECT_EQ(describe(all_events(room)), "1 2024-01-01T00:00:01Z by '2': 'anna' joined\n") << "under the present name";
  must(store().end_session("a"));
  EXPECT_EQ(must(store().stats(at(0s))).users, 2) << "an account needs no session";
}

TEST_P(Sessions, MessagesKeepTheirAuthorsSessionsActive) {
  make_users(1);
  const auto room = make_room("room");
  must(open("a", std::nullopt));
  must(open("b", 2));
  must(open("c", std::nullopt));
  auto draft = draft_for(room, "text");
  draft.user_id = 2;
  draft.nonce = "n";
  const auto id = post(draft, at(10s)).id;
  reopen();
  EXPECT_EQ(active_at("a"), at(10s));
  EXPECT_EQ(active_at("b"), at(10s));
  EXPECT_EQ(active_at("c"), at(0s)) << "of others it does not";

  append_one(draft, at(20s));
  append_one(chat::Edit{.room_id = room, .message_id = id, .user_id = 2, .content = "new"}, at(20s));
  append_one(chat::ReactionChange{.room_id = room, .message_id = id, .user_id = 2, .emoji = "+"}, at(20s));
  append_one(chat::Membership{.room_id = room, .user_id = 2}, at(20s));
  EXPECT_EQ(active_at("a"), at(10s)) << "neither does what is not a new message";
  draft.nonce = std::nullopt;
  append_one(draft, at(5s));
  EXPECT_EQ(active_at("a"), at(20s + 1us)) << "the time of the message as the store says it";
}

TEST_P(Sessions, ASessionThatBeganLaterKeepsItsTime) {
  const auto room = make_room("room");
  must(open("a", std::nullopt, at(60s)));
  auto draft = draft_for(room, "the clock has gone back");
  draft.user_id = 1;
  post(draft, at(10s));
  EXPECT_EQ(active_at("a"), at(60s));
  reopen();
  post(draft, at(61s));
  EXPECT_EQ(active_at("a"), at(61s));
}

TEST_P(Sessions, AnExpiryEndsOnlyOneThatHasNotBeenActiveSince) {
  const auto room = make_room("room");
  must(open("a", std::nullopt, at(1s)));
  auto draft = draft_for(room, "just in time");
  draft.user_id = 1;
  post(draft, at(10s));
  EXPECT_EQ(code_of(store().end_session("a", at(1s))), ErrorCode::kFailedPrecondition);
  reopen();
  EXPECT_EQ(code_of(store().end_session("a", at(9s))), ErrorCode::kFailedPrecondition);
  EXPECT_EQ(must(store().list_sessions("", 10)).size(), 1U);
  must(store().end_session("a", at(10s)));
  EXPECT_EQ(code_of(store().end_session("a", at(10s))), ErrorCode::kNotFound);
  EXPECT_TRUE(must(store().list_sessions("", 10)).empty());
}

TEST_P(Sessions, ASessionMadeWhileOthersAreActiveIsSeen) {
  const auto room = make_room("room");
  must(open("a", std::nullopt));
  auto draft = draft_for(room, "text");
  draft.user_id = 1;
  append_one(draft, at(1s));
  must(store().end_session("a"));
  append_one(draft, at(2s));
  must(open("b", 1, at(3s)));
  append_one(draft, at(4s));
  EXPECT_EQ(active_at("b"), at(4s));
}

TEST_P(Sessions, ClosingARoomKeepsItsOwnersSessionsActive) {
  make_users(1);
  must(open("owner", std::nullopt));
  must(open("other", 1));
  auto room = new_room("room-id", "room");
  room.info.owner_id = 2;
  must(store().create_room(room));
  append_one(chat::Closing{.room_id = "room-id", .user_id = 1}, at(30s));
  EXPECT_EQ(active_at("owner"), at(30s));
  EXPECT_EQ(active_at("other"), at(0s));
}

TEST_P(Sessions, CursorsOfAGuestGoWithTheirLastSession) {
  const auto room = make_room("room");
  send(room, "text", at(1s));
  const auto guest = must(store().create_session({.key = "a", .user_id = {}, .display_name = "guest"}, at(1s))).user.id;
  must(store().create_session({.key = "b", .user_id = guest, .display_name = {}}, at(1s)));
  const auto account = must(store().create_user({.username = "account"})).id;
  must(store().create_session({.key = "c", .user_id = account, .display_name = {}}, at(1s)));
  const auto cursor = [&](chat::UserId user) {
    return must(store().get_unread({.room_id = room, .user_id = user, .name = "c"})).cursor_n;
  };
  for (const auto user : {guest, account}) {
    must(store().set_cursor({.room_id = room, .user_id = user, .name = "c"}, 1, chat::kUnlimited));
  }
  must(store().end_session("a"));
  EXPECT_EQ(cursor(guest), 1);
  must(store().end_session("b"));
  EXPECT_EQ(cursor(guest), 0);
  must(store().end_session("c"));
  EXPECT_EQ(cursor(account), 1);
}

}  // namespace
}  // namespace vestnik::conformance
