// Lines on their way to a file descriptor, written by a thread of its own: whoever adds one never waits for whoever
// reads there. Any thread.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>

namespace vestnik {

class LineQueue {
 public:
  // Of lines that wait. Beyond it they are dropped.
  static constexpr std::size_t kBytesMax = 1u << 20;

  // `tell_dropped` makes the line that stands where so many are missing.
  LineQueue(int fd, std::function<std::string(std::uint64_t lines)> tell_dropped)
      : fd_(fd), tell_dropped_(std::move(tell_dropped)) {}
  LineQueue(const LineQueue&) = delete;
  LineQueue& operator=(const LineQueue&) = delete;

  // Begins to write. Once; the queue must then live as long as the process, because a write that is stuck cannot be
  // ended.
  void start();

  // Adds a line, its line end included. Does not block.
  void push(std::string_view line);

  // Waits until all lines that were added are written, at most so long. Nothing is taken afterwards.
  void finish(std::chrono::milliseconds timeout);

  // Lines that were not written: the queue was full, or writing failed.
  std::uint64_t dropped() const { return dropped_.load(std::memory_order_relaxed); }

 private:
  void run();
  // Returns what could not be written.
  std::string_view write(std::string_view lines) const;
  void count_dropped(std::uint64_t lines);

  const int fd_;
  const std::function<std::string(std::uint64_t)> tell_dropped_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::string waiting_;
  std::uint64_t untold_ = 0;  // dropped lines that no line tells of yet
  bool full_ = false;         // until the thread takes what waits, so that the gap is where the line about it is
  bool finishing_ = false;
  bool ended_ = false;
  std::atomic<std::uint64_t> dropped_{0};
};

}  // namespace vestnik
