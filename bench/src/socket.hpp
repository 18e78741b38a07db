// File descriptors, loopback TCP and epoll, as thin as a load generator needs them. Errors of the system are thrown as
// std::system_error.
#pragma once

#include <sys/epoll.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <utility>

namespace vestnik::bench {

// Nanoseconds of the monotonic clock.
std::int64_t now_ns();

// Throws the error that errno holds, with the name of the call that failed.
[[noreturn]] void throw_errno(const char* call);

// An owned file descriptor.
class Fd {
 public:
  Fd() = default;
  explicit Fd(int value) : value_(value) {}
  Fd(Fd&& other) noexcept : value_(std::exchange(other.value_, -1)) {}
  Fd& operator=(Fd&& other) noexcept;
  ~Fd() { reset(); }

  int get() const { return value_; }
  explicit operator bool() const { return value_ >= 0; }
  void reset();

 private:
  int value_ = -1;
};

// A blocking connection to 127.0.0.1:`port` with TCP_NODELAY and a receive time limit of 10 s.
Fd connect_to(std::uint16_t port);

// A non-blocking listener on 127.0.0.1; port 0 takes a free one. Several listeners may share a port.
Fd listen_on(std::uint16_t port);

std::uint16_t local_port(const Fd& socket);
void set_nonblocking(const Fd& socket);
void set_nodelay(const Fd& socket);
void set_send_buffer(const Fd& socket, int bytes);

// Sends everything over a blocking socket.
void send_all(const Fd& socket, std::string_view bytes);

// Bytes sent at once without blocking; 0 when the socket is full, and when the peer is gone, which the next read tells.
std::size_t send_some(const Fd& socket, std::string_view bytes);

enum class ReadState : std::uint8_t { kData, kEmpty, kClosed };

struct ReadResult {
  ReadState state;
  std::string_view bytes;
};

// What one recv brings into `buffer`: data, nothing yet, or the end (a reset counts as the end).
ReadResult read_some(const Fd& socket, std::span<char> buffer);

// Raises the limit of open files to the hard limit, so that thousands of sockets fit.
void raise_open_files_limit();

class Epoll {
 public:
  Epoll();
  void add(const Fd& socket, std::uint32_t events, std::uint64_t tag);
  void modify(const Fd& socket, std::uint32_t events, std::uint64_t tag);
  void remove(const Fd& socket);
  // Events that are ready, after at most `timeout_ms` (-1: no limit). The span is valid until the next call.
  std::span<epoll_event> wait(int timeout_ms);

 private:
  Fd fd_;
  epoll_event events_[512];
};

}  // namespace vestnik::bench
