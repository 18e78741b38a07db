#include <array>
#include <atomic>
#include <chrono>
#include <memory>
#include <thread>
#include <vector>

#include "histogram.hpp"
#include "json_line.hpp"
#include "publisher.hpp"
#include "scenarios.hpp"
#include "websocket_protocol.hpp"

namespace vestnik::bench {
namespace {

// Reads all subscribers on the calling thread and records how long after its intended send each message arrived.
class Watcher {
 public:
  Watcher(std::uint16_t port, const std::string& room, std::size_t subscribers, double per_second)
      : interval_ns_(1e9 / per_second), readers_(subscribers), buffer_(256 * 1024) {
    for (std::size_t i = 0; i < subscribers; ++i) {
      sockets_.push_back(WebSocketProtocol::subscribe(port, room));
      set_nonblocking(sockets_.back());
      epoll_.add(sockets_.back(), EPOLLIN, i);
    }
  }

  // Until `expected` messages have come in all, or nothing has for two seconds. Samples before `skip` messages of the
  // writer are left out. `begin_ns` is when the writer's first message was due.
  void run(std::int64_t begin_ns, std::int64_t skip, std::uint64_t expected) {
    constexpr int kQuietMs = 2000;
    while (received_ < expected) {
      const auto events = epoll_.wait(kQuietMs);
      if (events.empty()) return;
      for (const epoll_event& event : events) {
        const auto [state, bytes] = read_some(sockets_[event.data.u64], buffer_);
        if (state == ReadState::kClosed) return;
        const std::int64_t now = now_ns();
        readers_[event.data.u64].feed(bytes, [&](std::size_t header, std::string_view frame) {
          if (WebSocketProtocol::kind(header, frame) != FrameKind::kMessage) return;
          ++received_;
          const std::int64_t sequence = Stamp::parse(WebSocketProtocol::content(frame.substr(header))).sequence;
          const auto due = begin_ns + static_cast<std::int64_t>(static_cast<double>(sequence) * interval_ns_);
          if (sequence >= skip) latencies_.record(now - due);
        });
      }
    }
  }

  const Histogram& latencies() const { return latencies_; }
  std::uint64_t received() const { return received_; }

 private:
  double interval_ns_;
  std::vector<Fd> sockets_;
  std::vector<FrameReader<WebSocketProtocol>> readers_;
  std::vector<char> buffer_;
  Epoll epoll_;
  Histogram latencies_;
  std::uint64_t received_ = 0;
};

}  // namespace

int run_latency(Options& options) {
  const std::uint16_t port = options.port();
  const auto subscribers = static_cast<std::size_t>(options.number("subscribers", 10, 1, 1000));
  const auto per_second = static_cast<double>(options.number("rate", 5000, 1, 1'000'000));
  const auto content_bytes = static_cast<std::size_t>(options.number("content-bytes", 200, 10, 700));
  const double warmup = options.seconds("warmup", 2);
  const double seconds = options.seconds("seconds", 10);
  const std::string room = options.text("room", "lobby");
  options.reject_unknown();

  PublishLimits limits;
  limits.per_second = per_second;
  limits.count = static_cast<std::int64_t>(per_second * (warmup + seconds));
  Watcher watcher(port, room, subscribers, per_second);
  Publisher<WebSocketProtocol> publisher(WebSocketProtocol::subscribe(port, room), room, content_bytes, 0, limits);
  std::this_thread::sleep_for(std::chrono::milliseconds(300));

  std::atomic<bool> stop = false;
  const std::int64_t begin_ns = now_ns();
  std::jthread writing([&, driven = &publisher] {
    driven->begin(begin_ns);
    drive<WebSocketProtocol>(std::span(&driven, 1), stop);
  });
  const std::uint64_t expected = static_cast<std::uint64_t>(limits.count) * subscribers;
  watcher.run(begin_ns, static_cast<std::int64_t>(per_second * warmup), expected);
  stop = true;
  writing.join();

  JsonLine line;
  line.add("scenario", "latency");
  line.add("subscribers", subscribers);
  line.add("messages_per_second", per_second);
  line.add("latency", watcher.latencies());
  line.add("verified", watcher.received() == expected && publisher.in_order() && publisher.all_acknowledged());
  line.print();
  return 0;
}

}  // namespace vestnik::bench
