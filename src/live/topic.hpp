// What is followed: a room, the list of rooms.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace vestnik::live {

// Has events that are numbered from 1 without gaps within an epoch. One object for as long as it may be followed. Any
// thread.
class Topic {
 public:
  Topic() = default;
  Topic(const Topic&) = delete;
  Topic& operator=(const Topic&) = delete;
  virtual ~Topic() = default;

  // Unique among all that can be followed.
  virtual const std::string& topic_id() const = 0;
  // For people.
  virtual const std::string& topic_name() const = 0;
  // Of its history; see Position.
  virtual const std::string& topic_epoch() const = 0;

  // Position of its last event; nullopt while there may be more.
  std::optional<std::int64_t> last_n() const {
    const std::int64_t n = last_n_.load(std::memory_order_relaxed);
    return n == 0 ? std::nullopt : std::optional(n);
  }

 protected:
  // The event at `n` is its last. Once.
  void end_at(std::int64_t n) { last_n_.store(n, std::memory_order_relaxed); }

 private:
  std::atomic<std::int64_t> last_n_{0};
};

using TopicPtr = std::shared_ptr<const Topic>;

}  // namespace vestnik::live
