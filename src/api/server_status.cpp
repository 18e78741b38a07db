#include "api/server_status.hpp"

#include <string>
#include <utility>

#include "base/log.hpp"
#include "vestnik/chat/v1/chat.pb.h"

namespace vestnik::api {
namespace {

constexpr std::size_t kRecentSeconds = 10;

double milliseconds(std::chrono::nanoseconds duration) {
  return std::chrono::duration<double, std::milli>(duration).count();
}

void set_latency(const LatencySnapshot& snapshot, chat::v1::Latency& out) {
  out.set_p50_ms(milliseconds(snapshot.quantile(0.5)));
  out.set_p99_ms(milliseconds(snapshot.quantile(0.99)));
  out.set_count(static_cast<std::int64_t>(snapshot.count()));
}

// Those whose metrics are there from the start.
constexpr std::string_view kLimits[] = {"address-rate",       "max-answer-bytes", "max-cursors-per-user",
                                        "max-rooms",          "max-rooms-joined", "max-rooms-per-socket",
                                        "max-rooms-per-user", "max-users",        "user-rate"};

Counter& refusals_of(Metrics& metrics, std::string_view limit) {
  return metrics.counter("limit_refusals_total",
                         "Calls refused because a limit was reached, by the setting of the limit.",
                         {{"limit", std::string(limit)}});
}

auto reader_of(const std::atomic<std::int64_t>& value) {
  return [&value] { return static_cast<double>(value.load(std::memory_order_relaxed)); };
}

}  // namespace

ServerStatus::ServerStatus(Metrics& metrics, const chat::MessageWriter& writer, live::Hub& hub)
    : requests(metrics.counter("requests_total", "Requests answered, over every transport.")),
      deliveries(metrics.counter("deliveries_total", "Messages handed to subscribers.")),
      slow_subscribers(metrics.counter("slow_subscribers_total", "Subscribers that fell out of their live window.")),
      request(metrics.latency("http_request_seconds",
                              "From an HTTP request that has arrived to its answer; without uploads, which last as "
                              "long as their senders take.")),
      metrics_(metrics),
      writer_(writer),
      hub_(hub) {
  for (const std::string_view limit : kLimits) refusals_of(metrics, limit);
  metrics.gauge("http_connections_active", "Open HTTP connections.", reader_of(http));
  metrics.gauge("websocket_connections_active", "Open WebSockets.", reader_of(websockets));
  metrics.gauge("rpc_sockets_active", "Open WebSockets of /rpc.", reader_of(rpc_sockets));
  metrics.gauge("event_streams_active", "Open streams of server-sent events.", reader_of(event_streams));
  metrics.gauge("grpc_streams_active", "Open gRPC streams.", reader_of(grpc_streams));
  metrics.gauge("subscriptions_active", "Rooms that are followed, over all connections.", reader_of(subscriptions));
}

void ServerStatus::tick() {
  const std::scoped_lock lock(mutex_);
  history_.push_back(moment());
  if (history_.size() > kRecentSeconds) history_.pop_front();
}

ServerStatus::Moment ServerStatus::moment() const {
  return {writer_.commit_latency().snapshot(), request.snapshot(), hub_.fanout_latency().snapshot()};
}

ServerStatus::Moment ServerStatus::recent() const {
  const Moment now = moment();
  const std::scoped_lock lock(mutex_);
  if (history_.empty()) return now;
  const Moment& then = history_.front();
  return {now.commit - then.commit, now.request - then.request, now.fanout - then.fanout};
}

void ServerStatus::fill(chat::v1::Stats& out) const {
  auto& connections = *out.mutable_connections();
  connections.set_http(http.load(std::memory_order_relaxed));
  connections.set_websocket(websockets.load(std::memory_order_relaxed));
  connections.set_sse(event_streams.load(std::memory_order_relaxed));
  connections.set_grpc(grpc_streams.load(std::memory_order_relaxed));
  out.set_uptime_seconds(uptime_seconds());
  out.set_messages_committed(writer_.committed());
  out.set_deliveries(deliveries.value());
  out.set_requests(requests.value());
  out.set_write_queue(static_cast<std::int64_t>(writer_.queued()));
  out.set_window_bytes(static_cast<std::int64_t>(hub_.window_bytes()));
  const Moment latencies = recent();
  set_latency(latencies.commit, *out.mutable_commit());
  set_latency(latencies.request, *out.mutable_request());
  set_latency(latencies.fanout, *out.mutable_fanout());
}

void ServerStatus::note_refused(const Error& error) {
  if (error.limit.empty()) return;
  refusals_of(metrics_, error.limit).add();
}

void ServerStatus::log_status() {
  const auto now = std::chrono::steady_clock::now();
  const double seconds = std::chrono::duration<double>(now - std::exchange(logged_at_, now)).count();
  const auto rate = [seconds](std::int64_t total, std::int64_t& logged) {
    return static_cast<double>(total - std::exchange(logged, total)) / seconds;
  };
  const Moment latencies = recent();
  log::info("status", {{"uptime_s", uptime_seconds()},
                       {"messages_per_s", rate(writer_.committed(), logged_messages_)},
                       {"requests_per_s", rate(requests.value(), logged_requests_)},
                       {"deliveries_per_s", rate(deliveries.value(), logged_deliveries_)},
                       {"http", http.load()},
                       {"websockets", websockets.load()},
                       {"event_streams", event_streams.load()},
                       {"grpc_streams", grpc_streams.load()},
                       {"write_queue", writer_.queued()},
                       {"window_bytes", hub_.window_bytes()},
                       {"commit_p50_ms", milliseconds(latencies.commit.quantile(0.5))},
                       {"commit_p99_ms", milliseconds(latencies.commit.quantile(0.99))},
                       {"request_p99_ms", milliseconds(latencies.request.quantile(0.99))},
                       {"fanout_p99_ms", milliseconds(latencies.fanout.quantile(0.99))},
                       {"slow_subscribers", slow_subscribers.value()}});
}

double ServerStatus::uptime_seconds() const {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - started_).count();
}

}  // namespace vestnik::api
