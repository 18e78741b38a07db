// The text protocol of NATS, the peer: lines, and MSG with a payload behind its line (docs.nats.io, "Client Protocol").
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "frame_reader.hpp"
#include "socket.hpp"
#include "stamped_frames.hpp"
#include "websocket_protocol.hpp"

namespace vestnik::bench {

struct NatsProtocol {
  static constexpr const char* kName = "nats";

  // A line, or for MSG the line, the payload and its line end.
  static FrameExtent extent(std::string_view bytes) {
    const std::size_t end = bytes.find('\n');
    if (end == std::string_view::npos) return {};
    const std::size_t header = end + 1;
    if (bytes[0] != 'M') return {header, header};
    std::size_t length = 0;
    std::size_t unit = 1;
    for (std::size_t at = end - 2; bytes[at] != ' '; --at, unit *= 10)
      length += unit * static_cast<std::size_t>(bytes[at] - '0');
    return {header, header + length + 2};
  }

  static FrameKind kind(std::size_t, std::string_view frame) {
    if (frame[0] == 'M') return FrameKind::kMessage;
    if (frame.starts_with("PING")) return FrameKind::kPing;
    return frame[0] == '-' ? FrameKind::kError : FrameKind::kOther;
  }

  static int close_code(std::string_view) { return 0; }
  // The broker numbers nothing: the sender's own number takes the place, counted from 1.
  static std::int64_t position(std::string_view payload) { return Stamp::parse(payload).sequence + 1; }
  static std::string_view content(std::string_view payload) { return payload; }

  // A blocking connection whose subscription to the subject `room` has been confirmed.
  static Fd subscribe(std::uint16_t port, const std::string& room);
  static std::string pong(std::string_view) { return "PONG\r\n"; }
  static StampedFrames frames(std::size_t content_bytes, const std::string& room, int sender);
};

}  // namespace vestnik::bench
