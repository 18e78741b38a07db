#include <fmt/format.h>

#include <atomic>
#include <functional>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

#include "histogram.hpp"
#include "http_message.hpp"
#include "json_line.hpp"
#include "publisher.hpp"
#include "scenarios.hpp"
#include "websocket_protocol.hpp"

namespace vestnik::bench {
namespace {

constexpr int kPageMessages = 50;

std::string text_field(std::string_view json, std::string_view name) {
  const std::string key = fmt::format("\"{}\":\"", name);
  const std::size_t field = json.find(key);
  if (field == std::string_view::npos) throw std::runtime_error(fmt::format("no {} in {}", name, json.substr(0, 200)));
  const std::size_t begin = field + key.size();
  return std::string(json.substr(begin, json.find('"', begin) - begin));
}

std::size_t messages_in(std::string_view page) {
  std::size_t count = 0;
  for (std::size_t at = page.find("{\"id\":"); at != std::string_view::npos; at = page.find("{\"id\":", at + 1))
    ++count;
  return count;
}

// Writes until the room holds `messages` more; returns how many a second.
double fill(std::uint16_t port, const std::string& room, std::size_t content_bytes, std::int64_t messages) {
  if (messages <= 0) return 0;
  PublishLimits limits;
  limits.count = messages;
  Publisher<WebSocketProtocol> publisher(WebSocketProtocol::subscribe(port, room), room, content_bytes, 0, limits);
  Publisher<WebSocketProtocol>* driven = &publisher;
  const std::atomic<bool> stop = false;
  const std::int64_t begin = now_ns();
  drive<WebSocketProtocol>(std::span(&driven, 1), stop);
  if (!publisher.all_acknowledged() || publisher.errors() != 0) {
    throw std::runtime_error(fmt::format("the room could not be filled: {} of {} acknowledged, {} errors",
                                         publisher.acknowledged(), messages, publisher.errors()));
  }
  return static_cast<double>(messages) * 1e9 / static_cast<double>(now_ns() - begin);
}

// The ways to ask for a page, each with a random place in the room.
class Places {
 public:
  Places(HttpClient& client, std::string path) : client_(client), path_(std::move(path)) {
    const HttpResponse newest = client_.get(path_ + "?limit=1");
    if (newest.status != 200) throw std::runtime_error(fmt::format("the history answered {}", newest.status));
    const std::string position = text_field(newest.body, "pos");
    epoch_ = position.substr(0, position.find(':'));
    head_ = std::stoll(position.substr(position.find(':') + 1));
    random_ = std::uniform_int_distribution<std::int64_t>(kPageMessages + 1, head_ - kPageMessages - 1);
  }

  std::int64_t head() const { return head_; }
  std::string by_offset() { return fmt::format("{}?limit={}&offset={}", path_, kPageMessages, random_(engine_)); }
  std::string by_before() {
    return fmt::format("{}?limit={}&before={}:{}", path_, kPageMessages, epoch_, random_(engine_));
  }
  std::string by_after() {
    return fmt::format("{}?limit={}&after={}:{}", path_, kPageMessages, epoch_, random_(engine_));
  }
  // The time of a random message, found out beforehand.
  std::string by_time() {
    const HttpResponse one = client_.get(fmt::format("{}?limit=1&after={}:{}", path_, epoch_, random_(engine_)));
    return fmt::format("{}?limit={}&order=asc&from={}", path_, kPageMessages, text_field(one.body, "created_at"));
  }

 private:
  HttpClient& client_;
  std::string path_;
  std::string epoch_;
  std::int64_t head_ = 0;
  std::mt19937_64 engine_{42};
  std::uniform_int_distribution<std::int64_t> random_;
};

}  // namespace

int run_history(Options& options) {
  const std::uint16_t port = options.port();
  const std::int64_t messages = options.number("messages", 1'000'000, 1000, 100'000'000);
  const std::int64_t pages = options.number("pages", 2000, 1, 1'000'000);
  const auto content_bytes = static_cast<std::size_t>(options.number("content-bytes", 200, 10, 60'000));
  const std::string room = options.text("room", "lobby");
  options.reject_unknown();

  HttpClient client(port);
  const HttpResponse described = client.get("/api/v1/rooms/" + room);
  if (described.status != 200) throw std::runtime_error(fmt::format("the room answered {}", described.status));
  const double fill_rate = fill(port, room, content_bytes, messages - WebSocketProtocol::position(described.body));

  Places places(client, fmt::format("/api/v1/rooms/{}/messages", room));
  const std::pair<const char*, std::function<std::string()>> ways[] = {
      {"offset", [&] { return places.by_offset(); }},
      {"before", [&] { return places.by_before(); }},
      {"after", [&] { return places.by_after(); }},
      {"from", [&] { return places.by_time(); }},
  };
  JsonLine line;
  line.add("scenario", "history");
  line.add("messages", places.head());
  line.add("fill_per_second", fill_rate);
  Histogram all;
  bool verified = true;
  std::size_t page_bytes = 0;
  for (const auto& [name, place] : ways) {
    Histogram latencies;
    for (std::int64_t i = 0; i < pages; ++i) {
      const std::string path = place();
      const std::int64_t begin = now_ns();
      const HttpResponse page = client.get(path);
      latencies.record(now_ns() - begin);
      // Near the newest message a page by time may be shorter.
      const std::size_t count = messages_in(page.body);
      verified &=
          page.status == 200 && count <= kPageMessages && (count == kPageMessages || std::string_view(name) == "from");
      page_bytes = page.total_bytes;
    }
    line.add(name, latencies);
    all.merge(latencies);
  }
  line.add("latency", all);
  line.add("page_bytes", page_bytes);
  line.add("verified", verified);
  line.print();
  return 0;
}

}  // namespace vestnik::bench
