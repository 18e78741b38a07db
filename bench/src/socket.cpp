#include "socket.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <system_error>

namespace vestnik::bench {
namespace {

constexpr int kListenBacklog = 4096;
constexpr timeval kReceiveLimit{.tv_sec = 10, .tv_usec = 0};

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

void set_option(const Fd& socket, int level, int name, int value, const char* what) {
  if (setsockopt(socket.get(), level, name, &value, sizeof value) != 0) throw_errno(what);
}

}  // namespace

std::int64_t now_ns() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

void throw_errno(const char* call) {
  throw std::system_error(errno, std::generic_category(), call);
}

Fd& Fd::operator=(Fd&& other) noexcept {
  if (this != &other) {
    reset();
    value_ = std::exchange(other.value_, -1);
  }
  return *this;
}

void Fd::reset() {
  if (value_ >= 0) close(std::exchange(value_, -1));
}

Fd connect_to(std::uint16_t port) {
  Fd result(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!result) throw_errno("socket");
  const sockaddr_in address = loopback(port);
  if (connect(result.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) throw_errno("connect");
  set_nodelay(result);
  if (setsockopt(result.get(), SOL_SOCKET, SO_RCVTIMEO, &kReceiveLimit, sizeof kReceiveLimit) != 0) {
    throw_errno("SO_RCVTIMEO");
  }
  return result;
}

Fd listen_on(std::uint16_t port) {
  Fd result(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!result) throw_errno("socket");
  set_option(result, SOL_SOCKET, SO_REUSEADDR, 1, "SO_REUSEADDR");
  set_option(result, SOL_SOCKET, SO_REUSEPORT, 1, "SO_REUSEPORT");
  const sockaddr_in address = loopback(port);
  if (bind(result.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) throw_errno("bind");
  if (listen(result.get(), kListenBacklog) != 0) throw_errno("listen");
  return result;
}

std::uint16_t local_port(const Fd& socket) {
  sockaddr_in address{};
  socklen_t size = sizeof address;
  if (getsockname(socket.get(), reinterpret_cast<sockaddr*>(&address), &size) != 0) throw_errno("getsockname");
  return ntohs(address.sin_port);
}

void set_nonblocking(const Fd& socket) {
  const int flags = fcntl(socket.get(), F_GETFL);
  if (flags < 0 || fcntl(socket.get(), F_SETFL, flags | O_NONBLOCK) != 0) throw_errno("fcntl");
}

void set_nodelay(const Fd& socket) {
  set_option(socket, IPPROTO_TCP, TCP_NODELAY, 1, "TCP_NODELAY");
}

void set_send_buffer(const Fd& socket, int bytes) {
  set_option(socket, SOL_SOCKET, SO_SNDBUF, bytes, "SO_SNDBUF");
}

void send_all(const Fd& socket, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = send(socket.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent < 0) throw_errno("send");
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
}

std::size_t send_some(const Fd& socket, std::string_view bytes) {
  const ssize_t sent = send(socket.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  if (sent >= 0) return static_cast<std::size_t>(sent);
  if (errno == EAGAIN || errno == EINTR || errno == EPIPE || errno == ECONNRESET) return 0;
  throw_errno("send");
}

ReadResult read_some(const Fd& socket, std::span<char> buffer) {
  const ssize_t received = recv(socket.get(), buffer.data(), buffer.size(), 0);
  if (received > 0) return {ReadState::kData, {buffer.data(), static_cast<std::size_t>(received)}};
  if (received < 0 && (errno == EAGAIN || errno == EINTR)) return {ReadState::kEmpty, {}};
  return {ReadState::kClosed, {}};
}

void raise_open_files_limit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) throw_errno("getrlimit");
  limit.rlim_cur = limit.rlim_max;
  if (setrlimit(RLIMIT_NOFILE, &limit) != 0) throw_errno("setrlimit");
}

Epoll::Epoll() : fd_(epoll_create1(EPOLL_CLOEXEC)) {
  if (!fd_) throw_errno("epoll_create1");
}

void Epoll::add(const Fd& socket, std::uint32_t events, std::uint64_t tag) {
  epoll_event event{.events = events, .data = {.u64 = tag}};
  if (epoll_ctl(fd_.get(), EPOLL_CTL_ADD, socket.get(), &event) != 0) throw_errno("epoll_ctl");
}

void Epoll::modify(const Fd& socket, std::uint32_t events, std::uint64_t tag) {
  epoll_event event{.events = events, .data = {.u64 = tag}};
  if (epoll_ctl(fd_.get(), EPOLL_CTL_MOD, socket.get(), &event) != 0) throw_errno("epoll_ctl");
}

void Epoll::remove(const Fd& socket) {
  if (epoll_ctl(fd_.get(), EPOLL_CTL_DEL, socket.get(), nullptr) != 0) throw_errno("epoll_ctl");
}

std::span<epoll_event> Epoll::wait(int timeout_ms) {
  const int ready = epoll_wait(fd_.get(), events_, std::size(events_), timeout_ms);
  if (ready < 0 && errno != EINTR) throw_errno("epoll_wait");
  return {events_, static_cast<std::size_t>(ready < 0 ? 0 : ready)};
}

}  // namespace vestnik::bench
