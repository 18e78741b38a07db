#include <fmt/format.h>
#include <poll.h>

#include <chrono>
#include <random>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "histogram.hpp"
#include "http_message.hpp"
#include "json_line.hpp"
#include "scenarios.hpp"
#include "websocket_protocol.hpp"

namespace vestnik::bench {
namespace {

constexpr std::size_t kWords = 30'000;
constexpr std::size_t kMessageWords = 11;
constexpr std::size_t kBlockBytes = 64 * 1024;
constexpr int kIndexingLimitS = 600;

// Made-up texts with the statistics of real ones: the word of rank r comes with a frequency of 1 / r (Zipf's law).
// Seven of ten words are of Cyrillic letters, with endings as Russian has them.
class Language {
 public:
  Language() {
    std::vector<double> frequencies;
    for (std::size_t rank = 1; rank <= kWords; ++rank) {
      words_.push_back(make_word());
      frequencies.push_back(1 / static_cast<double>(rank));
    }
    any_ = std::discrete_distribution<std::size_t>(frequencies.begin(), frequencies.end());
  }

  const std::string& word() { return words_[any_(engine_)]; }
  std::string text() {
    std::string text;
    for (std::size_t i = 0; i < kMessageWords; ++i) text += (i == 0 ? "" : " ") + word();
    return text;
  }

 private:
  std::string make_word() {
    static constexpr const char* kRussian[] = {"ка", "ло", "ми", "ре", "сту", "во", "пла", "зна", "ти", "дор"};
    static constexpr const char* kEndings[] = {"", "а", "ы", "ов", "ами", "ить", "ная", "ого"};
    static constexpr const char* kEnglish[] = {"ka", "lo", "mi", "re", "stu", "vo", "pla", "zna", "ti", "dor"};
    static constexpr const char* kSuffixes[] = {"", "s", "ing", "ed", "er", "ly", "n", "t"};
    const bool is_russian = engine_() % 10 < 7;
    std::string word;
    for (auto left = 2 + engine_() % 3; left > 0; --left) word += (is_russian ? kRussian : kEnglish)[engine_() % 10];
    return word + (is_russian ? kEndings : kSuffixes)[engine_() % 8];
  }

  std::mt19937_64 engine_{42};
  std::vector<std::string> words_;
  std::discrete_distribution<std::size_t> any_;
};

std::string percent_encoded(std::string_view text) {
  std::string encoded;
  for (const char c : text) encoded += fmt::format("%{:02X}", static_cast<unsigned char>(c));
  return encoded;
}

HttpResponse search(HttpClient& client, std::string_view query) {
  auto answer = client.get("/api/v1/search?limit=50&q=" + percent_encoded(query));
  if (answer.status != 200) throw std::runtime_error(fmt::format("the search answered {}", answer.status));
  return answer;
}

// Sends the messages over one WebSocket, and reads what comes back for as long as it does.
void fill(std::uint16_t port, const std::string& room, Language& language, std::int64_t messages) {
  const Fd socket = WebSocketProtocol::subscribe(port, room);
  const std::jthread reader([&socket](const std::stop_token& stop) {
    std::vector<char> buffer(1 << 20);
    pollfd ready{.fd = socket.get(), .events = POLLIN, .revents = 0};
    while (!stop.stop_requested())
      if (poll(&ready, 1, 100) > 0 && read_some(socket, buffer).state == ReadState::kClosed) return;
  });
  std::string block;
  for (std::int64_t sent = 0; sent < messages; ++sent) {
    block += WebSocketProtocol::message(language.text());
    if (block.size() < kBlockBytes && sent + 1 < messages) continue;
    send_all(socket, block);
    block.clear();
  }
  HttpClient client(port);
  while (WebSocketProtocol::position(client.get("/api/v1/rooms/" + room).body) < messages)
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
}

void wait_until_indexed(HttpClient& client) {
  const auto limit = std::chrono::steady_clock::now() + std::chrono::seconds(kIndexingLimitS);
  while (search(client, "anything").body.find("\"indexed_through\"") != std::string::npos) {
    if (std::chrono::steady_clock::now() > limit) throw std::runtime_error("the index does not end");
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
}

}  // namespace

int run_search(Options& options) {
  const std::uint16_t port = options.port();
  const std::int64_t messages = options.number("messages", 1'000'000, 1'000, 100'000'000);
  const std::int64_t searches = options.number("searches", 2'000, 1, 1'000'000);
  const std::string room = options.text("room", "lobby");
  options.reject_unknown();

  Language language;
  const std::int64_t begin = now_ns();
  fill(port, room, language, messages);
  const std::int64_t written = now_ns();
  HttpClient client(port);
  wait_until_indexed(client);
  const std::int64_t indexed = now_ns();
  const auto per_second = [messages](std::int64_t ns) {
    return static_cast<double>(messages) * 1e9 / static_cast<double>(ns);
  };

  JsonLine line;
  line.add("scenario", "search");
  line.add("messages", messages);
  line.add("fill_per_second", per_second(written - begin));
  line.add("per_second", per_second(indexed - begin));
  const auto measure = [&](const char* name, auto make_query) {
    Histogram latencies;
    for (std::int64_t i = 0; i < searches; ++i) {
      const std::string query = make_query();
      const std::int64_t asked = now_ns();
      search(client, query);
      latencies.record(now_ns() - asked);
    }
    line.add(name, latencies);
  };
  measure("two_words", [&] { return language.word() + " " + language.word(); });
  measure("phrase", [&] { return fmt::format("\"{} {}\"", language.word(), language.word()); });
  measure("prefix", [&] { return language.word().substr(0, 8) + "*"; });
  const bool found = search(client, language.word()).body.find("\"hit\":true") != std::string::npos;
  const bool whole = WebSocketProtocol::position(client.get("/api/v1/rooms/" + room).body) == messages;
  line.add("verified", found && whole);
  line.print();
  return 0;
}

}  // namespace vestnik::bench
