// Writers at full speed, at a rate or within a window. A writer also listens: its own message coming back is the
// acknowledgement.
#pragma once

#include <poll.h>
#include <sys/prctl.h>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <ctime>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "frame_reader.hpp"
#include "socket.hpp"
#include "stamped_frames.hpp"
#include "websocket_protocol.hpp"

namespace vestnik::bench {

struct PublishLimits {
  std::int64_t count = std::numeric_limits<std::int64_t>::max();  // messages in all
  std::int64_t window = 0;                                        // messages without acknowledgement, 0: no bound
  double per_second = 0;                                          // intended rate, 0: as fast as TCP takes them
};

template <class Protocol>
class Publisher {
 public:
  // `socket` has subscribed to `room`; `sender` is the number in its stamps.
  Publisher(Fd socket, const std::string& room, std::size_t content_bytes, int sender, const PublishLimits& limits)
      : socket_(std::move(socket)),
        frames_(Protocol::frames(content_bytes, room, sender)),
        sender_(sender),
        limits_(limits) {
    set_nonblocking(socket_);
    set_send_buffer(socket_, kSendBufferBytes);
  }

  int fd() const { return socket_.get(); }
  std::int64_t sent() const { return sent_; }
  std::int64_t acknowledged() const { return acknowledged_.load(std::memory_order_relaxed); }
  // Messages of everyone in the room that have come back to this writer.
  std::int64_t seen() const { return seen_.load(std::memory_order_relaxed); }
  std::int64_t last_position() const { return last_position_; }
  std::uint64_t errors() const { return errors_; }
  bool in_order() const { return in_order_; }
  bool closed() const { return closed_; }
  bool rated() const { return limits_.per_second > 0; }
  bool wants_to_write(std::int64_t now, bool only_open) const {
    return !unsent_.empty() || !control_.empty() || (!only_open && allowed(now) > 0);
  }
  bool all_acknowledged() const { return unsent_.empty() && acknowledged() == sent_; }
  bool finished() const { return closed_ || (sent_ == limits_.count && all_acknowledged()); }

  // The moment, in nanoseconds of the clock, at which the first message of a rated writer is due.
  void begin(std::int64_t now) { begin_ns_ = now; }

  // How many further messages may leave now.
  std::int64_t allowed(std::int64_t now) const {
    std::int64_t most = limits_.count;
    if (limits_.window > 0) most = std::min(most, acknowledged() + limits_.window);
    if (limits_.per_second > 0) most = std::min(most, due(now));
    return most - sent_;
  }

  // When the next message is due, in nanoseconds of the clock.
  std::int64_t next_due_ns() const {
    return begin_ns_ + static_cast<std::int64_t>(static_cast<double>(sent_) * 1e9 / limits_.per_second);
  }

  // Sends a few blocks, less when the socket is full or the limits are met; with `only_open`, no new message is begun.
  void write(std::int64_t now, bool only_open) {
    for (int block = 0; block < kBlocksPerTurn; ++block) {
      if (unsent_.empty()) {
        control_.erase(0, control_.empty() ? 0 : send_some(socket_, control_));
        const std::int64_t count = only_open || !control_.empty() ? 0 : allowed(now);
        if (count <= 0) return;
        unsent_ = frames_.stamp(sent_, static_cast<std::size_t>(count));
        sent_ += static_cast<std::int64_t>(unsent_.size() / frames_.frame_bytes());
      }
      unsent_.remove_prefix(send_some(socket_, unsent_));
      if (!unsent_.empty()) return;
    }
  }

  void read(std::span<char> buffer) {
    const auto [state, bytes] = read_some(socket_, buffer);
    if (state == ReadState::kClosed) closed_ = true;
    if (state != ReadState::kData) return;
    std::int64_t own = 0;
    std::int64_t all = 0;
    reader_.feed(bytes, [&](std::size_t header, std::string_view frame) {
      const std::string_view payload = frame.substr(header);
      switch (Protocol::kind(header, frame)) {
        case FrameKind::kMessage:
          ++all;
          own += take(payload);
          break;
        case FrameKind::kPing:
          control_ += Protocol::pong(payload);
          break;
        case FrameKind::kError:
          ++errors_;
          break;
        case FrameKind::kClose:
          closed_ = true;
          break;
        case FrameKind::kOther:
          break;
      }
    });
    acknowledged_.store(acknowledged() + own, std::memory_order_relaxed);
    seen_.store(seen() + all, std::memory_order_relaxed);
  }

 private:
  // So that a fast server does not keep the writer from reading.
  static constexpr int kBlocksPerTurn = 4;
  // Keeps what is on its way when the writer stops to a fraction of a second.
  static constexpr int kSendBufferBytes = 512 * 1024;

  std::int64_t due(std::int64_t now) const {
    return 1 + static_cast<std::int64_t>(static_cast<double>(now - begin_ns_) * limits_.per_second / 1e9);
  }

  // Checks order and gaplessness; returns whether the message is this writer's own.
  bool take(std::string_view payload) {
    const std::int64_t position = Protocol::position(payload);
    if (last_position_ >= 0 && position != last_position_ + 1) in_order_ = false;
    last_position_ = position;
    const Stamp stamp = Stamp::parse(Protocol::content(payload));
    if (stamp.sender != sender_) return false;
    if (stamp.sequence != next_own_++) in_order_ = false;
    return true;
  }

  Fd socket_;
  StampedFrames frames_;
  FrameReader<Protocol> reader_;
  int sender_;
  PublishLimits limits_;
  std::string_view unsent_;  // of the block that is on its way
  std::string control_;      // goes out between two blocks
  std::int64_t begin_ns_ = now_ns();
  std::int64_t sent_ = 0;
  std::int64_t next_own_ = 0;
  std::int64_t last_position_ = -1;
  std::uint64_t errors_ = 0;
  bool in_order_ = true;
  bool closed_ = false;
  alignas(64) std::atomic<std::int64_t> acknowledged_ = 0;
  std::atomic<std::int64_t> seen_ = 0;
};

// Lets all `publishers` write and read on this thread until they are finished, or, after `stop`, until everything sent
// has been acknowledged; gives up when nothing has come back for ten seconds.
template <class Protocol>
void drive(std::span<Publisher<Protocol>* const> publishers, const std::atomic<bool>& stop) {
  constexpr std::int64_t kLongestWaitNs = 20'000'000;
  constexpr std::int64_t kPatienceNs = 10'000'000'000;
  prctl(PR_SET_TIMERSLACK, 1);  // ns: a rate is kept by waking on time
  std::vector<char> buffer(256 * 1024);
  std::vector<pollfd> polled(publishers.size());
  std::int64_t last_read_ns = now_ns();
  for (;;) {
    const std::int64_t now = now_ns();
    const bool stopping = stop.load(std::memory_order_relaxed);
    if (now - last_read_ns > kPatienceNs) return;
    std::int64_t wait_ns = kLongestWaitNs;
    bool done = true;
    for (std::size_t i = 0; i < publishers.size(); ++i) {
      Publisher<Protocol>& publisher = *publishers[i];
      if (!publisher.closed()) publisher.write(now, stopping);
      done &= publisher.finished() || (stopping && publisher.all_acknowledged());
      polled[i] = {.fd = publisher.closed() ? -1 : publisher.fd(), .events = POLLIN, .revents = 0};
      if (publisher.wants_to_write(now, stopping)) {
        polled[i].events |= POLLOUT;
      } else if (!stopping && publisher.rated()) {
        wait_ns = std::clamp<std::int64_t>(publisher.next_due_ns() - now, 0, wait_ns);
      }
    }
    if (done) return;
    const timespec wait{.tv_sec = 0, .tv_nsec = wait_ns};
    if (ppoll(polled.data(), polled.size(), &wait, nullptr) <= 0) continue;
    for (std::size_t i = 0; i < publishers.size(); ++i) {
      if ((polled[i].revents & (POLLIN | POLLHUP | POLLERR)) == 0) continue;
      publishers[i]->read(buffer);
      last_read_ns = now;
    }
  }
}

}  // namespace vestnik::bench
