// Vestnik's /ws as an outside client sees it: RFC 6455 frames with one JSON object each.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "frame_reader.hpp"
#include "socket.hpp"
#include "stamped_frames.hpp"

namespace vestnik::bench {

enum class FrameKind : std::uint8_t { kMessage, kPing, kClose, kError, kOther };

struct WebSocketProtocol {
  static constexpr const char* kName = "vestnik";
  // The upgrade's key and its answer are the example of RFC 6455, section 1.3.
  static constexpr std::string_view kKey = "dGhlIHNhbXBsZSBub25jZQ==";
  static constexpr std::string_view kAccept = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";

  // A frame of a server, which is never masked (RFC 6455, section 5.2).
  static FrameExtent extent(std::string_view bytes) {
    if (bytes.size() < 2) return {};
    const auto byte = [bytes](std::size_t i) { return static_cast<std::size_t>(static_cast<unsigned char>(bytes[i])); };
    const std::size_t length = byte(1) & 0x7f;
    if (length < 126) return {2, 2 + length};
    if (length == 126) return bytes.size() < 4 ? FrameExtent{} : FrameExtent{4, 4 + (byte(2) << 8 | byte(3))};
    if (bytes.size() < 10) return {};
    std::size_t total = 0;
    for (std::size_t i = 2; i < 10; ++i) total = total << 8 | byte(i);
    return {10, 10 + total};
  }

  static FrameKind kind(std::size_t header, std::string_view frame) {
    switch (static_cast<unsigned char>(frame[0])) {
      case 0x81:  // a message begins {"id": and nothing else does
        if (frame.size() < header + 3) return FrameKind::kOther;
        return frame[header + 2] == 'i' ? FrameKind::kMessage
                                        : (frame[header + 2] == 'e' ? FrameKind::kError : FrameKind::kOther);
      case 0x88:
        return FrameKind::kClose;
      case 0x89:
        return FrameKind::kPing;
      default:
        return FrameKind::kOther;
    }
  }

  // The code of a close frame (RFC 6455, section 7.4), 1005 when it has none.
  static int close_code(std::string_view payload);

  // The number in "pos":"<epoch>:<number>"; -1 when there is none.
  static std::int64_t position(std::string_view payload);
  // The content of a message; it must not hold escapes.
  static std::string_view content(std::string_view payload);

  // A blocking connection that has been upgraded and listens to the room `room`.
  static Fd subscribe(std::uint16_t port, const std::string& room);
  static std::string pong(std::string_view ping_payload);
  // A message as a client sends it; `content` must need no escapes.
  static std::string message(std::string_view content);
  static StampedFrames frames(std::size_t content_bytes, const std::string& room, int sender);
};

}  // namespace vestnik::bench
