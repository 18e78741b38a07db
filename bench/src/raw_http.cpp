#include <fmt/format.h>
#include <sys/socket.h>

#include <cstdio>
#include <string>
#include <unordered_map>
#include <vector>

#include "http_message.hpp"
#include "scenarios.hpp"
#include "socket.hpp"

namespace vestnik::bench {
namespace {

// A 201 whose whole length is `total_bytes`, as far as its head leaves room.
std::string fixed_response(std::size_t total_bytes) {
  const auto with_body = [](std::size_t body) {
    return fmt::format("HTTP/1.1 201 Created\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{}", body,
                       std::string(body, 'x'));
  };
  const std::size_t head = with_body(100).size() - 100;
  return with_body(total_bytes > head ? total_bytes - head : 0);
}

struct Peer {
  Fd socket;
  std::string open_request;
};

}  // namespace

int run_raw_http(Options& options) {
  const std::string response =
      fixed_response(static_cast<std::size_t>(options.number("response-bytes", 500, 100, 60'000)));
  options.reject_unknown();
  constexpr std::uint64_t kListener = 0;
  const Fd listener = listen_on(0);
  Epoll epoll;
  epoll.add(listener, EPOLLIN, kListener);
  fmt::print("{{\"port\":{}}}\n", local_port(listener));
  std::fflush(stdout);

  std::unordered_map<std::uint64_t, Peer> peers;
  std::vector<char> buffer(64 * 1024);
  for (;;) {
    for (const epoll_event& event : epoll.wait(-1)) {
      if (event.data.u64 == kListener) {
        Fd accepted(accept4(listener.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
        if (!accepted) continue;
        set_nodelay(accepted);
        const auto tag = static_cast<std::uint64_t>(accepted.get());
        epoll.add(accepted, EPOLLIN, tag);
        peers[tag] = {.socket = std::move(accepted), .open_request = {}};
        continue;
      }
      Peer& peer = peers[event.data.u64];
      const auto [state, bytes] = read_some(peer.socket, buffer);
      if (state == ReadState::kClosed) {
        peers.erase(event.data.u64);
        continue;
      }
      std::string_view request = bytes;
      if (!peer.open_request.empty()) request = peer.open_request += bytes;
      const HttpExtent extent = http_extent(request);
      if (extent.total == 0 || request.size() < extent.total) {
        if (peer.open_request.empty()) peer.open_request = bytes;
        continue;
      }
      send_some(peer.socket, response);
      peer.open_request.clear();
    }
  }
}

}  // namespace vestnik::bench
