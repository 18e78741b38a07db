// Group commit: whatever arrives while one batch is being committed is the next batch. No timer, no added latency; the
// cost of the fsync is shared by all that wait.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <span>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

#include "base/metrics.hpp"
#include "chat/chat_store.hpp"
#include "chat/committed.hpp"
#include "chat/room_directory.hpp"
#include "runtime/cores.hpp"

namespace vestnik::chat {

// A change that waits for its commit.
struct Pending {
  using Done = std::move_only_function<void(Result<Appended>)>;

  RoomPtr room;
  Change change;
  std::string request_id;
  runtime::Core* core;  // where `done` is called
  Done done;
  runtime::SteadyTime arrived;
};

class MessageWriter {
 public:
  struct Options {
    std::size_t batch_messages_max = 1'000;
    std::size_t batch_bytes_max = 4 * 1024 * 1024;
    std::size_t queue_messages_max = 65'536;
    std::size_t queue_bytes_max = 64 * 1024 * 1024;
  };
  // Called on the writer's thread with each batch after its commit, before the answers. It may wait, which slows the
  // writer down to the pace of the fan-out.
  using Publish = std::move_only_function<void(std::span<const Committed>)>;

  MessageWriter(ChatStore& store, runtime::Cores& cores, Options options, Publish publish, Clock clock,
                Metrics& metrics);
  ~MessageWriter();

  // Every `done` is called exactly once, after the commit or with the error; all of one core that were committed
  // together run in one task. Takes everything: who submits many must ask congested() first. Any thread.
  void submit(std::span<Pending> batch);

  // Whether the queue is over its bound, so that those who have something in flight should wait for it.
  bool congested() const;
  std::int64_t committed() const { return messages_.value(); }  // messages since the start
  const LatencyHistogram& commit_latency() const { return commit_latency_; }
  std::size_t queued() const { return queued_messages_.load(std::memory_order_relaxed); }

  // Commits what is queued and ends the thread. What is submitted afterwards is refused with unavailable.
  void stop();

 private:
  using Outcomes = std::vector<Result<Appended>>;

  void run();
  std::vector<Pending> take_batch();
  void commit(std::vector<Pending> batch);
  // The author of a message must exist; a missing display name is the user's.
  Result<void> resolve_author(Change& change);
  void publish(const std::vector<Pending>& batch, const Outcomes& outcomes);
  void answer(std::vector<Pending> batch, Outcomes outcomes);

  ChatStore& store_;
  runtime::Cores& cores_;
  Options options_;
  Publish publish_;
  Clock clock_;
  Counter& messages_;
  Counter& batches_;
  LatencyHistogram& commit_latency_;
  LatencyHistogram& store_latency_;

  std::mutex mutex_;
  std::condition_variable arrived_;
  std::deque<Pending> queue_;
  bool stopping_ = false;
  std::atomic<std::size_t> queued_messages_{0};
  std::atomic<std::size_t> queued_bytes_{0};

  std::unordered_map<UserId, User> authors_;  // of the writer's thread; bounded
  std::jthread thread_;
};

}  // namespace vestnik::chat
