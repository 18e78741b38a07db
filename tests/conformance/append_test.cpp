// Appending: numbers, ids, time, batches, texts, nonces.
#include <fmt/core.h>

#include <string>
#include <vector>

#include "conformance/support.hpp"

namespace vestnik::conformance {
namespace {

class Appending : public StoreTest {};
VESTNIK_FOR_EVERY_STORAGE(Appending);

TEST_P(Appending, GivesBackWhatWasCommitted) {
  make_users(7);
  const auto room = make_room("room");
  auto draft = draft_for(room, "Hello");
  draft.user_id = 7;
  draft.username = "anna";
  draft.client_seq = -3;
  draft.nonce = "once";
  const auto appended = append_one(draft, at(1us));
  EXPECT_EQ(describe(appended),
            "new 1 2024-01-01T00:00:00.000001Z by '7': sent "
            "message 1 n 1 at 2024-01-01T00:00:00.000001Z user '7' 'anna' seq '-3' nonce 'once' content 'Hello'");
  EXPECT_EQ(describe(post(draft_for(room, ""), at(1s))),
            "message 2 n 2 at 2024-01-01T00:00:01Z user none none seq none nonce none content ''");
  reopen();
  const auto messages = all_messages(room);
  ASSERT_EQ(messages.size(), 2U);
  EXPECT_EQ(describe(messages[0]), describe(message_of(appended)));
}

TEST_P(Appending, CountsPerRoomFromOneWithoutGaps) {
  const std::vector rooms = {make_room("a"), make_room("b"), make_room("c")};
  std::vector<std::int64_t> counters(rooms.size());
  chat::MessageId last_id = 0;
  for (int batch = 0; batch < 20; ++batch) {
    std::vector<chat::Change> drafts;
    for (int i = 0; i <= batch; ++i)
      drafts.push_back(draft_for(rooms[(batch * 7 + i * i) % 3], fmt::format("{}/{}", batch, i)));
    const auto results = must(store().append(drafts, at(batch * 1s)));
    ASSERT_EQ(results.size(), drafts.size());
    for (int i = 0; i <= batch; ++i) {
      const auto& message = message_of(results[i]);
      EXPECT_EQ(message.id, ++last_id);
      EXPECT_EQ(message.n, ++counters[(batch * 7 + i * i) % 3]);
      EXPECT_EQ(message.content, std::get<chat::Draft>(drafts[i]).content);
      EXPECT_FALSE(results[i]->duplicate);
    }
    if (batch % 7 == 0) reopen();
  }
  for (std::size_t i = 0; i < rooms.size(); ++i) {
    const auto messages = all_messages(rooms[i]);
    ASSERT_EQ(std::ssize(messages), counters[i]);
    for (std::size_t k = 0; k < messages.size(); ++k) EXPECT_EQ(messages[k].n, static_cast<std::int64_t>(k + 1));
  }
}

TEST_P(Appending, NeverGoesBackInTime) {
  const auto room = make_room("a");
  const auto other = make_room("b");
  EXPECT_EQ(post(draft_for(room, "1"), at(10s)).created_at, at(10s));
  EXPECT_EQ(post(draft_for(room, "2"), at(5s)).created_at, at(10s + 1us)) << "but goes on";
  EXPECT_EQ(post(draft_for(other, "3"), at(9s)).created_at, at(10s + 2us)) << "also along the ids of other rooms";
  reopen();
  EXPECT_EQ(post(draft_for(other, "4"), at(1s)).created_at, at(10s + 3us));
  EXPECT_EQ(post(draft_for(room, "5"), at(10s + 3us)).created_at, at(10s + 3us)) << "one that stands still is no harm";
  EXPECT_EQ(post(draft_for(room, "6"), at(11s)).created_at, at(11s)) << "the clock has caught up";
  EXPECT_EQ(must(store().find_room("b")).last_message_at, at(10s + 3us));
}

TEST_P(Appending, TimesAheadOfTheClockCanBeRepaired) {
  const auto room = make_room("a");
  make_guest("session", at(1s));
  auto draft = draft_for(room, "of the future");
  draft.user_id = 1;
  draft.nonce = "nonce";
  draft.attachment_ids = {add_attachment("file", "content", at(3'000s)).id};
  const auto early = send(room, "before", at(2s));
  append_one(draft, at(2'000s));
  append_one(chat::Edit{room, early, 1, "edited in the future"}, at(2'000s));
  append_one(chat::Membership{room, 1}, at(2'000s));
  post(draft_for(room, "another"), at(10s));
  EXPECT_EQ(must(store().repair_times(at(20s))), 3);
  for (int round = 0; round < 2; ++round) {
    std::vector<Time> times;
    for (const auto& message : all_messages(room)) times.push_back(message.created_at);
    EXPECT_EQ(times, (std::vector<Time>{at(2s), at(20s), at(20s)}));
    EXPECT_EQ(all_messages(room)[0].edited_at, at(20s));
    EXPECT_EQ(all_messages(room)[1].attachments.at(0).created_at, at(20s));
    for (const auto& event : all_events(room)) EXPECT_LE(event.at, at(20s));
    EXPECT_EQ(must(store().list_members(room, 0, 10)).at(0).joined_at, at(20s));
    EXPECT_EQ(must(store().list_sessions("", 10)).at(0).active_at, at(20s));
    EXPECT_EQ(must(store().find_room(room)).last_message_at, at(20s));
    reopen();
  }
  EXPECT_EQ(must(store().repair_times(at(20s))), 0);
  EXPECT_EQ(message_of(append_one(draft, at(21s))).created_at, at(20s)) << "the nonce goes on";
  EXPECT_EQ(post(draft_for(room, "now"), at(22s)).created_at, at(22s)) << "and time does";
}

TEST_P(Appending, TakesTimesBefore1970) {
  const auto room = make_room("a");
  EXPECT_EQ(post(draft_for(room, "old"), Time(-5s)).created_at, Time(-5s));
}

TEST_P(Appending, AnEmptyBatchIsNothing) {
  const auto room = make_room("a");
  EXPECT_TRUE(must(store().append({}, at(10s))).empty());
  EXPECT_EQ(post(draft_for(room, "first"), at(1s)).created_at, at(1s));
}

TEST_P(Appending, AnUnknownRoomFailsAlone) {
  const auto room = make_room("a");
  const std::vector<chat::Change> drafts = {draft_for(room, "1"), draft_for("nowhere", "2"), draft_for("a", "by name"),
                                            draft_for(room, "3")};
  const auto results = must(store().append(drafts, at(1s)));
  EXPECT_EQ(message_of(results.at(0)).n, 1);
  EXPECT_EQ(code_of(results.at(1)), ErrorCode::kNotFound);
  EXPECT_EQ(code_of(results.at(2)), ErrorCode::kNotFound) << "drafts name rooms by id";
  EXPECT_EQ(message_of(results.at(3)).n, 2);
  EXPECT_EQ(message_of(results.at(3)).id, 2) << "what was refused takes no id";
  EXPECT_EQ(must(store().stats(at(0s))).messages, 2);
}

TEST_P(Appending, KeepsTextsByteForByte) {
  const auto room = make_room("a");
  const std::vector<std::string> texts = {
      "",
      "'; DROP TABLE messages; --",
      "\"quoted\" \\back\\ %s {} $1 ?1 :a",
      "Вестник, ёлка, 你好, مرحبا",
      "\U0001F600\U0001F468\u200D\U0001F469\u200D\U0001F467\U0010FFFF",
      "line\nline\ttab\r\n",
      std::string("a\0b", 3),
      std::string(65'536, 'x'),
      [] {
        std::string text;
        for (int i = 0; i < 16'384; ++i) text += "\U0001D11E";
        return text;
      }(),
  };
  for (const auto& text : texts) {
    auto draft = draft_for(room, text);
    draft.username = text.substr(0, 64);
    EXPECT_EQ(post(draft, at(1s)).content, text);
  }
  reopen();
  const auto messages = all_messages(room);
  ASSERT_EQ(messages.size(), texts.size());
  for (std::size_t i = 0; i < texts.size(); ++i) EXPECT_TRUE(messages[i].content == texts[i]) << "text " << i;
}

TEST_P(Appending, KeepsTheLimitsOfNumbers) {
  const auto room = make_room("a");
  for (const std::int64_t number : {INT64_MAX, INT64_MIN, std::int64_t{0}}) {
    auto draft = draft_for(room, "text");
    draft.client_seq = number;
    append_one(draft, at(1s));
    const auto message = all_messages(room).back();
    EXPECT_EQ(message.client_seq, number);
  }
}

TEST_P(Appending, ALargeBatchGoesToManyRooms) {
  std::vector<chat::RoomId> rooms;
  for (int i = 0; i < 200; ++i) rooms.push_back(make_room(fmt::format("room {}", i)));
  std::vector<chat::Change> drafts;
  for (int i = 0; i < 3'000; ++i) drafts.push_back(draft_for(rooms[i % 200], fmt::format("{}", i)));
  const auto results = must(store().append(drafts, at(1s)));
  for (int i = 0; i < 3'000; ++i) EXPECT_EQ(message_of(results[i]).n, i / 200 + 1);
  reopen();
  for (const auto& room : must(store().list_rooms(0, 1'000))) {
    EXPECT_EQ(room.counter, 15);
    EXPECT_EQ(room.message_count, 15);
  }
  EXPECT_EQ(all_messages(rooms[17]).back().content, "2817");
}

class Nonces : public StoreTest {
 protected:
  void SetUp() override { make_users(2); }
  chat::Draft draft(const chat::RoomId& room, std::optional<chat::UserId> user, std::string_view content,
                    std::string_view nonce) {
    auto made = draft_for(room, content);
    made.user_id = user;
    made.nonce = nonce;
    return made;
  }
};
VESTNIK_FOR_EVERY_STORAGE(Nonces);

TEST_P(Nonces, TheSameContentGivesTheFirstMessage) {
  const auto room = make_room("a");
  auto again = draft(room, 1, "text", "nonce");
  const auto first = append_one(again, at(1s));
  append_one(draft_for(room, "between"), at(2s));
  again.client_seq = 5;
  for (int i = 0; i < 2; ++i) {
    const auto repeated = append_one(again, at(3s));
    EXPECT_TRUE(repeated.duplicate);
    EXPECT_EQ(describe(message_of(repeated)), describe(message_of(first)));
    reopen();
  }
  const auto state = must(store().find_room("a"));
  EXPECT_EQ(state.counter, 2);
  EXPECT_EQ(state.last_message_at, at(2s)) << "a repetition changes nothing";
  EXPECT_EQ(post(draft_for(room, "next"), at(1s)).id, 3);
}

TEST_P(Nonces, AnotherContentIsRefused) {
  const auto room = make_room("a");
  append_one(draft(room, 1, "text", "nonce"), at(1s));
  reopen();
  const std::vector<chat::Change> drafts = {draft(room, 1, "other", "nonce"), draft_for(room, "next")};
  const auto results = must(store().append(drafts, at(2s)));
  EXPECT_EQ(code_of(results.at(0)), ErrorCode::kAlreadyExists);
  EXPECT_EQ(message_of(results.at(1)).n, 2);
}

TEST_P(Nonces, AreLookedUpWithinABatchToo) {
  const auto room = make_room("a");
  const std::vector<chat::Change> drafts = {draft(room, 1, "text", "nonce"), draft(room, 1, "text", "nonce"),
                                            draft(room, 1, "other", "nonce"), draft_for(room, "next")};
  const auto results = must(store().append(drafts, at(1s)));
  EXPECT_FALSE(results.at(0)->duplicate);
  EXPECT_TRUE(results.at(1)->duplicate);
  EXPECT_EQ(describe(message_of(results.at(1))), describe(message_of(results.at(0))));
  EXPECT_EQ(code_of(results.at(2)), ErrorCode::kAlreadyExists);
  EXPECT_EQ(message_of(results.at(3)).n, 2);
  EXPECT_EQ(all_messages(room).size(), 2U);
}

TEST_P(Nonces, BelongToARoomAndAnAuthor) {
  const auto room = make_room("a");
  const auto other = make_room("b");
  const std::vector<chat::Change> drafts = {
      draft(room, 1, "text", "nonce"),  draft(room, 2, "text", "nonce"), draft(room, std::nullopt, "text", "nonce"),
      draft(other, 1, "text", "nonce"), draft(room, 1, "text", "Nonce"), draft(room, 1, "text", "")};
  for (int i = 0; i < 2; ++i) {
    for (const auto& result : must(store().append(drafts, at(1s)))) EXPECT_EQ(result->duplicate, i == 1);
    reopen();
  }
  EXPECT_EQ(must(store().stats(at(0s))).messages, 6);
}

TEST_P(Nonces, WithoutANonceNothingIsADuplicate) {
  const auto room = make_room("a");
  for (int i = 1; i <= 3; ++i) EXPECT_EQ(post(draft_for(room, "text"), at(1s)).n, i);
}

}  // namespace
}  // namespace vestnik::conformance
