// Changes of every kind in one queue.
#include <gmock/gmock.h>
#include <rapidcheck.h>

#include "unit/chat/writer_fixture.hpp"

namespace vestnik::chat {
namespace {

using testing::ElementsAre;
using testing::SizeIs;

class WriterOfChangesTest : public WriterTest {
 protected:
  WriterOfChangesTest() : user_(store_.create_user({.username = "ann"})->id) {}

  // Changes of every kind of the message, which must be there, in an order in which each changes something.
  std::vector<Change> one_of_each(MessageId message) const {
    const RoomId& room = room_->id;
    return {ReactionChange{.room_id = room, .message_id = message, .user_id = user_, .emoji = "👍"},
            Draft{.room_id = room, .user_id = user_, .content = "second"},
            Edit{.room_id = room, .message_id = message, .user_id = user_, .content = "edited"},
            Membership{.room_id = room, .user_id = user_},
            Deletion{.room_id = room, .message_id = message, .user_id = user_},
            RulesChange{.room_id = room, .user_id = user_, .patch = {.read_only = true}},
            Draft{.room_id = room, .content = "third"},
            Closing{.room_id = room, .user_id = user_}};
  }

  std::vector<std::string> published_kinds() const {
    std::vector<std::string> kinds;
    for (const auto& [event, room, request_id] : published()) kinds.emplace_back(kind_of(event));
    return kinds;
  }

  std::int64_t messages_total() { return metrics_.counter("messages_total", "").value(); }

  UserId user_;
};

TEST_F(WriterOfChangesTest, CommitsAndPublishesThemInTheirOrder) {
  start();
  const MessageId first = message_of(must(send("first"))).id;
  auto hold = send_and_hold("held");
  std::vector<std::future<Answer>> answers;
  for (Change& change : one_of_each(first)) answers.push_back(submit(std::move(change)));
  store_.let_appends_go();
  std::int64_t n = 2;
  for (auto& answer : answers) {
    const auto given = must(std::move(answer));
    ASSERT_TRUE(given.has_value());
    EXPECT_FALSE(given->duplicate);
    EXPECT_EQ(given->event.n, ++n);
  }
  const auto batches = store_.batches();
  ASSERT_THAT(batches, SizeIs(3));
  EXPECT_THAT(batches[2], SizeIs(8));  // one transaction
  EXPECT_THAT(published_kinds(), ElementsAre("message", "message", "reaction", "message", "edited", "member", "deleted",
                                             "rules", "message", "closed"));
  n = 0;
  for (const auto& [event, room, request_id] : published()) EXPECT_EQ(event.n, ++n);
  EXPECT_EQ(messages_total(), 4);
  EXPECT_EQ(writer_->committed(), 4);
}

TEST_F(WriterOfChangesTest, AnswersWithWhatHappened) {
  start();
  const MessageId first = message_of(must(send("first"))).id;
  const auto changes = one_of_each(first);
  EXPECT_EQ(std::get<ReactionChanged>(must(submit(changes[0]))->event.what).count, 1);
  EXPECT_EQ(message_of(must(submit(changes[1]))).username, "ann");
  EXPECT_EQ(std::get<MessageEdited>(must(submit(changes[2]))->event.what).message.content, "edited");
  EXPECT_EQ(std::get<MemberChanged>(must(submit(changes[3]))->event.what).username, "ann");
  EXPECT_EQ(std::get<MessageDeleted>(must(submit(changes[4]))->event.what).message_id, first);
  EXPECT_TRUE(std::get<RulesChanged>(must(submit(changes[5]))->event.what).rules.read_only);
  must(submit(changes[6]));
  EXPECT_EQ(std::get<RoomClosed>(must(submit(changes[7]))->event.what).reason, CloseReason::kRequested);
}

TEST_F(WriterOfChangesTest, PublishesNothingWhenNothingHasChanged) {
  start();
  const MessageId id = message_of(must(send("first"))).id;
  const Edit edit{.room_id = room_->id, .message_id = id, .content = "first"};
  const Membership leave{.room_id = room_->id, .user_id = user_, .join = false};
  const RulesChange rules{.room_id = room_->id, .patch = {}};
  for (const Change& change : {Change(edit), Change(leave), Change(rules)}) {
    const auto answer = must(submit(change));
    ASSERT_TRUE(answer.has_value());
    EXPECT_TRUE(answer->duplicate);
  }
  EXPECT_THAT(published_kinds(), ElementsAre("message"));
  EXPECT_EQ(messages_total(), 1);
}

TEST_F(WriterOfChangesTest, ThatAreRefusedSpoilNoOthers) {
  start();
  auto hold = send_and_hold("first");
  auto unknown = submit(Deletion{.room_id = room_->id, .message_id = 77});
  auto closing = submit(Closing{.room_id = room_->id});
  auto late = send("late");
  auto again = submit(Closing{.room_id = room_->id});
  store_.let_appends_go();
  EXPECT_EQ(must(std::move(unknown)).error().code, ErrorCode::kNotFound);
  EXPECT_TRUE(must(std::move(closing)).has_value());
  EXPECT_EQ(must(std::move(late)).error().code, ErrorCode::kNotFound);
  EXPECT_EQ(must(std::move(again)).error().code, ErrorCode::kNotFound);
  EXPECT_THAT(published_kinds(), ElementsAre("message", "closed"));
  EXPECT_EQ(messages_total(), 1);
}

TEST_F(WriterOfChangesTest, HaveTheWeightOfTheirTexts) {
  start({.queue_bytes_max = 100'000});
  auto last = send_and_hold("being committed");
  last = submit(Edit{.room_id = room_->id, .message_id = 1, .content = std::string(100'000, 'x')});
  EXPECT_TRUE(writer_->congested());
  store_.let_appends_go();
  EXPECT_TRUE(must(std::move(last)).has_value());
  EXPECT_FALSE(writer_->congested());
}

// Of the room's first messages, whose ids follow `before`.
Change any_change(const RoomId& room, UserId user, MessageId before) {
  const auto message = before + *rc::gen::inRange<MessageId>(1, 6);
  const std::string emoji = *rc::gen::element<std::string>("👍", "🚀");
  const bool yes = *rc::gen::arbitrary<bool>();
  switch (*rc::gen::inRange(0, 7)) {
    case 0:
      return Edit{.room_id = room, .message_id = message, .content = *rc::gen::element<std::string>("a", "b")};
    case 1:
      return Deletion{.room_id = room, .message_id = message};
    case 2:
      return ReactionChange{.room_id = room, .message_id = message, .user_id = user, .emoji = emoji, .add = yes};
    case 3:
      return Membership{.room_id = room, .user_id = user, .join = yes};
    case 4:
      return RulesChange{.room_id = room, .patch = {.read_only = yes}};
    default:
      return Draft{.room_id = room, .content = "x"};
  }
}

TEST_F(WriterOfChangesTest, ThatArePublishedAreTheHistoryOfTheRoom) {
  start({.batch_items_max = 4});
  EXPECT_TRUE(rc::check("published, counted and answered as it is in the storage", [this] {
    const auto published_before = published().size();
    const auto messages_before = messages_total();
    const RoomPtr room = add_room("room " + std::to_string(store_.calls()));
    std::vector<std::future<Answer>> answers;
    const auto count = *rc::gen::inRange(1, 30);
    for (int i = 0; i < count; ++i) {
      auto [pending, answer] = asked(any_change(room->id, user_, messages_before));
      pending.room = room;
      writer_->submit({&pending, 1});
      answers.push_back(std::move(answer));
    }
    std::vector<std::int64_t> answered;
    for (auto& each : answers) {
      const auto answer = must(std::move(each));
      if (answer && !answer->duplicate) answered.push_back(answer->event.n);
    }
    const auto events = *store_.list_events(room->id, 0, 1'000, kUnlimited);
    const auto seen = published();
    RC_ASSERT(seen.size() - published_before == events.size());
    RC_ASSERT(answered.size() == events.size());
    std::int64_t messages = 0;
    for (std::size_t i = 0; i < events.size(); ++i) {
      const Event& event = seen[published_before + i].event;
      RC_ASSERT(event.n == static_cast<std::int64_t>(i) + 1);
      RC_ASSERT(answered[i] == event.n);
      RC_ASSERT(events[i].n == event.n);
      RC_ASSERT(kind_of(events[i]) == kind_of(event));
      if (kind_of(event) == "message") ++messages;
    }
    RC_ASSERT(messages_total() - messages_before == messages);
  }));
}

}  // namespace
}  // namespace vestnik::chat
