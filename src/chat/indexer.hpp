// Keeps the search index in step with the messages: a thread of its own that works in pieces beside everything else.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>

#include "base/metrics.hpp"
#include "chat/search_store.hpp"

namespace vestnik::chat {

// The thread has a low priority, lets messages gather, and rests while they are written, so that it costs the writers
// little; the system always gives it something, so the lag has an end. A storage whose index fails is asked again, with
// growing pauses.
class Indexer {
 public:
  // Begins at once with what the index does not have. `store` must outlive it.
  Indexer(SearchStore& store, Metrics& metrics);
  ~Indexer() { stop(); }
  Indexer(const Indexer&) = delete;
  Indexer& operator=(const Indexer&) = delete;

  // Something was committed. Any thread; takes well below a microsecond.
  void wake();
  // Ends the thread after the piece that it works on. The index goes on from there at the next start.
  void stop();

 private:
  using Steady = std::chrono::steady_clock;

  void run(const std::stop_token& stop);
  // The pause before the next piece; nullopt: until something is committed.
  std::optional<Steady::duration> work();
  void note_progress(const IndexStep& step);
  Steady::duration note_failure(const Error& error);

  SearchStore& store_;
  Counter& indexed_;
  std::atomic<std::int64_t> waiting_ = 0;

  // Of the thread.
  std::int64_t taken_ = 0;  // messages of the last step
  Steady::time_point last_step_;
  bool is_catching_up_ = false;
  std::int64_t caught_up_ = 0;  // messages since it has been
  Steady::time_point next_report_;
  std::string reported_failure_;
  Steady::duration failure_pause_{};

  std::mutex mutex_;
  std::condition_variable_any woken_;
  std::atomic<bool> is_woken_ = true;
  std::jthread thread_;  // last: it uses the rest
};

}  // namespace vestnik::chat
