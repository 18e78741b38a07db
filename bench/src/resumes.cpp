#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <charconv>
#include <chrono>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "frame_reader.hpp"
#include "histogram.hpp"
#include "http_message.hpp"
#include "json_line.hpp"
#include "publisher.hpp"
#include "receivers.hpp"
#include "scenarios.hpp"
#include "websocket_protocol.hpp"

namespace vestnik::bench {
namespace {

constexpr std::chrono::seconds kPatience{60};

std::string get(HttpClient& client, const std::string& path) {
  HttpResponse answer = client.get(path);
  if (answer.status != 200) throw std::runtime_error(fmt::format("{} answered {}", path, answer.status));
  return std::move(answer.body);
}

// How often the server has read its storage for subscribers.
std::int64_t store_reads(HttpClient& client) {
  const std::string text = get(client, "/metrics");
  constexpr std::string_view kName = "\nresume_store_reads_total ";
  const std::size_t at = text.find(kName);
  if (at == std::string::npos) throw std::runtime_error("the server does not count its reads");
  std::int64_t count = 0;
  std::from_chars(text.data() + at + kName.size(), text.data() + text.size(), count);
  return count;
}

// The newest position of the room.
std::string head_of(HttpClient& client, const std::string& room) {
  const std::string json = get(client, "/api/v1/rooms/" + room);
  constexpr std::string_view kField = "\"pos\":\"";
  const std::size_t begin = json.find(kField) + kField.size();
  return json.substr(begin, json.find('"', begin) - begin);
}

void publish(std::uint16_t port, const std::string& room, std::int64_t messages) {
  PublishLimits limits;
  limits.count = messages;
  Publisher<WebSocketProtocol> publisher(WebSocketProtocol::subscribe(port, room), room, 200, 0, limits);
  Publisher<WebSocketProtocol>* driven = &publisher;
  const std::atomic<bool> stop = false;
  drive<WebSocketProtocol>(std::span(&driven, 1), stop);
  if (!publisher.all_acknowledged()) throw std::runtime_error("the room could not be written");
}

// All are there, get `messages`, and lose their connections at once.
void be_there_and_leave(std::uint16_t port, const std::string& room, std::size_t subscribers, std::int64_t messages) {
  Receivers<WebSocketProtocol> receivers(1, 64 * 1024);
  for (std::size_t i = 0; i < subscribers; ++i) receivers.add(WebSocketProtocol::subscribe(port, room));
  receivers.start();
  publish(port, room, messages);
  const std::uint64_t all = subscribers * static_cast<std::uint64_t>(messages);
  const auto end = std::chrono::steady_clock::now() + kPatience;
  while (receivers.messages() < all && std::chrono::steady_clock::now() < end) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  receivers.stop();
}

// Those who come back: each with the same position, all at the same time.
class Storm {
 public:
  Storm(std::uint16_t port, const std::string& room, std::string_view after, std::size_t subscribers)
      : last_n_(number_of(after)), begun_(now_ns()) {
    const std::string request = fmt::format(
        "GET /ws?room={}&after={} HTTP/1.1\r\nHost: localhost:{}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Key: {}\r\nSec-WebSocket-Version: 13\r\n\r\n",
        room, after, port, WebSocketProtocol::kKey);
    for (std::size_t i = 0; i < subscribers; ++i) {
      const Subscriber& each = *subscribers_.emplace_back(std::make_unique<Subscriber>(connect_to(port), last_n_));
      send_all(each.socket, request);
      set_nonblocking(each.socket);
      epoll_.add(each.socket, EPOLLIN, i);
    }
  }

  static std::int64_t number_of(std::string_view position) {
    return std::stoll(std::string(position.substr(position.find(':') + 1)));
  }

  // Until each has everything up to `n`; whether that came in time and without a fault. The time that each took since
  // the first began goes into `times`.
  bool read_up_to(std::int64_t n, Histogram* times) {
    std::size_t left = subscribers_.size();
    for (const auto& each : subscribers_) left -= each->arrived(n) ? 1 : 0;
    const auto end = std::chrono::steady_clock::now() + kPatience;
    if (times != nullptr && left == 0) return false;
    while (left > 0 && faults_ == 0 && std::chrono::steady_clock::now() < end) {
      for (const epoll_event& event : epoll_.wait(50)) {
        Subscriber& each = *subscribers_[event.data.u64];
        if (each.arrived(n)) continue;
        read(each);
        if (!each.arrived(n)) continue;
        --left;
        if (times != nullptr) times->record(now_ns() - begun_);
      }
    }
    return left == 0 && faults_ == 0;
  }

  std::size_t faults() const { return faults_; }

 private:
  struct Subscriber {
    Subscriber(Fd from, std::int64_t after) : socket(std::move(from)), last_n(after) {}
    bool arrived(std::int64_t n) const { return subscribed && last_n >= n; }

    Fd socket;
    std::string head;  // of the answer, until its end
    bool upgraded = false;
    bool subscribed = false;
    std::int64_t last_n;
    FrameReader<WebSocketProtocol> reader;
  };

  void read(Subscriber& each) {
    const auto [state, bytes] = read_some(each.socket, buffer_);
    if (state == ReadState::kEmpty) return;
    if (state == ReadState::kClosed) return fault(each);
    std::string_view rest = bytes;
    if (!each.upgraded) {
      constexpr std::string_view kEnd = "\r\n\r\n";
      each.head += rest;
      const std::size_t end = each.head.find(kEnd);
      if (end == std::string::npos) return;
      if (!each.head.starts_with("HTTP/1.1 101 ")) return fault(each);
      each.upgraded = true;
      rest.remove_prefix(rest.size() - (each.head.size() - end - kEnd.size()));
    }
    each.reader.feed(rest, [&](std::size_t header, std::string_view frame) { take(each, header, frame); });
  }

  void take(Subscriber& each, std::size_t header, std::string_view frame) {
    if (WebSocketProtocol::kind(header, frame) == FrameKind::kMessage) {
      if (WebSocketProtocol::position(frame.substr(header)) != ++each.last_n) fault(each);
    } else if (frame.find("\"recovered\":true") != std::string_view::npos) {
      each.subscribed = true;
    } else {
      fault(each);
    }
  }

  void fault(const Subscriber& each) {
    ++faults_;
    epoll_.remove(each.socket);
  }

  std::int64_t last_n_;
  std::int64_t begun_;
  std::vector<std::unique_ptr<Subscriber>> subscribers_;
  std::vector<char> buffer_ = std::vector<char>(256 * 1024);
  Epoll epoll_;
  std::size_t faults_ = 0;
};

}  // namespace

int run_resumes(Options& options) {
  const std::uint16_t port = options.port();
  const auto subscribers = static_cast<std::size_t>(options.number("subscribers", 5000, 1, 15'000));
  const std::int64_t missed = options.number("missed", 100, 0, 10'000);
  const std::string room = options.text("room", "lobby");
  std::string after = options.text("after", "");
  options.reject_unknown();
  raise_open_files_limit();

  HttpClient client(port);
  if (after.empty()) {
    be_there_and_leave(port, room, subscribers, std::max<std::int64_t>(missed, 1));
    const std::string head = head_of(client, room);
    after = fmt::format("{}:{}", head.substr(0, head.find(':')), Storm::number_of(head) - missed);
  }
  const std::int64_t head_n = Storm::number_of(head_of(client, room));
  const std::int64_t reads = store_reads(client);
  Histogram times;
  Storm storm(port, room, after, subscribers);
  bool verified = storm.read_up_to(head_n, &times);
  const std::int64_t reads_of_storm = store_reads(client) - reads;
  if (verified) {
    publish(port, room, 1);
    verified = storm.read_up_to(head_n + 1, nullptr);
  }

  JsonLine line;
  line.add("scenario", "resumes");
  line.add("subscribers", subscribers);
  line.add("missed", head_n - Storm::number_of(after));
  line.add("seconds", static_cast<double>(times.max_ns()) / 1e9);
  line.add("live", times);
  line.add("store_reads", reads_of_storm);
  line.add("errors", storm.faults());
  line.add("head", head_of(client, room));
  line.add("verified", verified);
  line.print();
  return 0;
}

}  // namespace vestnik::bench
