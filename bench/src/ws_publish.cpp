#include <fmt/format.h>

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "json_line.hpp"
#include "publisher.hpp"
#include "scenarios.hpp"
#include "usage.hpp"

namespace vestnik::bench {
namespace {

using Writer = Publisher<WebSocketProtocol>;

std::int64_t acknowledged(const std::vector<std::unique_ptr<Writer>>& writers) {
  std::int64_t sum = 0;
  for (const auto& writer : writers) sum += writer->acknowledged();
  return sum;
}

}  // namespace

int run_ws_publish(Options& options) {
  const std::uint16_t port = options.port();
  const auto connections = static_cast<int>(options.number("connections", 1, 1, Stamp::kMaxSenders));
  const auto content_bytes = static_cast<std::size_t>(options.number("content-bytes", 200, 10, 60'000));
  const double warmup = options.seconds("warmup", 2);
  const double seconds = options.seconds("seconds", 8);
  const std::string room = options.text("room", "lobby");
  PublishLimits limits;
  limits.window = options.number("window", 0, 0, 1'000'000);
  options.reject_unknown();

  std::vector<std::unique_ptr<Writer>> writers;
  std::vector<Writer*> driven;
  for (int i = 0; i < connections; ++i) {
    writers.push_back(
        std::make_unique<Writer>(WebSocketProtocol::subscribe(port, room), room, content_bytes, i, limits));
    driven.push_back(writers.back().get());
  }

  std::atomic<bool> stop = false;
  const double cpu = own_cpu_seconds();
  std::jthread thread([&] { drive<WebSocketProtocol>(driven, stop); });
  std::this_thread::sleep_for(std::chrono::duration<double>(warmup));
  const std::int64_t begin_ns = now_ns();
  const std::int64_t begin = acknowledged(writers);
  std::this_thread::sleep_for(std::chrono::duration<double>(seconds));
  const std::int64_t end_ns = now_ns();
  const std::int64_t end = acknowledged(writers);
  stop = true;
  thread.join();

  std::int64_t sent = 0;
  std::uint64_t errors = 0;
  bool verified = true;
  for (const auto& writer : writers) {
    sent += writer->sent();
    errors += writer->errors();
    verified &= writer->in_order() && writer->all_acknowledged() && !writer->closed() && writer->errors() == 0;
  }
  JsonLine line;
  line.add("scenario", "ws-publish");
  line.add("connections", connections);
  line.add("per_second", static_cast<double>(end - begin) * 1e9 / static_cast<double>(end_ns - begin_ns));
  line.add("sent", sent);
  line.add("acknowledged", acknowledged(writers));
  line.add("errors", errors);
  line.add("client_cpu_seconds", own_cpu_seconds() - cpu);
  line.add("verified", verified);
  line.print();
  return 0;
}

}  // namespace vestnik::bench
