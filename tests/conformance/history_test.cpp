// Pages of history by position, time, offset and order, compared with a look at every message.
#include <fmt/core.h>

#include <algorithm>
#include <random>
#include <vector>

#include "conformance/support.hpp"

namespace vestnik::conformance {
namespace {

class History : public StoreTest {
 protected:
  // 100 messages, of which some share a moment, among those of another room.
  chat::RoomId make_history() {
    const auto room = make_room("room");
    const auto other = make_room("other");
    for (int i = 0; i < 100; ++i) {
      const std::vector<chat::Change> drafts = {draft_for(room, fmt::format("message {}", i)),
                                                draft_for(other, "noise")};
      must(store().append(drafts, at((i / 3) * 1s)));
    }
    reopen();
    return room;
  }

  void expect_like_filter(const chat::HistoryQuery& query, const std::vector<chat::Message>& all) {
    EXPECT_EQ(describe(must(store().list_messages(query))), describe(filter(all, query))) << fmt::format(
        "after {} before {} offset {} limit {}", query.after, query.before.value_or(-1), query.offset, query.limit);
  }
};
VESTNIK_FOR_EVERY_STORAGE(History);

TEST_P(History, TheNewestComeFirstByDefault) {
  const auto room = make_history();
  const auto page = must(store().list_messages(query_for(room)));
  ASSERT_EQ(page.size(), 50U);
  EXPECT_EQ(page.front().n, 100);
  EXPECT_EQ(page.back().n, 51);
}

TEST_P(History, AnUnknownOrEmptyRoomIsAnEmptyPage) {
  EXPECT_TRUE(must(store().list_messages(query_for("nowhere"))).empty());
  EXPECT_TRUE(must(store().list_messages(query_for(make_room("empty")))).empty());
}

TEST_P(History, BoundsAreExact) {
  const auto room = make_history();
  auto query = query_for(room);
  query.order = chat::Order::kAscending;
  query.after = 10;
  query.before = 13;
  auto page = must(store().list_messages(query));
  ASSERT_EQ(page.size(), 2U) << "after and before are excluded";
  EXPECT_EQ(page[0].n, 11);
  EXPECT_EQ(page[1].n, 12);

  query = query_for(room);
  query.order = chat::Order::kAscending;
  query.from = at(5s);
  query.to = at(6s);
  page = must(store().list_messages(query));
  ASSERT_EQ(page.size(), 3U) << "from is included, to is not";
  EXPECT_EQ(page[0].n, 16);
  EXPECT_EQ(page[2].n, 18);
}

TEST_P(History, APageEndsBeforeItWeighsTooMuch) {
  const auto room = make_room("room");
  const std::string large(10'000, 'x');
  for (int i = 0; i < 6; ++i) send(room, i == 2 ? "small" : large, at(1s));
  make_users(1);
  const auto marked = all_messages(room)[1].id;
  for (const char* emoji : {"+", "-"}) append_one(chat::ReactionChange{room, marked, 1, emoji}, at(1s));
  const auto all = all_messages(room);
  for (const auto order : {chat::Order::kAscending, chat::Order::kDescending}) {
    for (const std::int64_t bytes_max : {std::int64_t{0}, std::int64_t{1}, std::int64_t{11'000}, std::int64_t{22'600},
                                         std::int64_t{31'000}, std::int64_t{40'000}, chat::kUnlimited}) {
      for (const std::int64_t offset : {0, 1, 5, 6}) {
        auto query = query_for(room);
        query.order = order;
        query.offset = offset;
        const auto whole = filter(all, query);
        std::size_t count = 0;
        for (std::int64_t weight = 0; count < whole.size(); ++count) {
          weight += chat::weight_of(whole[count]);
          if (count > 0 && weight > bytes_max) break;
        }
        query.bytes_max = bytes_max;
        const std::vector expected(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(count));
        EXPECT_EQ(describe(must(store().list_messages(query))), describe(expected)) << bytes_max << " from " << offset;
      }
    }
  }
}

TEST_P(History, ExtremesAreHarmless) {
  const auto room = make_history();
  const auto all = all_messages(room);
  for (const std::int64_t number :
       {INT64_MIN, std::int64_t{-1}, std::int64_t{0}, std::int64_t{100}, std::int64_t{101}, INT64_MAX}) {
    for (const auto order : {chat::Order::kAscending, chat::Order::kDescending}) {
      auto query = query_for(room);
      query.order = order;
      query.after = number;
      expect_like_filter(query, all);
      query.after = 0;
      query.before = number;
      expect_like_filter(query, all);
      query.before = std::nullopt;
      query.offset = std::max<std::int64_t>(number, 0);
      expect_like_filter(query, all);
      query.offset = 0;
      query.from = Time(std::chrono::microseconds(number));
      expect_like_filter(query, all);
      query.from = std::nullopt;
      query.to = Time(std::chrono::microseconds(number));
      expect_like_filter(query, all);
    }
  }
  auto query = query_for(room);
  query.limit = 0;
  EXPECT_TRUE(must(store().list_messages(query)).empty());
  query.limit = INT32_MAX;
  EXPECT_EQ(must(store().list_messages(query)).size(), 100U);
}

TEST_P(History, EveryCombinationIsLikeAFilter) {
  const auto room = make_history();
  const auto all = all_messages(room);
  std::mt19937 random(1);  // the same combinations at each run
  const auto pick = [&](int begin, int end) { return std::uniform_int_distribution(begin, end - 1)(random); };
  for (int i = 0; i < 2'000; ++i) {
    auto query = query_for(room);
    query.order = pick(0, 2) == 0 ? chat::Order::kAscending : chat::Order::kDescending;
    query.limit = pick(0, 120);
    if (pick(0, 2) == 0) query.after = pick(-5, 110);
    if (pick(0, 2) == 0) query.before = pick(-5, 110);
    if (pick(0, 2) == 0) query.from = at(pick(-2, 40) * 500ms);
    if (pick(0, 2) == 0) query.to = at(pick(-2, 80) * 500ms);
    if (pick(0, 2) == 0) query.offset = pick(0, 110);
    expect_like_filter(query, all);
    if (HasFailure()) return;
  }
}

TEST_P(History, PagesJoinWithoutGapOrOverlap) {
  const auto room = make_history();
  auto query = query_for(room);
  query.limit = 7;
  query.order = chat::Order::kAscending;
  std::vector<chat::Message> joined;
  for (auto page = must(store().list_messages(query)); !page.empty(); page = must(store().list_messages(query))) {
    joined.insert(joined.end(), page.begin(), page.end());
    query.after = page.back().n;
  }
  EXPECT_EQ(describe(joined), describe(all_messages(room)));
}

}  // namespace
}  // namespace vestnik::conformance
