// Edits, deletions, reactions, replies, members and rules.
#include <fmt/core.h>

#include <vector>

#include "conformance/support.hpp"

namespace vestnik::conformance {
namespace {

class Changes : public StoreTest {
 protected:
  void SetUp() override {
    make_users(3);
    room_ = make_room("room");
  }

  chat::Edit edit(chat::MessageId id, std::string_view content) {
    return {.room_id = room_, .message_id = id, .user_id = 1, .content = std::string(content)};
  }
  chat::Deletion deletion(chat::MessageId id) { return {.room_id = room_, .message_id = id, .user_id = 1}; }
  chat::ReactionChange give(chat::MessageId id, chat::UserId user, std::string_view emoji) {
    return {.room_id = room_, .message_id = id, .user_id = user, .emoji = std::string(emoji)};
  }
  chat::ReactionChange take(chat::MessageId id, chat::UserId user, std::string_view emoji) {
    auto change = give(id, user, emoji);
    change.add = false;
    return change;
  }
  chat::Message message(chat::MessageId id) { return must(store().get_message(id)).second; }
  std::int64_t counter() { return must(store().find_room(room_)).counter; }

  chat::RoomId room_;
};
VESTNIK_FOR_EVERY_STORAGE(Changes);

TEST_P(Changes, AnEditTakesAPositionAndKeepsTheMessages) {
  const auto id = send(room_, "one", at(1s));
  EXPECT_EQ(describe(append_one(edit(id, "two"), at(2s))),
            "new 2 2024-01-01T00:00:02Z by '1': edited message 1 n 1 at 2024-01-01T00:00:01Z user none none seq none "
            "nonce none content 'two' edited 2024-01-01T00:00:02Z");
  reopen();
  EXPECT_EQ(message(id).content, "two");
  EXPECT_EQ(message(id).edited_at, at(2s));
  EXPECT_EQ(counter(), 2);
  const auto state = must(store().find_room(room_));
  EXPECT_EQ(state.message_count, 1);
  EXPECT_EQ(state.message_total, 1);
  EXPECT_EQ(state.last_message_at, at(1s));
  EXPECT_EQ(post(draft_for(room_, "three"), at(3s)).n, 3);
}

TEST_P(Changes, AnEditToTheSameTextIsADuplicate) {
  const auto id = send(room_, "one", at(1s));
  send(room_, "other", at(1s));
  const auto same = append_one(edit(id, "one"), at(2s));
  EXPECT_TRUE(same.duplicate);
  EXPECT_EQ(same.event.n, 2) << "the room's counter";
  EXPECT_EQ(message(id).edited_at, std::nullopt);
  EXPECT_EQ(counter(), 2);
}

TEST_P(Changes, ADeletedMessageIsAnEmptyTombstone) {
  const auto id = send(room_, "one", at(1s));
  append_one(give(id, 1, "+"), at(1s));
  EXPECT_EQ(describe(append_one(deletion(id), at(2s))), "new 3 2024-01-01T00:00:02Z by '1': deleted 1");
  reopen();
  EXPECT_EQ(describe(message(id)),
            "message 1 n 1 at 2024-01-01T00:00:01Z user none none seq none nonce none content '' deleted");
  const auto again = append_one(deletion(id), at(3s));
  EXPECT_TRUE(again.duplicate);
  EXPECT_EQ(describe(again.event), "3 2024-01-01T00:00:03Z by '1': deleted 1");
  EXPECT_EQ(code_of(try_one(edit(id, "two"), at(4s))), ErrorCode::kFailedPrecondition);
  EXPECT_EQ(code_of(try_one(give(id, 1, "+"), at(4s))), ErrorCode::kFailedPrecondition);
  EXPECT_EQ(code_of(try_one(take(id, 1, "+"), at(4s))), ErrorCode::kFailedPrecondition);
  EXPECT_EQ(must(store().find_room(room_)).message_count, 1);
  EXPECT_EQ(counter(), 3);
}

TEST_P(Changes, AMessageOfAnotherRoomIsNotFound) {
  const auto other = make_room("other");
  const auto id = send(other, "one", at(1s));
  for (const auto wrong : {id, id + 1, chat::MessageId{0}, chat::MessageId{INT64_MIN}, chat::MessageId{INT64_MAX}}) {
    EXPECT_EQ(code_of(try_one(edit(wrong, "two"), at(2s))), ErrorCode::kNotFound);
    EXPECT_EQ(code_of(try_one(deletion(wrong), at(2s))), ErrorCode::kNotFound);
    EXPECT_EQ(code_of(try_one(give(wrong, 1, "+"), at(2s))), ErrorCode::kNotFound);
  }
  EXPECT_EQ(message(id).content, "one");
  EXPECT_EQ(code_of(store().get_message(id + 1)), ErrorCode::kNotFound);
  EXPECT_EQ(must(store().get_message(id)).first, other);
}

TEST_P(Changes, UnknownUsersAndRoomsAreNotFound) {
  const auto id = send(room_, "one", at(1s));
  for (const chat::UserId user : {0L, 4L, -1L, INT64_MAX}) {
    auto draft = draft_for(room_, "text");
    draft.user_id = user;
    for (const chat::Change& change : std::vector<chat::Change>{
             draft, chat::Edit{room_, id, user, "two"}, chat::Deletion{room_, id, user},
             chat::ReactionChange{room_, id, user, "+"}, chat::Membership{room_, user},
             chat::RulesChange{room_, user, {.max_length = 5}}, chat::Closing{.room_id = room_, .user_id = user}}) {
      EXPECT_EQ(code_of(try_one(change, at(2s))), ErrorCode::kNotFound) << user;
    }
  }
  for (const chat::Change& change : std::vector<chat::Change>{
           chat::Edit{"nowhere", id, 1, "two"}, chat::Deletion{"nowhere", id, 1},
           chat::ReactionChange{"nowhere", id, 1, "+"}, chat::Membership{"nowhere", 1},
           chat::RulesChange{"nowhere", 1, {.max_length = 5}}, chat::Closing{.room_id = "nowhere", .user_id = 1}}) {
    EXPECT_EQ(code_of(try_one(change, at(2s))), ErrorCode::kNotFound);
  }
  EXPECT_EQ(counter(), 1);
}

TEST_P(Changes, ReactionsAreCountedOncePerUser) {
  const auto id = send(room_, "one", at(1s));
  EXPECT_EQ(describe(append_one(give(id, 2, "b"), at(2s))), "new 2 2024-01-01T00:00:02Z by '2': gave b to 1, now 1");
  append_one(give(id, 3, "a"), at(2s));
  EXPECT_EQ(describe(append_one(give(id, 1, "b"), at(2s)).event.what.index() == 3 ? message(id) : chat::Message{}),
            "message 1 n 1 at 2024-01-01T00:00:01Z user none none seq none nonce none content 'one', b x 2 by 2,1, "
            "a x 1 by 3");
  const auto again = append_one(give(id, 1, "b"), at(3s));
  EXPECT_TRUE(again.duplicate);
  EXPECT_EQ(describe(again.event), "4 2024-01-01T00:00:03Z by '1': gave b to 1, now 2");
  const auto nothing = append_one(take(id, 3, "b"), at(3s));
  EXPECT_TRUE(nothing.duplicate);
  EXPECT_EQ(describe(append_one(take(id, 2, "b"), at(4s))), "new 5 2024-01-01T00:00:04Z by '2': took b from 1, now 1");
  append_one(take(id, 1, "b"), at(4s));
  append_one(give(id, 2, "b"), at(4s));
  reopen();
  ASSERT_EQ(message(id).reactions.size(), 2U);
  EXPECT_EQ(describe(message(id).reactions[0]), "a x 1 by 3");
  EXPECT_EQ(describe(message(id).reactions[1]), "b x 1 by 2") << "used anew, so it comes last";
  EXPECT_EQ(describe(all_messages(room_)), describe(std::vector{message(id)}));
}

TEST_P(Changes, AMessageHasAtMostFiftyEmojis) {
  const auto id = send(room_, "one", at(1s));
  for (int i = 0; i < 50; ++i) append_one(give(id, 1, fmt::format("e{}", i)), at(2s));
  EXPECT_EQ(code_of(try_one(give(id, 2, "one more"), at(2s))), ErrorCode::kResourceExhausted);
  append_one(give(id, 2, "e7"), at(2s));
  append_one(take(id, 1, "e8"), at(2s));
  append_one(give(id, 2, "one more"), at(2s));
  EXPECT_EQ(code_of(try_one(give(id, 1, "e8"), at(2s))), ErrorCode::kResourceExhausted);
}

TEST_P(Changes, OfManyReactionsTheFirstUsersAreShown) {
  for (int i = 4; i <= 30; ++i) {
    must(store().create_user({.username = fmt::format("user {}", i), .email = {}}));
  }
  const auto id = send(room_, "one", at(1s));
  std::vector<chat::Change> changes;
  for (int i = 30; i >= 1; --i) changes.push_back(give(id, i, "+"));
  changes.push_back(take(id, 29, "+"));
  const auto results = must(store().append(changes, at(2s)));
  EXPECT_EQ(describe(results.back()), "new 32 2024-01-01T00:00:02Z by '29': took + from 1, now 29");
  EXPECT_EQ(describe(message(id).reactions.at(0)),
            "+ x 29 by 30,28,27,26,25,24,23,22,21,20,19,18,17,16,15,14,13,12,11,10");
}

TEST_P(Changes, AReplyNeedsALivingOriginal) {
  const auto other = make_room("other");
  const auto elsewhere = send(other, "one", at(1s));
  const auto id = send(room_, "one", at(1s));
  auto reply = draft_for(room_, "answer");
  for (const auto wrong : {elsewhere, id + 1, chat::MessageId{0}}) {
    reply.reply_to = wrong;
    EXPECT_EQ(code_of(try_one(reply, at(2s))), ErrorCode::kFailedPrecondition);
  }
  reply.reply_to = id;
  reply.nonce = "n";
  const auto answer = post(reply, at(2s));
  EXPECT_EQ(answer.reply_to, id);
  append_one(deletion(id), at(3s));
  EXPECT_TRUE(append_one(reply, at(4s)).duplicate) << "what was accepted stays so";
  reply.nonce = std::nullopt;
  EXPECT_EQ(code_of(try_one(reply, at(4s))), ErrorCode::kFailedPrecondition);
  reopen();
  EXPECT_EQ(message(answer.id).reply_to, id);
}

TEST_P(Changes, ARepetitionOfAChangedMessageIsADuplicate) {
  auto draft = draft_for(room_, "one");
  draft.nonce = "n";
  const auto id = post(draft, at(1s)).id;
  append_one(edit(id, "two"), at(2s));
  EXPECT_EQ(message_of(append_one(draft, at(3s))).content, "two") << "in its present state";
  append_one(deletion(id), at(3s));
  const auto repeated = append_one(draft, at(4s));
  EXPECT_TRUE(repeated.duplicate);
  EXPECT_TRUE(message_of(repeated).deleted);
  EXPECT_EQ(repeated.event.n, 1);
}

TEST_P(Changes, MembersAreListedInTheOrderOfJoining) {
  for (const chat::UserId user : {2, 3, 1}) append_one(chat::Membership{room_, user}, at(user * 1s));
  EXPECT_TRUE(append_one(chat::Membership{room_, 3}, at(9s)).duplicate);
  const auto left = append_one(chat::Membership{room_, 2, false}, at(9s));
  EXPECT_EQ(describe(left), "new 4 2024-01-01T00:00:09Z by '2': 'user 2' left");
  EXPECT_TRUE(append_one(chat::Membership{room_, 2, false}, at(9s)).duplicate);
  append_one(chat::Membership{room_, 2}, at(10s));
  reopen();
  EXPECT_EQ(describe(must(store().list_members(room_, 0, 10))),
            "member 3 'user 3' joined 2024-01-01T00:00:03Z\n"
            "member 1 'user 1' joined 2024-01-01T00:00:03.000001Z\n"
            "member 2 'user 2' joined 2024-01-01T00:00:10Z\n");
  EXPECT_EQ(must(store().list_members(room_, 1, 1)).at(0).user_id, 1);
  EXPECT_TRUE(must(store().list_members(room_, 3, 1)).empty());
  EXPECT_TRUE(must(store().list_members("nowhere", 0, 10)).empty());
}

TEST_P(Changes, RulesAreThoseBeforeWithWhatIsGiven) {
  chat::RoomRules rules{.max_length = 100, .message_limit = 1'000, .expires_at = at(100s), .read_only = true};
  const chat::RulesPatch all{rules.max_length, rules.message_limit, rules.expires_at, rules.read_only};
  const auto changed = append_one(chat::RulesChange{room_, 1, all}, at(1s));
  EXPECT_EQ(describe(changed), "new 1 2024-01-01T00:00:01Z by '1': rules " + describe(rules));
  reopen();
  EXPECT_EQ(must(store().find_room(room_)).rules, rules);
  EXPECT_TRUE(append_one(chat::RulesChange{room_, std::nullopt, all}, at(2s)).duplicate);
  EXPECT_TRUE(append_one(chat::RulesChange{room_, 1, {}}, at(2s)).duplicate);
  append_one(chat::RulesChange{room_, 1, {.message_limit = std::optional<std::int64_t>(), .read_only = false}}, at(2s));
  rules.message_limit.reset();
  rules.read_only = false;
  EXPECT_EQ(must(store().list_rooms(0, 1)).at(0).rules, rules);
  EXPECT_EQ(counter(), 2);
}

TEST_P(Changes, RulesThatAreChangedAtOnceAreAllChanged) {
  const std::vector<chat::Change> changes = {chat::RulesChange{room_, 1, {.max_length = 7}},
                                             chat::RulesChange{room_, 1, {.message_limit = 70}},
                                             chat::RulesChange{room_, 1, {.read_only = true}}};
  const auto results = must(store().append(changes, at(1s)));
  const chat::RoomRules all{.max_length = 7, .message_limit = 70, .read_only = true};
  EXPECT_EQ(std::get<chat::RulesChanged>(results.at(2)->event.what).rules, all);
  EXPECT_EQ(must(store().find_room(room_)).rules, all);
}

TEST_P(Changes, ManyInOneBatchSeeEachOther) {
  const auto first = send(room_, "one", at(1s));
  const std::vector<chat::Change> changes = {draft_for(room_, "two"),    edit(first + 1, "changed"),
                                             give(first + 1, 2, "+"),    give(first + 1, 2, "+"),
                                             deletion(first + 1),        take(first + 1, 2, "+"),
                                             deletion(first + 1),        chat::Membership{room_, 3},
                                             chat::Membership{room_, 3}, chat::RulesChange{room_, 1, {.max_length = 9}},
                                             draft_for(room_, "end")};
  const auto results = must(store().append(changes, at(2s)));
  std::string text;
  for (const auto& result : results) {
    text += !result ? "! " : result->duplicate ? "= " : fmt::format("{} ", result->event.n);
  }
  EXPECT_EQ(text, "2 3 4 = 5 ! = 6 = 7 8 ");
  reopen();
  EXPECT_EQ(counter(), 8);
  EXPECT_EQ(all_messages(room_).size(), 3U);
}

TEST_P(Changes, TimeNeverGoesBackBehindAnyOfThem) {
  const auto id = send(room_, "one", at(1s));
  append_one(edit(id, "two"), at(10s));
  reopen();
  EXPECT_EQ(post(draft_for(make_room("other"), "text"), at(2s)).created_at, at(10s + 1us));
}

}  // namespace
}  // namespace vestnik::conformance
