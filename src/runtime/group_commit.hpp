// Group commit: whatever arrives while one batch is being committed is the next batch. No timer, no added latency; the
// cost of the fsync is shared by all that wait.
#pragma once

#include <pthread.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <iterator>
#include <mutex>
#include <span>
#include <thread>
#include <utility>
#include <vector>

#include "base/error.hpp"
#include "runtime/cores.hpp"

namespace vestnik::runtime {

// A queue with a thread that commits it in batches. `Item` is movable, and bytes_of(item) says how much memory it
// takes.
template <typename Item>
class GroupCommit {
 public:
  struct Options {
    std::size_t batch_items_max = 1'000;
    std::size_t batch_bytes_max = 4 * 1024 * 1024;
    std::size_t queue_items_max = 65'536;
    std::size_t queue_bytes_max = 64 * 1024 * 1024;
  };
  // On the thread; a batch has at least one item.
  using Commit = std::move_only_function<void(std::vector<Item> batch)>;

  // `thread_name`: at most 15 bytes.
  GroupCommit(const char* thread_name, Options options, Commit commit) : options_(options), commit_(std::move(commit)) {
    thread_ = std::jthread([this] { run(); });
    pthread_setname_np(thread_.native_handle(), thread_name);
  }
  ~GroupCommit() { stop(); }

  // Moves the items into the queue, whatever it holds: who submits many must ask congested() first. False, and nothing
  // is taken, once it was stopped. Any thread.
  bool submit(std::span<Item> items) {
    std::size_t bytes = 0;
    for (const Item& item : items) bytes += bytes_of(item);
    const std::scoped_lock lock(mutex_);
    if (stopping_) return false;
    queue_.insert(queue_.end(), std::move_iterator(items.begin()), std::move_iterator(items.end()));
    queued_.fetch_add(items.size(), std::memory_order_relaxed);
    queued_bytes_.fetch_add(bytes, std::memory_order_relaxed);
    arrived_.notify_one();
    return true;
  }

  // Whether the queue is over its bound, so that those who have something in flight should wait for it. Any thread.
  bool congested() const {
    return queued_.load(std::memory_order_relaxed) >= options_.queue_items_max ||
           queued_bytes_.load(std::memory_order_relaxed) >= options_.queue_bytes_max;
  }
  std::size_t queued() const { return queued_.load(std::memory_order_relaxed); }

  // Commits what is queued and ends the thread.
  void stop() {
    {
      const std::scoped_lock lock(mutex_);
      stopping_ = true;
      arrived_.notify_one();
    }
    if (thread_.joinable()) thread_.join();
  }

 private:
  void run() {
    for (auto batch = take_batch(); !batch.empty(); batch = take_batch()) commit_(std::move(batch));
  }

  std::vector<Item> take_batch() {
    std::unique_lock lock(mutex_);
    arrived_.wait(lock, [this] { return !queue_.empty() || stopping_; });
    std::size_t bytes = 0;
    auto end = queue_.begin();
    const auto furthest = end + static_cast<std::ptrdiff_t>(std::min(queue_.size(), options_.batch_items_max));
    while (end != furthest && bytes < options_.batch_bytes_max) bytes += bytes_of(*end++);
    std::vector<Item> batch(std::move_iterator(queue_.begin()), std::move_iterator(end));
    queue_.erase(queue_.begin(), end);
    queued_.fetch_sub(batch.size(), std::memory_order_relaxed);
    queued_bytes_.fetch_sub(bytes, std::memory_order_relaxed);
    return batch;
  }

  Options options_;
  Commit commit_;
  std::mutex mutex_;
  std::condition_variable arrived_;
  std::deque<Item> queue_;
  bool stopping_ = false;
  std::atomic<std::size_t> queued_{0};
  std::atomic<std::size_t> queued_bytes_{0};
  std::jthread thread_;
};

// Has the `done` of each item called with its outcome, on the core of the item: all of one core in one task.
template <typename Item, typename Outcome>
void answer_all(Cores& cores, std::vector<Item> batch, std::vector<Outcome> outcomes) {
  struct Answer {
    decltype(Item::done) done;
    Outcome outcome;
  };
  std::vector<std::vector<Answer>> by_core(cores.size());
  for (std::size_t i = 0; i < batch.size(); ++i) {
    by_core[batch[i].core->index()].push_back({std::move(batch[i].done), std::move(outcomes[i])});
  }
  for (std::size_t core = 0; core < by_core.size(); ++core) {
    if (by_core[core].empty()) continue;
    cores[core].post([answers = std::move(by_core[core])]() mutable {
      for (Answer& answer : answers) answer.done(std::move(answer.outcome));
    });
  }
}

}  // namespace vestnik::runtime
