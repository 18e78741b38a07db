#include "api/server_status.hpp"

#include <algorithm>
#include <utility>

#include "base/log.hpp"

namespace vestnik::api {
namespace {

constexpr std::size_t kRecentSeconds = 10;

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

ServerStatus::ServerStatus(Metrics& metrics)
    : requests(metrics.counter("requests_total", "Requests answered, over every transport.")),
      deliveries(metrics.counter("deliveries_total", "Messages handed to subscribers.")),
      slow_subscribers(metrics.counter("slow_subscribers_total", "Subscribers that fell out of their live window.")),
      request(metrics.latency("http_request_seconds",
                              "From an HTTP request that has arrived to its answer; without uploads, which last as "
                              "long as their senders take.")),
      metrics_(metrics) {
  for (const std::string_view limit : kLimits) refusals_of(metrics, limit);
  add_total("requests", [this] { return requests.value(); });
  add_total("deliveries", [this] { return deliveries.value(); });
  add_number("http", [this] { return http.load(); });
  add_number("websockets", [this] { return websockets.load(); });
  add_number("event_streams", [this] { return event_streams.load(); });
  add_number("grpc_streams", [this] { return grpc_streams.load(); });
  add_latency("request", request);
  metrics.gauge("http_connections_active", "Open HTTP connections.", reader_of(http));
  metrics.gauge("websocket_connections_active", "Open WebSockets.", reader_of(websockets));
  metrics.gauge("rpc_sockets_active", "Open WebSockets of /rpc.", reader_of(rpc_sockets));
  metrics.gauge("event_streams_active", "Open streams of server-sent events.", reader_of(event_streams));
  metrics.gauge("grpc_streams_active", "Open gRPC streams.", reader_of(grpc_streams));
  metrics.gauge("subscriptions_active", "Rooms that are followed, over all connections.", reader_of(subscriptions));
}

void ServerStatus::add_total(std::string name, Read read) {
  numbers_.push_back({.name = std::move(name), .read = std::move(read), .is_total = true});
}

void ServerStatus::add_number(std::string name, Read read) {
  numbers_.push_back({.name = std::move(name), .read = std::move(read)});
}

void ServerStatus::add_latency(std::string name, const LatencyHistogram& histogram) {
  latencies_.push_back({.name = std::move(name), .histogram = &histogram, .history = {}});
}

std::int64_t ServerStatus::number(std::string_view name) const {
  const auto found = std::ranges::find(numbers_, name, &Number::name);
  return found == numbers_.end() ? 0 : found->read();
}

LatencySnapshot ServerStatus::recent(std::string_view name) const {
  const auto found = std::ranges::find(latencies_, name, &Latency::name);
  if (found == latencies_.end()) return {};
  const LatencySnapshot now = found->histogram->snapshot();
  const std::scoped_lock lock(mutex_);
  return found->history.empty() ? now : now - found->history.front();
}

void ServerStatus::tick() {
  const std::scoped_lock lock(mutex_);
  for (Latency& latency : latencies_) {
    latency.history.push_back(latency.histogram->snapshot());
    if (latency.history.size() > kRecentSeconds) latency.history.pop_front();
  }
}

void ServerStatus::note_refused(const Error& error) {
  if (error.limit.empty()) return;
  refusals_of(metrics_, error.limit).add();
}

void ServerStatus::log_status() {
  const auto now = std::chrono::steady_clock::now();
  const double seconds = std::chrono::duration<double>(now - std::exchange(logged_at_, now)).count();
  std::deque<std::string> keys;  // which the fields refer to
  std::vector<log::Field> fields{{"uptime_s", uptime_seconds()}};
  for (Number& number : numbers_) {
    const std::int64_t value = number.read();
    if (number.is_total) {
      const auto since = static_cast<double>(value - std::exchange(number.logged, value));
      fields.push_back({keys.emplace_back(number.name + "_per_s"), since / seconds});
    } else {
      fields.push_back({number.name, value});
    }
  }
  for (const Latency& latency : latencies_) {
    const LatencySnapshot last = recent(latency.name);
    fields.push_back({keys.emplace_back(latency.name + "_p50_ms"), to_milliseconds(last.quantile(0.5))});
    fields.push_back({keys.emplace_back(latency.name + "_p99_ms"), to_milliseconds(last.quantile(0.99))});
  }
  fields.push_back({"slow_subscribers", slow_subscribers.value()});
  log::info("status", fields);
}

double ServerStatus::uptime_seconds() const {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - started_).count();
}

double to_milliseconds(std::chrono::nanoseconds duration) {
  return std::chrono::duration<double, std::milli>(duration).count();
}

}  // namespace vestnik::api
