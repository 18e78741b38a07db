// What a nonce promises, whatever has become of the message: each cell of the table at ChatStore::append().
#include <fmt/core.h>

#include <functional>
#include <string>
#include <vector>

#include "conformance/support.hpp"

namespace vestnik::conformance {
namespace {

class NonceLife : public StoreTest {
 protected:
  void SetUp() override {
    make_users(2);
    room_ = make_room("room");
    add_attachment("file", "content", at(0s));
    add_attachment("other file", "other content", at(0s));
    before_ = post(draft_for(room_, "before"), at(1s));
    first_ = post(draft(), at(2s));
  }

  chat::Draft draft(std::string_view content = "text", std::vector<std::string> attachments = {"file"}) {
    auto made = draft_for(room_, content);
    made.user_id = 1;
    made.username = "anna";
    made.nonce = "nonce";
    made.attachment_ids = std::move(attachments);
    return made;
  }

  chat::Draft reply() {
    auto made = draft();
    made.reply_to = before_.id;
    return made;
  }

  // What a repetition is answered now, and everything else is refused; nothing is written, not even after a restart.
  void expect_repetition(std::string_view answer) {
    const auto counter = must(store().find_room(room_)).counter;
    for (int round = 0; round < 2; ++round) {
      const auto again = append_one(draft(), at(5s));
      EXPECT_TRUE(again.duplicate);
      EXPECT_EQ(describe(message_of(again)), answer);
      for (const auto& other : {draft("other"), draft("text", {}), draft("text", {"other file"}), draft("", {}),
                                draft("edited"), reply()}) {
        EXPECT_EQ(code_of(try_one(other, at(5s))), ErrorCode::kAlreadyExists) << other.content;
      }
      EXPECT_EQ(must(store().find_room(room_)).counter, counter);
      reopen();
    }
  }
  void send_with_limit(std::int64_t limit) {
    auto made = draft_for(room_, "later");
    made.message_limit = limit;
    post(made, at(4s));
  }

  chat::RoomId room_;
  chat::Message before_;
  chat::Message first_;
};
VESTNIK_FOR_EVERY_STORAGE(NonceLife);

TEST_P(NonceLife, OfAnotherAuthorWithoutANumber) {
  auto made = draft("text", {});
  made.user_id = std::nullopt;
  append_one(made, at(3s));
  EXPECT_TRUE(append_one(made, at(4s)).duplicate);
  made.username = "boris";
  EXPECT_EQ(code_of(try_one(made, at(5s))), ErrorCode::kAlreadyExists);
}

TEST_P(NonceLife, OfAMessageAsItWasSent) {
  expect_repetition(describe(first_));
}

TEST_P(NonceLife, OfAnEditedMessage) {
  append_one(chat::Edit{room_, first_.id, 1, "edited"}, at(3s));
  expect_repetition(describe(must(store().get_message(first_.id)).second));
}

TEST_P(NonceLife, OfAMessageEditedBackAndForth) {
  append_one(chat::Edit{room_, first_.id, 1, "edited"}, at(3s));
  append_one(chat::Edit{room_, first_.id, 1, "text"}, at(4s));
  expect_repetition(describe(must(store().get_message(first_.id)).second));
}

TEST_P(NonceLife, OfAMessageWithReactions) {
  append_one(chat::ReactionChange{room_, first_.id, 2, "+"}, at(3s));
  expect_repetition(describe(must(store().get_message(first_.id)).second));
}

TEST_P(NonceLife, OfADeletedMessage) {
  append_one(chat::Deletion{room_, first_.id, 1}, at(3s));
  const auto tombstone = must(store().get_message(first_.id)).second;
  EXPECT_TRUE(tombstone.deleted);
  expect_repetition(describe(tombstone));
}

TEST_P(NonceLife, OfATrimmedMessage) {
  send_with_limit(1);
  EXPECT_EQ(code_of(store().get_message(first_.id)), ErrorCode::kNotFound);
  const std::string tombstone =
      "message 2 n 2 at 2024-01-01T00:00:02Z user '1' none seq none nonce 'nonce' content '' deleted";
  expect_repetition(tombstone);
  sweep();
  expect_repetition(tombstone);
}

TEST_P(NonceLife, OfAMessageThatWasDeletedAndTrimmed) {
  append_one(chat::Deletion{room_, first_.id, 1}, at(3s));
  send_with_limit(1);
  expect_repetition("message 2 n 2 at 2024-01-01T00:00:02Z user '1' none seq none nonce 'nonce' content '' deleted");
}

TEST_P(NonceLife, OfAClosedRoom) {
  append_one(chat::Closing{.room_id = room_, .user_id = {}}, at(3s));
  EXPECT_EQ(code_of(try_one(draft(), at(4s))), ErrorCode::kNotFound);
  EXPECT_EQ(code_of(try_one(draft("other"), at(4s))), ErrorCode::kNotFound);
  must(store().create_room(new_room(room_, "room")));
  const auto again = append_one(draft("other", {}), at(5s));
  EXPECT_FALSE(again.duplicate) << "another room knows nothing of it";
  sweep();
  reopen();
  EXPECT_TRUE(append_one(draft("other", {}), at(6s)).duplicate) << "what the old room left has gone, and nothing else";
}

TEST_P(NonceLife, OfAMessageThatTheRulesForbidByNow) {
  const auto refused = [this](std::string_view content, std::string_view nonce) {
    auto made = draft(content);
    made.nonce = nonce;
    made.refusal = std::make_shared<const Error>(Error{.code = ErrorCode::kPermissionDenied, .detail = "read-only"});
    return made;
  };
  const auto counter = must(store().find_room(room_)).counter;
  const auto again = append_one(refused("text", "nonce"), at(5s));
  EXPECT_TRUE(again.duplicate);
  EXPECT_EQ(message_of(again).id, first_.id);
  EXPECT_EQ(code_of(try_one(refused("other", "nonce"), at(5s))), ErrorCode::kAlreadyExists);
  EXPECT_EQ(code_of(try_one(refused("text", "new"), at(5s))), ErrorCode::kPermissionDenied);
  EXPECT_EQ(must(store().find_room(room_)).counter, counter);
}

TEST_P(NonceLife, EndsWhenTheMessageWasTrimmedLongAgo) {
  // Until its room has had kNoncesKept changes from the message on.
  const auto send_more = [&](std::int64_t count) {
    std::vector<chat::Change> changes;
    for (std::int64_t i = 0; i < count; ++i) {
      auto made = draft_for(room_, "");
      made.message_limit = 3;
      changes.emplace_back(made);
    }
    must(store().append(changes, at(4s)));
  };
  send_more(chat::kNoncesKept - 1);
  ASSERT_EQ(must(store().find_room(room_)).counter, first_.n + chat::kNoncesKept - 1);
  EXPECT_TRUE(append_one(draft(), at(5s)).duplicate);
  send_more(1);
  const auto next = append_one(draft("other", {}), at(5s));
  EXPECT_FALSE(next.duplicate) << "a new message is never taken for another";
  EXPECT_TRUE(append_one(draft("other", {}), at(6s)).duplicate);
  EXPECT_EQ(code_of(try_one(draft(), at(6s))), ErrorCode::kAlreadyExists);
}

TEST_P(NonceLife, LastsAsLongAsTheMessageInARoomThatKeepsIt) {
  std::vector<chat::Change> changes;
  for (std::int64_t i = 0; i < chat::kNoncesKept; ++i) {
    changes.emplace_back(chat::ReactionChange{room_, first_.id, 2, "+", i % 2 == 0});
  }
  must(store().append(changes, at(4s)));
  EXPECT_TRUE(append_one(draft(), at(5s)).duplicate);
  EXPECT_EQ(code_of(try_one(draft("other"), at(5s))), ErrorCode::kAlreadyExists);
}

}  // namespace
}  // namespace vestnik::conformance
