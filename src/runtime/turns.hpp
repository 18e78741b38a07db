// Turns at something costly: a few have one at a time, and those who wait get it by turns of their keys, so that who
// asks much delays nobody else by more than one turn of each key.
#pragma once

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include "base/error.hpp"
#include "runtime/asio.hpp"

namespace vestnik::runtime {

// Any thread. Outlives all that wait for a turn or have one.
class Turns {
 public:
  using Key = std::int64_t;

  struct Limits {
    std::size_t at_once = 2;
    std::size_t at_once_each = 1;   // of one key
    std::size_t waiting_each = 16;  // of one key
  };

  // Held while it lasts.
  class Turn {
   public:
    Turn(Turn&& other) noexcept : turns_(std::exchange(other.turns_, nullptr)), key_(other.key_) {}
    Turn& operator=(Turn&&) = delete;
    ~Turn() {
      if (turns_ != nullptr) turns_->give_back(key_);
    }

   private:
    friend class Turns;
    Turn(Turns& turns, std::optional<Key> key) : turns_(&turns), key_(key) {}
    Turns* turns_;
    std::optional<Key> key_;
  };

  explicit Turns(Limits limits) : limits_(limits) {}

  // Waits for a turn; without a key, as one of those of whom nothing is known: they share one key, but not its limits.
  // Resumes on the caller's executor. Errors: resource_exhausted when too many of the key wait.
  Task<Result<Turn>> take(std::optional<Key> key);

 private:
  using Begin = std::move_only_function<void()>;
  struct Lane {
    std::deque<Begin> waiting;
    std::size_t running = 0;
    bool is_in_ring = false;
  };

  bool is_full(std::optional<Key> key);
  void enter(std::optional<Key> key, Begin begin);
  void give_back(std::optional<Key> key);
  // With the mutex held: puts the lane into the ring if one of it may begin.
  void offer(std::optional<Key> key, Lane& lane);
  // With the mutex held: those that begin now.
  std::vector<Begin> next();

  const Limits limits_;
  std::mutex mutex_;
  std::map<std::optional<Key>, Lane> lanes_;  // those with somebody in them
  std::deque<std::optional<Key>> ring_;       // keys of which one may begin, each once
  std::size_t running_ = 0;
};

}  // namespace vestnik::runtime
