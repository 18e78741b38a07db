// Events read later, histories with gaps between messages, trimming.
#include <fmt/core.h>

#include <random>
#include <vector>

#include "conformance/support.hpp"

namespace vestnik::conformance {
namespace {

class Events : public StoreTest {
 protected:
  void SetUp() override {
    make_users(3);
    room_ = make_room("room");
  }
  chat::Draft limited(std::string_view content, std::int64_t limit) {
    auto draft = draft_for(room_, content);
    draft.message_limit = limit;
    return draft;
  }
  std::string contents() {
    std::string text;
    for (const auto& message : all_messages(room_)) text += message.content;
    return text;
  }
  chat::RoomId room_;
};
VESTNIK_FOR_EVERY_STORAGE(Events);

TEST_P(Events, TellThePresentState) {
  const auto kept = send(room_, "kept", at(1s));
  const auto gone = send(room_, "gone", at(2s));
  const std::vector<chat::Change> changes = {chat::Edit{room_, kept, 1, "first"},
                                             chat::Edit{room_, gone, 1, "lost"},
                                             chat::ReactionChange{room_, kept, 2, "+"},
                                             chat::ReactionChange{room_, gone, 2, "+"},
                                             chat::Membership{room_, 3},
                                             chat::RulesChange{room_, 1, {.max_length = 5}},
                                             chat::Edit{room_, kept, 1, "second"},
                                             chat::ReactionChange{room_, kept, 3, "+"},
                                             chat::Deletion{room_, gone, 1},
                                             chat::RulesChange{room_, 1, {.max_length = 6}},
                                             chat::Membership{room_, 3, false}};
  for (const auto& result : must(store().append(changes, at(3s)))) ASSERT_TRUE(result.has_value());
  reopen();
  const auto message =
      "message 1 n 1 at 2024-01-01T00:00:01Z user none none seq none nonce none content 'second' edited "
      "2024-01-01T00:00:03Z, + x 2 by 2,3";
  const auto tombstone =
      "message 2 n 2 at 2024-01-01T00:00:02Z user none none seq none nonce none content '' edited "
      "2024-01-01T00:00:03Z deleted";
  const auto rules = describe(chat::RoomRules{.max_length = 6});
  const auto expected = fmt::format(
      "1 2024-01-01T00:00:01Z by none: sent {0}\n"
      "2 2024-01-01T00:00:02Z by none: sent {1}\n"
      "3 2024-01-01T00:00:03Z by '1': edited {0}\n"
      "4 2024-01-01T00:00:03Z by '1': edited {1}\n"
      "5 2024-01-01T00:00:03Z by '2': gave + to 1, now 2\n"
      "6 2024-01-01T00:00:03Z by '2': gave + to 2, now 0\n"
      "7 2024-01-01T00:00:03Z by '3': 'user 3' joined\n"
      "8 2024-01-01T00:00:03Z by '1': rules {2}\n"
      "9 2024-01-01T00:00:03Z by '1': edited {0}\n"
      "10 2024-01-01T00:00:03Z by '3': gave + to 1, now 2\n"
      "11 2024-01-01T00:00:03Z by '1': deleted 2\n"
      "12 2024-01-01T00:00:03Z by '1': rules {2}\n"
      "13 2024-01-01T00:00:03Z by '3': 'user 3' left\n",
      message, tombstone, rules);
  EXPECT_EQ(describe(all_events(room_)), expected);
}

TEST_P(Events, APageEndsBeforeItWeighsTooMuch) {
  const std::string large(10'000, 'x');
  const auto first = send(room_, large, at(1s));
  for (int i = 0; i < 5; ++i) append_one(chat::Edit{room_, first, 1, large + std::to_string(i)}, at(1s));
  for (int i = 0; i < 5; ++i) send(room_, i % 2 == 0 ? large : "small", at(2s));
  append_one(chat::Membership{room_, 1, true}, at(2s));
  const auto all = all_events(room_);
  for (const std::int64_t bytes_max : {0, 1, 11'000, 25'000, 60'000, 1'000'000}) {
    std::vector<chat::Event> joined;
    while (joined.size() < all.size()) {
      const std::int64_t after = joined.empty() ? 0 : joined.back().n;
      const auto page = must(store().list_events(room_, after, 100, bytes_max));
      ASSERT_FALSE(page.empty());
      std::int64_t weight = 0;
      for (const auto& event : page) weight += chat::weight_of(event);
      if (page.size() > 1) EXPECT_LE(weight, bytes_max);
      joined.insert(joined.end(), page.begin(), page.end());
      // The next one would have been too much.
      if (joined.size() < all.size()) EXPECT_GT(weight + chat::weight_of(all[joined.size()]), bytes_max);
    }
    EXPECT_EQ(describe(joined), describe(all)) << bytes_max;
  }
}

TEST_P(Events, PagesJoinWithoutGapOrOverlap) {
  for (int i = 0; i < 10; ++i) {
    const auto id = send(room_, "text", at(1s));
    if (i % 3 == 0) append_one(chat::Edit{room_, id, 1, "changed"}, at(1s));
    if (i % 4 == 0) append_one(chat::Membership{room_, 1, i % 8 == 0}, at(1s));
  }
  const auto all = all_events(room_);
  ASSERT_EQ(std::ssize(all), must(store().find_room(room_)).counter);
  for (int limit = 1; limit < 5; ++limit) {
    std::vector<chat::Event> joined;
    for (auto page = must(store().list_events(room_, 0, limit, chat::kUnlimited)); !page.empty();
         page = must(store().list_events(room_, joined.back().n, limit, chat::kUnlimited))) {
      ASSERT_LE(std::ssize(page), limit);
      joined.insert(joined.end(), page.begin(), page.end());
    }
    EXPECT_EQ(describe(joined), describe(all));
  }
  for (std::size_t i = 0; i < all.size(); ++i) EXPECT_EQ(all[i].n, static_cast<std::int64_t>(i + 1));
  for (const std::int64_t after : {INT64_MIN, std::int64_t{-1}}) {
    EXPECT_EQ(describe(must(store().list_events(room_, after, 100, chat::kUnlimited))), describe(all));
  }
  for (const std::int64_t after : {all.back().n, all.back().n + 1, INT64_MAX}) {
    EXPECT_TRUE(must(store().list_events(room_, after, 100, chat::kUnlimited)).empty());
  }
  EXPECT_TRUE(must(store().list_events(room_, 0, 0, chat::kUnlimited)).empty());
  EXPECT_TRUE(must(store().list_events(room_, 0, -1, chat::kUnlimited)).empty());
  EXPECT_TRUE(must(store().list_events("nowhere", 0, 10, chat::kUnlimited)).empty());
}

TEST_P(Events, TheOldestMessagesBeyondTheLimitLeave) {
  append_one(chat::Membership{room_, 1}, at(1s));                            // 1
  for (const char* text : {"a", "b"}) append_one(limited(text, 2), at(1s));  // 2, 3
  EXPECT_EQ(must(store().find_room(room_)).floor, 0) << "nothing has left yet";
  append_one(chat::Membership{room_, 2}, at(1s));  // 4
  append_one(limited("c", 2), at(1s));             // 5
  reopen();
  EXPECT_EQ(contents(), "bc");
  auto state = must(store().find_room(room_));
  EXPECT_EQ(state.floor, 2) << "just below the oldest message left";
  EXPECT_EQ(state.message_count, 2);
  EXPECT_EQ(state.message_total, 3);
  EXPECT_EQ(code_of(store().get_message(1)), ErrorCode::kNotFound);
  EXPECT_EQ(code_of(try_one(chat::Edit{room_, 1, 1, "x"}, at(1s))), ErrorCode::kNotFound);
  EXPECT_EQ(all_events(room_).front().n, 3) << "from the first that is kept";
  EXPECT_EQ(must(store().stats(at(0s))).messages, 2);
  EXPECT_EQ(must(store().stats(at(0s))).messages_since, 2);

  append_one(limited("d", 2), at(1s));
  append_one(draft_for(room_, "e"), at(1s));
  EXPECT_EQ(contents(), "cde") << "without a limit nothing leaves";
  append_one(limited("f", 1), at(1s));
  EXPECT_EQ(contents(), "f");
  append_one(limited("g", 0), at(1s));
  EXPECT_EQ(contents(), "g") << "the newest always stays";
  state = must(store().find_room(room_));
  EXPECT_EQ(state.floor, state.counter - 1);
  EXPECT_EQ(state.message_total, 7);
}

TEST_P(Events, AnEventOfAMessageThatLeftIsItsDeletion) {
  const auto id = post(limited("a", 2), at(1s)).id;             // 1
  append_one(limited("b", 2), at(1s));                          // 2
  append_one(chat::Edit{room_, id, 1, "x"}, at(2s));            // 3
  append_one(chat::ReactionChange{room_, id, 2, "+"}, at(2s));  // 4
  append_one(limited("c", 2), at(3s));                          // 5
  reopen();
  const auto events = all_events(room_);
  ASSERT_EQ(events.size(), 4U);
  EXPECT_EQ(describe(events[1]), "3 2024-01-01T00:00:02Z by '1': deleted 1");
  EXPECT_EQ(describe(events[2]), "4 2024-01-01T00:00:02Z by '2': deleted 1");
}

TEST_P(Events, ABatchThatTrimsItselfIsToldWhole) {
  std::vector<chat::Change> changes;
  for (int i = 0; i < 20; ++i) {
    auto draft = limited(fmt::format("{}", i), 3);
    draft.nonce = draft.content;
    changes.emplace_back(draft);
  }
  changes.push_back(chat::Edit{room_, 5, 1, "too late"});
  changes.push_back(chat::Deletion{room_, 18, 1});
  auto again = limited("0", 3);
  again.nonce = "0";
  changes.emplace_back(again);
  auto reply = limited("reply", 3);
  reply.reply_to = 18;
  changes.emplace_back(reply);
  const auto results = must(store().append(changes, at(1s)));
  for (int i = 0; i < 20; ++i) EXPECT_EQ(message_of(results[i]).content, fmt::format("{}", i));
  EXPECT_EQ(code_of(results[20]), ErrorCode::kNotFound) << "as if each had been trimmed at once";
  EXPECT_TRUE(results[21].has_value());
  EXPECT_TRUE(results[22]->duplicate) << "the nonce stays when its message leaves";
  EXPECT_EQ(message_of(results[22]).id, 1);
  EXPECT_EQ(code_of(results[23]), ErrorCode::kFailedPrecondition);
  reopen();
  EXPECT_EQ(contents(), "1819");
  EXPECT_EQ(must(store().find_room(room_)).floor, 17);
  EXPECT_TRUE(append_one(again, at(2s)).duplicate);
}

// A limit lowered in a long room: everything above it leaves at once for readers.
TEST_P(Events, ALowerLimitActsAtOnce) {
  constexpr int kCount = 5'000;
  std::vector<chat::Change> changes;
  for (int i = 0; i < kCount; ++i) {
    auto draft = draft_for(room_, fmt::format("{}", i));
    draft.nonce = draft.content;
    changes.emplace_back(draft);
  }
  changes.push_back(chat::ReactionChange{room_, 10, 1, "+"});
  must(store().append(changes, at(1s)));
  append_one(limited("last", 10), at(2s));
  auto again = limited("17", 10);
  again.nonce = "17";
  for (int round = 0; round < 2; ++round) {
    EXPECT_EQ(all_messages(room_).size(), 10U);
    EXPECT_EQ(must(store().find_room(room_)).floor, kCount - 9 + round);
    EXPECT_EQ(code_of(store().get_message(10)), ErrorCode::kNotFound);
    EXPECT_EQ(all_events(room_).front().n, must(store().find_room(room_)).floor + 1);
    auto query = query_for(room_);
    query.offset = 9;
    EXPECT_EQ(must(store().list_messages(query)).size(), 1U);
    query.order = chat::Order::kAscending;
    EXPECT_EQ(must(store().list_messages(query)).size(), 1U);
    EXPECT_EQ(must(store().stats(at(0s))).messages_since, 10);
    EXPECT_TRUE(append_one(again, at(3s)).duplicate);
    if (round == 0) append_one(limited("really last", 10), at(4s));
    sweep();
    reopen();
  }
  EXPECT_TRUE(append_one(again, at(3s)).duplicate);
}

TEST_P(Events, ALowerLimitNeedsNoMessage) {
  for (int i = 1; i <= 9; ++i) send(room_, fmt::format("{}", i), at(1s));
  append_one(chat::RulesChange{room_, 1, {.message_limit = 20}}, at(2s));
  EXPECT_EQ(contents(), "123456789");
  append_one(chat::RulesChange{room_, 1, {.message_limit = 3}}, at(2s));
  reopen();
  EXPECT_EQ(contents(), "789");
  const auto state = must(store().find_room(room_));
  EXPECT_EQ(state.message_count, 3);
  EXPECT_EQ(state.floor, 6);
  EXPECT_EQ(code_of(store().get_message(6)), ErrorCode::kNotFound);
  EXPECT_EQ(all_events(room_).size(), 5U) << "three messages and two changes of the rules";
  append_one(chat::RulesChange{room_, 1, {.message_limit = std::optional<std::int64_t>()}}, at(3s));
  EXPECT_EQ(contents(), "789");
}

// Few messages and very many reactions: what happened long ago goes, the messages stay.
TEST_P(Events, TheOldestEventsOfFewMessagesLeave) {
  const auto first = send(room_, "first", at(1s));
  send(room_, "second", at(1s));
  bool add = true;
  const auto react = [&](std::int64_t times) {
    std::vector<chat::Change> changes;
    for (; times > 0; --times, add = !add) changes.push_back(chat::ReactionChange{room_, first, 1, "+", add});
    for (auto& result : must(store().append(changes, at(2s)))) must(std::move(result));
  };
  react(chat::kEventsKept - 2);
  EXPECT_EQ(must(store().find_room(room_)).floor, 0);
  for (int batch = 0; batch < 3; ++batch) react(777);
  reopen();
  auto state = must(store().find_room(room_));
  EXPECT_EQ(state.floor, state.counter - chat::kEventsKept);
  const auto events = all_events(room_);
  ASSERT_EQ(std::ssize(events), chat::kEventsKept);
  for (std::size_t i = 0; i < events.size(); ++i)
    ASSERT_EQ(events[i].n, state.floor + 1 + static_cast<std::int64_t>(i));
  EXPECT_EQ(contents(), "firstsecond");
  EXPECT_EQ(must(store().get_message(first)).second.content, "first");
  EXPECT_EQ(must(store().get_unread({.room_id = room_, .user_id = 1, .name = {}})).count, 2);
  append_one(chat::Edit{room_, first, 1, "changed"}, at(3s));

  // More messages keep more events, but what has gone stays away; fewer keep fewer.
  std::vector<chat::Change> drafts;
  for (std::int64_t i = 0; i < chat::kEventsKept; ++i) drafts.emplace_back(draft_for(room_, ""));
  must(store().append(drafts, at(4s)));
  const auto grown = must(store().find_room(room_));
  EXPECT_GT(grown.floor, state.floor);
  EXPECT_LE(grown.floor, grown.counter - chat::kEventsKept);
  EXPECT_EQ(all_events(room_).front().n, grown.floor + 1);
  EXPECT_EQ(std::ssize(all_events(room_)), grown.counter - grown.floor);
  append_one(limited("last", 1), at(5s));
  reopen();
  state = must(store().find_room(room_));
  EXPECT_EQ(state.floor, state.counter - 1);
  EXPECT_EQ(all_events(room_).size(), 1U);
  EXPECT_EQ(contents(), "last");
}

// Pages and offsets where positions are not dense.
TEST_P(Events, EveryPageIsLikeAFilter) {
  std::mt19937 random(1);  // the same history at each run
  const auto pick = [&](int begin, int end) { return std::uniform_int_distribution(begin, end - 1)(random); };
  for (int i = 0; i < 150; ++i) {
    const auto state = must(store().find_room(room_));
    const chat::MessageId id = pick(1, static_cast<int>(state.message_total) + 2);
    const auto now = at((i / 3) * 1s);
    const auto kind = pick(0, 5);
    if (kind == 0) static_cast<void>(try_one(chat::Edit{room_, id, 1, fmt::format("{}", i)}, now));
    if (kind == 1) static_cast<void>(try_one(chat::ReactionChange{room_, id, 1, "+"}, now));
    if (kind >= 2) append_one(limited(fmt::format("{}", i), 60), now);
  }
  reopen();
  const auto all = all_messages(room_);
  ASSERT_EQ(all.size(), 60U);
  ASSERT_GT(all.front().n, 10);
  for (int i = 0; i < 2'000; ++i) {
    auto query = query_for(room_);
    query.order = pick(0, 2) == 0 ? chat::Order::kAscending : chat::Order::kDescending;
    query.limit = pick(0, 80);
    if (pick(0, 2) == 0) query.after = pick(-5, 160);
    if (pick(0, 2) == 0) query.before = pick(-5, 160);
    if (pick(0, 2) == 0) query.from = at(pick(-2, 110) * 500ms);
    if (pick(0, 2) == 0) query.to = at(pick(-2, 110) * 500ms);
    if (pick(0, 2) == 0) query.offset = pick(0, 70);
    ASSERT_EQ(describe(must(store().list_messages(query))), describe(filter(all, query)));
  }
}

}  // namespace
}  // namespace vestnik::conformance
