// The state of the server as numbers: counted where things happen, read by /stats, the status page and the status line.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <deque>
#include <mutex>

#include "base/metrics.hpp"
#include "chat/message_writer.hpp"
#include "live/hub.hpp"

namespace vestnik::chat::v1 {
class Latency;
class Stats;
}  // namespace vestnik::chat::v1

namespace vestnik::api {

// Any thread, unless said otherwise.
class ServerStatus {
 public:
  // Also reads what the writer and the hub count.
  ServerStatus(Metrics& metrics, const chat::MessageWriter& writer, live::Hub& hub);

  // Open connections.
  std::atomic<std::int64_t> http{0};
  std::atomic<std::int64_t> websockets{0};  // those of /rpc, too
  std::atomic<std::int64_t> rpc_sockets{0};
  std::atomic<std::int64_t> event_streams{0};
  std::atomic<std::int64_t> grpc_streams{0};
  // Rooms that are followed from a place in their logs on, over all connections.
  std::atomic<std::int64_t> subscriptions{0};

  Counter& requests;          // answered
  Counter& deliveries;        // messages handed to subscribers
  Counter& slow_subscribers;  // fell out of their window
  LatencyHistogram& request;  // HTTP: from a request that has arrived to its answer, but for uploads

  // Whether new work is taken: false while the server starts and stops.
  std::atomic<bool> ready{false};

  // Once a second: remembers the latencies, so that percentiles speak of the last seconds.
  void tick();
  // Everything that is not in the storage.
  void fill(chat::v1::Stats& out) const;
  // Counts an error that is to be answered, when a limit is its reason.
  void note_refused(const Error& error);
  // One line for the operator: what happened since the last line, and the state now.
  void log_status();

  double uptime_seconds() const;

 private:
  struct Moment {
    LatencySnapshot commit, request, fanout;
  };
  Moment moment() const;
  // Latencies since about ten seconds ago.
  Moment recent() const;

  Metrics& metrics_;
  const chat::MessageWriter& writer_;
  live::Hub& hub_;
  std::chrono::steady_clock::time_point started_ = std::chrono::steady_clock::now();
  mutable std::mutex mutex_;
  std::deque<Moment> history_;

  // At the last status line; used by one thread.
  std::chrono::steady_clock::time_point logged_at_ = started_;
  std::int64_t logged_messages_ = 0, logged_requests_ = 0, logged_deliveries_ = 0;
};

}  // namespace vestnik::api
