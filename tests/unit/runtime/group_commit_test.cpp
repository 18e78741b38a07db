#include "runtime/group_commit.hpp"

#include <gtest/gtest.h>

#include <future>
#include <vector>

namespace vestnik::runtime {
namespace {

struct Item {
  int number = 0;
  std::size_t bytes = 1;
};

std::size_t bytes_of(const Item& item) {
  return item.bytes;
}

using Queue = GroupCommit<Item>;

// Commits the first item when it is let, so that a queue gathers behind it.
class GroupCommitTest : public testing::Test {
 protected:
  Queue::Commit commit() {
    return [this](std::vector<Item> batch) {
      std::vector<int> numbers;
      for (const Item& item : batch) numbers.push_back(item.number);
      committed_.push_back(std::move(numbers));
      if (committed_.size() == 1) {
        begun_.set_value();
        go_.get_future().wait();
      }
    };
  }

  // An item that is being committed; what comes next waits.
  void occupy(Queue& queue) {
    Item first{.number = 0};
    ASSERT_TRUE(queue.submit({&first, 1}));
    begun_.get_future().wait();
  }
  void go() { go_.set_value(); }

  std::vector<std::vector<int>> committed_;  // batches; read once the queue was stopped
  std::promise<void> begun_, go_;
};

TEST_F(GroupCommitTest, WhatArrivesDuringACommitIsTheNextBatch) {
  Queue queue("test", {}, commit());
  occupy(queue);
  for (int number : {1, 2, 3}) {
    Item item{.number = number};
    EXPECT_TRUE(queue.submit({&item, 1}));
  }
  EXPECT_EQ(queue.queued(), 3u);
  go();
  queue.stop();
  EXPECT_EQ(committed_, (std::vector<std::vector<int>>{{0}, {1, 2, 3}}));
  EXPECT_EQ(queue.queued(), 0u);
}

TEST_F(GroupCommitTest, ABatchHasSoManyItemsAndSoManyBytes) {
  Queue queue("test", {.batch_items_max = 2, .batch_bytes_max = 10}, commit());
  occupy(queue);
  std::vector<Item> items{{1, 1}, {2, 1}, {3, 1}, {4, 9}, {5, 100}, {6, 1}};
  EXPECT_TRUE(queue.submit(items));
  go();
  queue.stop();
  // The one that passes the bound of bytes still belongs to its batch.
  EXPECT_EQ(committed_, (std::vector<std::vector<int>>{{0}, {1, 2}, {3, 4}, {5}, {6}}));
}

TEST_F(GroupCommitTest, IsCongestedByItemsOrByBytes) {
  Queue queue("test", {.queue_items_max = 3, .queue_bytes_max = 100}, commit());
  occupy(queue);
  std::vector<Item> few(2), one_more(1), large{{7, 100}};
  EXPECT_TRUE(queue.submit(few));
  EXPECT_FALSE(queue.congested());
  EXPECT_TRUE(queue.submit(one_more));
  EXPECT_TRUE(queue.congested());
  go();
  queue.stop();
  EXPECT_FALSE(queue.congested());
}

TEST_F(GroupCommitTest, LargeItemsCongestItAsWell) {
  Queue queue("test", {.queue_items_max = 3, .queue_bytes_max = 100}, commit());
  occupy(queue);
  std::vector<Item> large{{1, 100}};
  EXPECT_TRUE(queue.submit(large));
  EXPECT_TRUE(queue.congested());
  go();
}

TEST_F(GroupCommitTest, TakesNothingOnceItWasStopped) {
  Queue queue("test", {}, commit());
  occupy(queue);
  go();
  queue.stop();
  std::vector<Item> late{{1, 1}};
  EXPECT_FALSE(queue.submit(late));
  EXPECT_EQ(committed_.size(), 1u);
}

}  // namespace
}  // namespace vestnik::runtime
