// Commits the changes of rooms in groups, tells who follows them and then who made them.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/metrics.hpp"
#include "chat/chat_store.hpp"
#include "chat/committed.hpp"
#include "chat/room_directory.hpp"
#include "runtime/cores.hpp"
#include "runtime/group_commit.hpp"

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

// Give or take.
std::size_t bytes_of(const Pending& pending);

class MessageWriter {
 public:
  using Queue = runtime::GroupCommit<Pending>;
  using Options = Queue::Options;
  // Called on the writer's thread with each batch after its commit, before the answers. It may wait, which slows the
  // writer down to the pace of the fan-out.
  using Publish = std::move_only_function<void(std::span<const Committed>)>;

  MessageWriter(ChatStore& store, runtime::Cores& cores, Options options, Publish publish, Clock clock,
                Metrics& metrics);

  // Every `done` is called exactly once, after the commit or with the error; all of one core that were committed
  // together run in one task. Takes everything: who submits many must ask congested() first. Any thread.
  void submit(std::span<Pending> batch);

  // Whether the queue is over its bound, so that those who have something in flight should wait for it.
  bool congested() const { return queue_.congested(); }
  std::int64_t committed() const { return messages_.value(); }  // messages since the start
  const LatencyHistogram& commit_latency() const { return commit_latency_; }
  std::size_t queued() const { return queue_.queued(); }

  // Commits what is queued and ends. What is submitted afterwards is refused with unavailable.
  void stop() { queue_.stop(); }

 private:
  using Outcomes = std::vector<Result<Appended>>;

  void commit(std::vector<Pending> batch);
  // The author of a message must exist; a missing display name is the user's.
  Result<void> resolve_author(Change& change);
  void publish(const std::vector<Pending>& batch, const Outcomes& outcomes);

  ChatStore& store_;
  runtime::Cores& cores_;
  Publish publish_;
  Clock clock_;
  Counter& messages_;
  Counter& batches_;
  LatencyHistogram& commit_latency_;
  LatencyHistogram& store_latency_;

  std::unordered_map<UserId, User> authors_;  // of the writer's thread; bounded
  Queue queue_;                               // last: its thread uses everything else
};

}  // namespace vestnik::chat
