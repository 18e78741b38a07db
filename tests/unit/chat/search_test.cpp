// Search and its indexer over a store in the hands of the test.
#include "chat/search.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <vector>

#include "chat/indexer.hpp"

namespace vestnik::chat {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr auto kPatience = 30s;
constexpr Time kNow{1'704'067'200s};

// Finds every message with an id below the filter's, whatever is asked; indexes what a test gives it to do.
class OpenStore : public SearchStore {
 public:
  Result<FoundTexts> search(const SearchQuery&, const SearchFilter& filter) override {
    filters.push_back(filter);
    if (fails) return fail(ErrorCode::kUnavailable, "the index is damaged");
    FoundTexts found{.messages = {}, .next = {}, .indexed_through = kNow};
    for (auto id = std::min<MessageId>(filter.before.value_or(texts.size() + 1), texts.size() + 1) - 1; id > 0; --id) {
      if (std::ssize(found.messages) == filter.limit) {
        found.next = found.messages.back().second.id;
        break;
      }
      found.messages.emplace_back("room-id", Message{.id = id, .content = texts[static_cast<std::size_t>(id - 1)]});
    }
    return found;
  }

  Result<IndexStep> index_some(std::int32_t) override {
    std::unique_lock lock(mutex_);
    ++calls_;
    called_.notify_all();
    if (steps_.empty()) return IndexStep{};
    auto step = std::move(steps_.front());
    steps_.pop_front();
    return step;
  }
  Result<void> clear_index() override { return {}; }

  void give(std::deque<Result<IndexStep>> steps) {
    const std::scoped_lock lock(mutex_);
    steps_ = std::move(steps);
  }
  int calls() {
    const std::scoped_lock lock(mutex_);
    return calls_;
  }
  bool wait_for_calls(int count) {
    std::unique_lock lock(mutex_);
    return called_.wait_for(lock, kPatience, [&] { return calls_ >= count; });
  }

  std::vector<std::string> texts;
  std::vector<SearchFilter> filters;
  bool fails = false;

 private:
  std::mutex mutex_;
  std::condition_variable called_;
  std::deque<Result<IndexStep>> steps_;
  int calls_ = 0;
};

std::vector<MessageId> ids_of(const FoundTexts& found) {
  std::vector<MessageId> ids;
  for (const auto& [room, message] : found.messages) ids.push_back(message.id);
  return ids;
}

SearchQuery parsed(std::string_view text) {
  return *parse_search_query(text, "query");
}

TEST(FindMessages, AsksOnUntilThePageIsFull) {
  OpenStore store;
  for (int i = 0; i < 1'000; ++i) store.texts.push_back(i % 100 == 0 ? "слово" : "другое");
  const auto first = find_messages(store, parsed("слова"), {.limit = 4});
  ASSERT_TRUE(first);
  EXPECT_THAT(ids_of(*first), ElementsAre(901, 801, 701, 601));
  EXPECT_EQ(first->next, 601);
  EXPECT_EQ(first->indexed_through, kNow);
  EXPECT_GT(store.filters.size(), 1U);
  const auto last = find_messages(store, parsed("слова"), {.before = 601, .limit = 6});
  ASSERT_TRUE(last);
  EXPECT_THAT(ids_of(*last), ElementsAre(501, 401, 301, 201, 101, 1));
  EXPECT_FALSE(last->next);
}

TEST(FindMessages, LeavesWhatTakesTooLongToTheNextPage) {
  OpenStore store;
  store.texts.assign(40'000, "другое");
  store.texts.front() = "слово";
  auto page = find_messages(store, parsed("слова"), {.limit = 4});
  ASSERT_TRUE(page);
  EXPECT_THAT(ids_of(*page), IsEmpty());
  EXPECT_LT(store.filters.size(), 20U);
  while (page && page->next) page = find_messages(store, parsed("слова"), {.before = page->next, .limit = 4});
  ASSERT_TRUE(page);
  EXPECT_THAT(ids_of(*page), ElementsAre(1));
}

TEST(FindMessages, EndsWhereTheEffortDoes) {
  OpenStore store;
  store.texts.assign(100, std::string(1'000, 'x'));
  store.texts.back() = "слово " + store.texts.back();
  store.texts.front() = "слово";
  const auto query = parsed("слово");
  auto page = find_messages(store, query, {.limit = 4}, {.bytes = 10'000});
  ASSERT_TRUE(page);
  EXPECT_THAT(ids_of(*page), ElementsAre(100));
  EXPECT_EQ(page->next, 91);
  page = find_messages(store, query, {.before = 91, .limit = 4}, {.time = 0ns});
  ASSERT_TRUE(page);
  EXPECT_THAT(ids_of(*page), IsEmpty());
  EXPECT_EQ(page->next, 90) << "one message at least";
  page = find_messages(store, query, {.before = 90, .limit = 4});
  ASSERT_TRUE(page);
  EXPECT_THAT(ids_of(*page), ElementsAre(1));
  EXPECT_FALSE(page->next);
}

class SearchTest : public testing::Test {
 protected:
  SearchTest() {
    rooms_.add({.id = "room-id", .name = "room", .epoch = "e", .created_at = kNow, .owner_id = {}}, {});
    store_.texts = {"слово"};
  }
  Result<SearchPage> find(const SearchRequest& request, Access access = Access::kOpen) {
    return Search(store_, rooms_, access, {}, [] { return kNow; }, [this] { ++failures_; }).find({}, request);
  }
  std::string refused(const SearchRequest& request) {
    const auto page = find(request);
    return page ? "found" : page.error().violations.empty() ? "another error" : page.error().violations.front().field;
  }

  OpenStore store_;
  RoomDirectory rooms_;
  int failures_ = 0;
};

TEST_F(SearchTest, MarksWhatItFinds) {
  const auto page = find({.query = "слова", .room = "room", .from = "-1h"});
  ASSERT_TRUE(page);
  ASSERT_EQ(page->hits.size(), 1U);
  EXPECT_EQ(page->hits.front().room->name, "room");
  EXPECT_THAT(page->hits.front().fragment.hits, ElementsAre(MarkedFragment::Range{.begin = 0, .end = 10}));
  EXPECT_EQ(store_.filters.front().room_id, "room-id");
  EXPECT_EQ(store_.filters.front().from, kNow - 1h);
}

TEST_F(SearchTest, FindsNothingByPunctuation) {
  const auto page = find({.query = "***"});
  ASSERT_TRUE(page);
  EXPECT_THAT(page->hits, IsEmpty());
  EXPECT_THAT(store_.filters, IsEmpty());
}

TEST_F(SearchTest, NamesTheFieldAtFault) {
  EXPECT_EQ(refused({.query = std::string(2'000, '*')}), "q");
  EXPECT_EQ(refused({.query = "a", .limit = 0}), "limit");
  EXPECT_EQ(refused({.query = "a", .limit = 101}), "limit");
  EXPECT_EQ(refused({.query = "a", .before = 0}), "before");
  EXPECT_EQ(refused({.query = "a", .from = "soon"}), "from");
  EXPECT_EQ(refused({.query = "a", .from = "-1m", .to = "-2m"}), "found") << "nothing, in a range without a moment";
  EXPECT_EQ(find({.query = "a", .room = "no room"}).error().code, ErrorCode::kNotFound);
  EXPECT_EQ(find({.query = "a", .room = "no room"}, Access::kSessions).error().code, ErrorCode::kUnauthenticated);
}

TEST_F(SearchTest, TellsOfFailuresOfTheStoreOnly) {
  EXPECT_EQ(refused({.query = "a", .limit = 0}), "limit");
  EXPECT_EQ(failures_, 0);
  store_.fails = true;
  EXPECT_EQ(find({.query = "слова"}).error().code, ErrorCode::kUnavailable);
  EXPECT_EQ(failures_, 1);
}

TEST(Indexer, WorksUntilNothingIsLeftAndThenWaits) {
  OpenStore store;
  store.give({IndexStep{.messages = 7, .waiting = 3, .more = true}, IndexStep{.messages = 3}});
  Metrics metrics;
  Indexer indexer(store, metrics);
  ASSERT_TRUE(store.wait_for_calls(2));
  const int before = store.calls();
  indexer.wake();
  EXPECT_TRUE(store.wait_for_calls(before + 1));
  indexer.stop();
  EXPECT_THAT(metrics.render(), HasSubstr("search_indexed_total 10"));
  EXPECT_THAT(metrics.render(), HasSubstr("search_lag_messages 0"));
}

TEST(Indexer, TriesAgainAfterAFailure) {
  OpenStore store;
  store.give({fail(ErrorCode::kUnavailable, "the disk is full"), IndexStep{.messages = 3}});
  Metrics metrics;
  Indexer indexer(store, metrics);
  EXPECT_TRUE(store.wait_for_calls(2)) << "nobody has to wake it";
}

TEST(Indexer, StopsWhileItWaits) {
  std::chrono::nanoseconds fastest = kPatience;  // of some, since others may have the processor for a while
  for (int i = 0; i < 5; ++i) {
    OpenStore store;
    store.give({fail(ErrorCode::kUnavailable, "the disk is full")});
    Metrics metrics;
    Indexer indexer(store, metrics);
    ASSERT_TRUE(store.wait_for_calls(1));
    const auto begun = std::chrono::steady_clock::now();
    indexer.stop();
    fastest = std::min<std::chrono::nanoseconds>(fastest, std::chrono::steady_clock::now() - begun);
  }
  EXPECT_LT(fastest, 500ms);
}

}  // namespace
}  // namespace vestnik::chat
