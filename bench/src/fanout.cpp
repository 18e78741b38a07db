#include <fmt/format.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "json_line.hpp"
#include "nats_protocol.hpp"
#include "publisher.hpp"
#include "receivers.hpp"
#include "scenarios.hpp"
#include "usage.hpp"
#include "websocket_protocol.hpp"

namespace vestnik::bench {
namespace {

using std::chrono::duration;
using std::chrono::milliseconds;

constexpr milliseconds kSettle{300};
constexpr int kSlowConsumer = 4008;

struct FanoutPlan {
  std::uint16_t port;
  std::string room;
  std::size_t subscribers;
  std::size_t threads;
  std::size_t content_bytes;
  std::size_t buffer_bytes;
  double warmup;
  double seconds;
  bool publish;
  PublishLimits limits;
};

// What was counted between two moments.
struct Window {
  double seconds = 0;
  std::uint64_t deliveries = 0;
  std::uint64_t bytes = 0;
  std::uint64_t reads = 0;
  std::int64_t published = 0;
  std::vector<double> per_second;
};

template <class Protocol>
Window measure(const FanoutPlan& plan, const Receivers<Protocol>& receivers, const Publisher<Protocol>* publisher) {
  const auto published = [&] { return publisher == nullptr ? 0 : publisher->acknowledged(); };
  std::this_thread::sleep_for(duration<double>(plan.warmup));
  Window window;
  const std::int64_t begin_ns = now_ns();
  const std::uint64_t messages = receivers.messages();
  const std::uint64_t bytes = receivers.bytes();
  const std::uint64_t reads = receivers.reads();
  const std::int64_t acknowledged = published();
  std::int64_t step_ns = begin_ns;
  std::uint64_t step_messages = messages;
  while (static_cast<double>(step_ns - begin_ns) / 1e9 < plan.seconds) {
    const double left = plan.seconds - static_cast<double>(step_ns - begin_ns) / 1e9;
    std::this_thread::sleep_for(duration<double>(std::min(left, 1.0)));
    const std::int64_t now = now_ns();
    const std::uint64_t so_far = receivers.messages();
    window.per_second.push_back(static_cast<double>(so_far - step_messages) * 1e9 / static_cast<double>(now - step_ns));
    step_ns = now;
    step_messages = so_far;
  }
  window.seconds = static_cast<double>(step_ns - begin_ns) / 1e9;
  window.deliveries = step_messages - messages;
  window.bytes = receivers.bytes() - bytes;
  window.reads = receivers.reads() - reads;
  window.published = published() - acknowledged;
  return window;
}

// Waits until everyone has everything, or until nothing has come for two seconds.
template <class Protocol>
void drain(const Receivers<Protocol>& receivers, std::uint64_t expected) {
  constexpr int kQuietSteps = 20;
  std::uint64_t last = receivers.messages();
  for (int quiet = 0; receivers.messages() < expected && quiet < kQuietSteps; ++quiet) {
    std::this_thread::sleep_for(milliseconds(100));
    if (const std::uint64_t now = receivers.messages(); now != last) {
      last = now;
      quiet = 0;
    }
  }
}

struct Proof {
  std::uint64_t complete = 0;  // subscribers with every message, from the first to the last, in order
  std::uint64_t disconnected = 0;
  std::uint64_t slow = 0;
  std::uint64_t missing = 0;
};

Proof prove(const std::vector<Received>& results, std::uint64_t expected, std::int64_t last_position) {
  Proof proof;
  for (const Received& received : results) {
    const bool whole = !received.gap && !received.closed && received.messages == expected &&
                       (expected == 0 || received.last_position == last_position);
    proof.complete += whole;
    proof.disconnected += received.closed || received.close_code != 0;
    proof.slow += received.close_code == kSlowConsumer;
    proof.missing += expected - std::min(expected, received.messages);
  }
  return proof;
}

template <class Protocol>
int run(const FanoutPlan& plan) {
  raise_open_files_limit();
  Receivers<Protocol> receivers(plan.threads, plan.buffer_bytes);
  for (std::size_t i = 0; i < plan.subscribers; ++i) receivers.add(Protocol::subscribe(plan.port, plan.room));
  std::unique_ptr<Publisher<Protocol>> publisher;
  if (plan.publish) {
    publisher = std::make_unique<Publisher<Protocol>>(Protocol::subscribe(plan.port, plan.room), plan.room,
                                                      plan.content_bytes, 0, plan.limits);
  }
  std::this_thread::sleep_for(kSettle);
  receivers.start();

  std::atomic<bool> stop = false;
  std::jthread writing;
  if (publisher) {
    publisher->begin(now_ns());
    writing = std::jthread([&, driven = publisher.get()] { drive<Protocol>(std::span(&driven, 1), stop); });
  }
  const double cpu = own_cpu_seconds();
  const Window window = measure(plan, receivers, publisher.get());
  const double cpu_used = own_cpu_seconds() - cpu;
  stop = true;
  if (publisher) {
    writing.join();
    drain(receivers, static_cast<std::uint64_t>(publisher->acknowledged()) * plan.subscribers);
  }
  receivers.stop();

  JsonLine line;
  line.add("scenario", "fanout");
  line.add("protocol", plan.publish ? Protocol::kName : "receive-only");
  line.add("subscribers", plan.subscribers);
  line.add("per_second", static_cast<double>(window.deliveries) / window.seconds);
  line.add("bytes_per_second", static_cast<double>(window.bytes) / window.seconds);
  line.add("frame_bytes", window.deliveries == 0 ? 0 : window.bytes / window.deliveries);
  line.add("bytes_per_read", window.reads == 0 ? 0 : window.bytes / window.reads);
  line.add("each_second", window.per_second);
  line.add("client_cpu_seconds", cpu_used);
  if (publisher) {
    const Proof proof =
        prove(receivers.results(), static_cast<std::uint64_t>(publisher->acknowledged()), publisher->last_position());
    line.add("published_per_second", static_cast<double>(window.published) / window.seconds);
    line.add("sent", publisher->sent());
    line.add("acknowledged", publisher->acknowledged());
    line.add("publisher_errors", publisher->errors());
    line.add("complete_subscribers", proof.complete);
    line.add("disconnected", proof.disconnected);
    line.add("disconnected_as_slow", proof.slow);
    line.add("missing_messages", proof.missing);
    line.add("verified", proof.complete == plan.subscribers && publisher->all_acknowledged() && publisher->in_order() &&
                             publisher->errors() == 0);
  }
  line.print();
  return 0;
}

}  // namespace

int run_fanout(Options& options) {
  FanoutPlan plan{};
  plan.port = options.port();
  const std::string protocol = options.text("protocol", "vestnik");
  plan.room = options.text("room", "lobby");
  plan.subscribers = static_cast<std::size_t>(options.number("subscribers", 100, 1, 15'000));
  plan.threads = static_cast<std::size_t>(options.number("threads", 1, 1, 64));
  plan.content_bytes = static_cast<std::size_t>(options.number("content-bytes", 200, 10, 60'000));
  plan.buffer_bytes = static_cast<std::size_t>(options.number("buffer-bytes", 512 * 1024, 4096, 1 << 26));
  plan.warmup = options.seconds("warmup", 2);
  plan.seconds = options.seconds("seconds", 8);
  plan.limits.window = options.number("window", 0, 0, 1'000'000);
  plan.limits.per_second = static_cast<double>(options.number("rate", 0, 0, 10'000'000));
  options.reject_unknown();
  plan.publish = protocol != "receive-only";
  if (protocol == "nats") return run<NatsProtocol>(plan);
  if (protocol == "vestnik" || !plan.publish) return run<WebSocketProtocol>(plan);
  throw std::invalid_argument(fmt::format("--protocol must be vestnik, nats or receive-only, got \"{}\"", protocol));
}

}  // namespace vestnik::bench
