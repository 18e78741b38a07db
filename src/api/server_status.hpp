// The state of the server as numbers: counted where things happen, read by /stats, the status page and the status line.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "base/metrics.hpp"

namespace vestnik::api {

// Any thread, unless said otherwise.
class ServerStatus {
 public:
  explicit ServerStatus(Metrics& metrics);

  // Open connections.
  std::atomic<std::int64_t> http{0};
  std::atomic<std::int64_t> websockets{0};  // those of /rpc, too
  std::atomic<std::int64_t> rpc_sockets{0};
  std::atomic<std::int64_t> event_streams{0};
  std::atomic<std::int64_t> grpc_streams{0};
  // What is followed from a place in its log on, over all connections.
  std::atomic<std::int64_t> subscriptions{0};

  Counter& requests;          // answered
  Counter& deliveries;        // messages handed to subscribers
  Counter& slow_subscribers;  // fell out of their window
  LatencyHistogram& request;  // HTTP: from a request that has arrived to its answer, but for uploads

  // Whether new work is taken: false while the server starts and stops.
  std::atomic<bool> ready{false};

  // What others count, under the name that it has in the status line: a total since the start, told as a rate; a number
  // of this moment; a latency. At start.
  using Read = std::function<std::int64_t()>;
  void add_total(std::string name, Read read);
  void add_number(std::string name, Read read);
  void add_latency(std::string name, const LatencyHistogram& histogram);

  // A total or number; 0 when nobody added one of the name.
  std::int64_t number(std::string_view name) const;
  // A latency since about ten seconds ago.
  LatencySnapshot recent(std::string_view name) const;

  // Once a second: remembers the latencies, so that percentiles speak of the last seconds.
  void tick();
  // Counts an error that is to be answered, when a limit is its reason.
  void note_refused(const Error& error);
  // One line for the operator: what happened since the last line, and the state now. One thread.
  void log_status();

  double uptime_seconds() const;

 private:
  struct Number {
    std::string name;
    Read read;
    bool is_total = false;
    std::int64_t logged = 0;  // of a total, in the last line
  };
  struct Latency {
    std::string name;
    const LatencyHistogram* histogram;
    std::deque<LatencySnapshot> history;  // guarded by mutex_
  };

  Metrics& metrics_;
  std::chrono::steady_clock::time_point started_ = std::chrono::steady_clock::now();
  std::chrono::steady_clock::time_point logged_at_ = started_;
  std::vector<Number> numbers_;
  std::vector<Latency> latencies_;
  mutable std::mutex mutex_;
};

double to_milliseconds(std::chrono::nanoseconds duration);

}  // namespace vestnik::api
