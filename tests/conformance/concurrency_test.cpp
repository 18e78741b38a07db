// Several threads at one storage.
#include <fmt/core.h>

#include <atomic>
#include <thread>
#include <vector>

#include "conformance/support.hpp"

namespace vestnik::conformance {
namespace {

class Concurrency : public StoreTest {};
VESTNIK_FOR_EVERY_STORAGE(Concurrency);

// Readers see whole batches, in order, and never less than they have seen.
TEST_P(Concurrency, ReadersSeeWholeBatchesInOrder) {
  const auto room = make_room("room");
  constexpr int kBatches = 200;
  constexpr int kBatchSize = 5;
  std::atomic<bool> done = false;
  std::atomic<int> faults = 0;
  std::vector<std::jthread> readers;
  for (int i = 0; i < 3; ++i) {
    readers.emplace_back([&] {
      std::int64_t seen = 0;
      while (!done) {
        const auto page = store().list_messages(query_for(room));
        const auto state = store().find_room("room");
        const auto stats = store().stats(at(0s));
        if (!page || !state || !stats) {
          ++faults;
          continue;
        }
        const auto head = page->empty() ? 0 : page->front().n;
        if (head < seen || head % kBatchSize != 0 || state->counter < head || state->counter != state->message_count ||
            stats->messages != stats->messages_since) {
          ++faults;
        }
        for (std::size_t k = 0; k < page->size(); ++k) {
          if ((*page)[k].n != head - static_cast<std::int64_t>(k) ||
              (*page)[k].content != fmt::format("{}", (*page)[k].n))
            ++faults;
        }
        seen = head;
      }
    });
  }
  for (int batch = 0; batch < kBatches; ++batch) {
    std::vector<chat::Change> drafts;
    for (int i = 1; i <= kBatchSize; ++i) drafts.push_back(draft_for(room, fmt::format("{}", batch * kBatchSize + i)));
    must(store().append(drafts, at(batch * 1ms)));
  }
  done = true;
  readers.clear();
  EXPECT_EQ(faults, 0);
  EXPECT_EQ(must(store().find_room("room")).counter, kBatches * kBatchSize);
}

// Users and rooms may be made by any thread while messages are appended.
TEST_P(Concurrency, WritersDoNotDisturbEachOther) {
  const auto room = make_room("room");
  constexpr int kEach = 50;
  std::atomic<int> faults = 0;
  {
    std::vector<std::jthread> makers;
    for (int maker = 0; maker < 3; ++maker) {
      makers.emplace_back([&, maker] {
        for (int i = 0; i < kEach; ++i) {
          const auto name = fmt::format("{} of {}", i, maker);
          if (!store().create_user({.username = name, .email = std::nullopt})) ++faults;
          if (!store().create_room(new_room(name, name))) ++faults;
        }
      });
    }
    for (int i = 1; i <= kEach; ++i) EXPECT_EQ(post(draft_for(room, "text"), at(i * 1s)).n, i);
  }
  EXPECT_EQ(faults, 0);
  EXPECT_EQ(describe(must(store().stats(at(0s)))), "150 users, 0 sessions, 151 rooms, 50 messages, 50 since");
}

}  // namespace
}  // namespace vestnik::conformance
