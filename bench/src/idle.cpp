#include <chrono>
#include <thread>
#include <vector>

#include "json_line.hpp"
#include "publisher.hpp"
#include "receivers.hpp"
#include "scenarios.hpp"
#include "usage.hpp"
#include "websocket_protocol.hpp"

namespace vestnik::bench {
namespace {

double per_socket(std::uint64_t before, std::uint64_t after, std::size_t connections) {
  return (static_cast<double>(after) - static_cast<double>(before)) / static_cast<double>(connections);
}

// One message to everyone: sockets that have done something may keep more memory than those that never have.
bool deliver_one(std::uint16_t port, const std::string& room, const Receivers<WebSocketProtocol>& receivers,
                 std::size_t connections) {
  PublishLimits limits;
  limits.count = 1;
  Publisher<WebSocketProtocol> publisher(WebSocketProtocol::subscribe(port, room), room, 200, 0, limits);
  const std::atomic<bool> stop = false;
  Publisher<WebSocketProtocol>* driven = &publisher;
  drive<WebSocketProtocol>(std::span(&driven, 1), stop);
  for (int i = 0; i < 50 && receivers.messages() < connections; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
  return receivers.messages() == connections;
}

}  // namespace

int run_idle(Options& options) {
  const std::uint16_t port = options.port();
  const auto pid = static_cast<pid_t>(options.number("pid", 0, 1, 1 << 22));
  const auto connections = static_cast<std::size_t>(options.number("connections", 5000, 1, 15'000));
  const std::chrono::duration<double> settle(options.seconds("settle", 3));
  const std::string room = options.text("room", "lobby");
  options.reject_unknown();
  raise_open_files_limit();

  // One connection first, so that what the server makes once for the room is not counted.
  const Fd first = WebSocketProtocol::subscribe(port, room);
  std::this_thread::sleep_for(settle);
  const std::uint64_t before = private_bytes(pid);
  Receivers<WebSocketProtocol> receivers(1, 64 * 1024);
  for (std::size_t i = 0; i < connections; ++i) receivers.add(WebSocketProtocol::subscribe(port, room));
  receivers.start();
  std::this_thread::sleep_for(settle);
  const std::uint64_t idle = private_bytes(pid);
  const bool delivered = deliver_one(port, room, receivers, connections);
  std::this_thread::sleep_for(settle);
  const std::uint64_t used = private_bytes(pid);
  receivers.stop();

  JsonLine line;
  line.add("scenario", "idle");
  line.add("connections", connections);
  line.add("server_bytes_before", before);
  line.add("server_bytes", idle);
  line.add("bytes_per_socket", per_socket(before, idle, connections));
  line.add("bytes_per_socket_after_a_message", per_socket(before, used, connections));
  line.add("verified", delivered);
  line.print();
  return 0;
}

}  // namespace vestnik::bench
