// Many subscribers on few threads: counts what arrives by frame headers and proves by positions that nothing is
// missing.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <stop_token>
#include <thread>
#include <vector>

#include "frame_reader.hpp"
#include "socket.hpp"
#include "websocket_protocol.hpp"

namespace vestnik::bench {

// What one subscriber has seen.
struct Received {
  std::uint64_t messages = 0;
  std::int64_t first_position = -1;
  std::int64_t last_position = -1;
  bool gap = false;     // the positions at the end of a read did not fit the number of messages
  bool closed = false;  // by the server
  int close_code = 0;   // of the server's close frame, 0 without one
  std::uint64_t errors = 0;
};

// One thread with its share of the subscribers.
template <class Protocol>
class ReceiverThread {
 public:
  explicit ReceiverThread(std::size_t buffer_bytes) : buffer_(buffer_bytes) {}

  // Before start(). `socket` has subscribed.
  void add(Fd socket) {
    set_nonblocking(socket);
    epoll_.add(socket, EPOLLIN, subscribers_.size());
    subscribers_.push_back(std::make_unique<Subscriber>(std::move(socket)));
  }

  void start() {
    thread_ = std::jthread([this](const std::stop_token& stop) {
      while (!stop.stop_requested()) turn();
    });
  }

  // After this the results may be read.
  void stop() {
    thread_.request_stop();
    thread_.join();
  }

  std::uint64_t messages() const { return messages_.load(std::memory_order_relaxed); }
  std::uint64_t bytes() const { return bytes_.load(std::memory_order_relaxed); }
  std::uint64_t reads() const { return reads_.load(std::memory_order_relaxed); }

  std::vector<Received> results() const {
    std::vector<Received> results;
    for (const auto& subscriber : subscribers_) results.push_back(subscriber->received);
    return results;
  }

 private:
  struct Subscriber {
    explicit Subscriber(Fd from) : socket(std::move(from)) {}
    Fd socket;
    FrameReader<Protocol> reader;
    Received received;
  };

  static constexpr int kStopCheckMs = 50;

  void turn() {
    for (const epoll_event& event : epoll_.wait(kStopCheckMs)) read(*subscribers_[event.data.u64]);
  }

  void read(Subscriber& subscriber) {
    const auto [state, bytes] = read_some(subscriber.socket, buffer_);
    if (state == ReadState::kEmpty) return;
    if (state == ReadState::kClosed) {
      subscriber.received.closed = true;
      epoll_.remove(subscriber.socket);
      return;
    }
    take(subscriber, bytes);
  }

  void take(Subscriber& subscriber, std::string_view bytes) {
    Received& received = subscriber.received;
    std::uint64_t fresh = 0;
    std::string_view newest;
    subscriber.reader.feed(bytes, [&](std::size_t header, std::string_view frame) {
      if (Protocol::kind(header, frame) == FrameKind::kMessage) [[likely]] {
        ++fresh;
        newest = frame.substr(header);
        if (received.first_position < 0) [[unlikely]]
          received.first_position = Protocol::position(newest);
      } else {
        handle_control(subscriber, header, frame);
      }
    });
    if (fresh != 0) {
      received.messages += fresh;
      received.last_position = Protocol::position(newest);
      const auto expected = static_cast<std::int64_t>(received.messages) - 1;
      received.gap |= received.last_position - received.first_position != expected;
    }
    // This thread is the only writer, so a plain load and store suffice.
    messages_.store(messages() + fresh, std::memory_order_relaxed);
    bytes_.store(this->bytes() + bytes.size(), std::memory_order_relaxed);
    reads_.store(reads() + 1, std::memory_order_relaxed);
  }

  void handle_control(Subscriber& subscriber, std::size_t header, std::string_view frame) {
    switch (Protocol::kind(header, frame)) {
      case FrameKind::kPing:
        send_some(subscriber.socket, Protocol::pong(frame.substr(header)));
        break;
      case FrameKind::kClose:
        subscriber.received.close_code = Protocol::close_code(frame.substr(header));
        break;
      case FrameKind::kError:
        ++subscriber.received.errors;
        break;
      default:
        break;
    }
  }

  std::vector<std::unique_ptr<Subscriber>> subscribers_;
  std::vector<char> buffer_;
  Epoll epoll_;
  alignas(64) std::atomic<std::uint64_t> messages_ = 0;
  std::atomic<std::uint64_t> bytes_ = 0;
  std::atomic<std::uint64_t> reads_ = 0;
  std::jthread thread_;
};

// All subscribers, spread evenly over the threads.
template <class Protocol>
class Receivers {
 public:
  Receivers(std::size_t threads, std::size_t buffer_bytes) {
    for (std::size_t i = 0; i < threads; ++i)
      threads_.push_back(std::make_unique<ReceiverThread<Protocol>>(buffer_bytes));
  }

  void add(Fd socket) { threads_[added_++ % threads_.size()]->add(std::move(socket)); }
  void start() {
    for (const auto& thread : threads_) thread->start();
  }
  void stop() {
    for (const auto& thread : threads_) thread->stop();
  }

  std::uint64_t messages() const { return sum(&ReceiverThread<Protocol>::messages); }
  std::uint64_t bytes() const { return sum(&ReceiverThread<Protocol>::bytes); }
  std::uint64_t reads() const { return sum(&ReceiverThread<Protocol>::reads); }

  std::vector<Received> results() const {
    std::vector<Received> all;
    for (const auto& thread : threads_) {
      for (const Received& received : thread->results()) all.push_back(received);
    }
    return all;
  }

 private:
  std::uint64_t sum(std::uint64_t (ReceiverThread<Protocol>::*count)() const) const {
    std::uint64_t result = 0;
    for (const auto& thread : threads_) result += (thread.get()->*count)();
    return result;
  }

  std::vector<std::unique_ptr<ReceiverThread<Protocol>>> threads_;
  std::size_t added_ = 0;
};

}  // namespace vestnik::bench
