#include <fmt/format.h>
#include <sys/socket.h>

#include <cstdio>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

#include "scenarios.hpp"
#include "socket.hpp"
#include "stamped_frames.hpp"
#include "websocket_protocol.hpp"

namespace vestnik::bench {
namespace {

constexpr std::uint64_t kListener = 0;

// A text frame of a server, `total_bytes` long, that begins like a message.
std::string server_frame(std::size_t total_bytes) {
  const std::size_t length = total_bytes - 4;
  std::string frame = "\x81\x7e";
  frame += static_cast<char>(length >> 8);
  frame += static_cast<char>(length & 0xff);
  std::string payload =
      fmt::format(R"({{"id":1,"room":"lobby","pos":"k3:41","content":"{}")", stampable_content(length));
  payload.resize(length - 2);
  return frame + payload + "\"}";
}

// Accepts on its own listener, answers every request with an upgrade, and from then on sends the same block over and
// over.
class Sender {
 public:
  // A small send buffer keeps what is under way to all sockets in the cache; 0 leaves the size to the kernel.
  Sender(Fd listener, std::string_view block, int send_buffer_bytes)
      : listener_(std::move(listener)), block_(block), send_buffer_bytes_(send_buffer_bytes) {
    epoll_.add(listener_, EPOLLIN, kListener);
  }

  [[noreturn]] void run() {
    for (;;) {
      for (const epoll_event& event : epoll_.wait(-1)) {
        if (event.data.u64 == kListener) {
          accept_one();
        } else {
          serve(event);
        }
      }
    }
  }

 private:
  struct Peer {
    Fd socket;
    std::string request;
    std::string_view unsent;
  };

  void accept_one() {
    Fd accepted(accept4(listener_.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (!accepted) return;
    set_nodelay(accepted);
    if (send_buffer_bytes_ != 0) set_send_buffer(accepted, send_buffer_bytes_);
    const auto tag = static_cast<std::uint64_t>(accepted.get());
    epoll_.add(accepted, EPOLLIN, tag);
    peers_[tag] = {.socket = std::move(accepted), .request = {}, .unsent = {}};
  }

  void serve(const epoll_event& event) {
    Peer& peer = peers_[event.data.u64];
    if (event.events & (EPOLLHUP | EPOLLERR)) {
      peers_.erase(event.data.u64);
    } else if (event.events & EPOLLIN) {
      upgrade(peer, event.data.u64);
    } else {
      if (peer.unsent.empty()) peer.unsent = block_;
      peer.unsent.remove_prefix(send_some(peer.socket, peer.unsent));
    }
  }

  void upgrade(Peer& peer, std::uint64_t tag) {
    char buffer[4096];
    const auto [state, bytes] = read_some(peer.socket, buffer);
    if (state == ReadState::kClosed) {
      peers_.erase(tag);
      return;
    }
    peer.request += bytes;
    if (!peer.request.ends_with("\r\n\r\n")) return;
    send_some(peer.socket,
              fmt::format("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                          "Sec-WebSocket-Accept: {}\r\n\r\n",
                          WebSocketProtocol::kAccept));
    epoll_.modify(peer.socket, EPOLLOUT, tag);
  }

  Fd listener_;
  std::string_view block_;
  int send_buffer_bytes_;
  Epoll epoll_;
  std::unordered_map<std::uint64_t, Peer> peers_;
};

}  // namespace

int run_raw_fanout(Options& options) {
  const auto frame_bytes = static_cast<std::size_t>(options.number("frame-bytes", 340, 200, 60'000));
  const auto threads = static_cast<std::size_t>(options.number("threads", 1, 1, 64));
  const auto chunk_bytes = static_cast<std::size_t>(options.number("chunk-bytes", 64 * 1024, 4096, 1 << 24));
  const auto send_buffer_bytes = static_cast<int>(options.number("send-buffer-bytes", 512 * 1024, 0, 1 << 24));
  options.reject_unknown();
  raise_open_files_limit();

  const std::string frame = server_frame(frame_bytes);
  std::string block;
  while (block.size() + frame.size() <= chunk_bytes) block += frame;
  Fd first = listen_on(0);
  const std::uint16_t port = local_port(first);
  std::vector<std::unique_ptr<Sender>> senders;
  senders.push_back(std::make_unique<Sender>(std::move(first), block, send_buffer_bytes));
  while (senders.size() < threads)
    senders.push_back(std::make_unique<Sender>(listen_on(port), block, send_buffer_bytes));
  fmt::print("{{\"port\":{}}}\n", port);
  std::fflush(stdout);

  std::vector<std::jthread> running;
  for (const auto& sender : senders) running.emplace_back([&sender] { sender->run(); });
  return 0;
}

}  // namespace vestnik::bench
