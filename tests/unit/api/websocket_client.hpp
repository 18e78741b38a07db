// The other side of a WebSocket (RFC 6455): frames as a client sends them, right and wrong ones, and a record of what a
// reader makes of them.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <ostream>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "api/frames.hpp"
#include "api/websocket/frame_reader.hpp"

namespace vestnik::api::websocket {

struct ClientFrame {
  Opcode opcode = Opcode::kText;
  std::string payload;
  bool final = true;
  unsigned char reserved_bits = 0;  // 0x40, 0x20, 0x10
  std::optional<std::array<unsigned char, 4>> mask = std::array<unsigned char, 4>{0x37, 0xfa, 0x21, 0x3d};
  std::optional<int> length_bytes;            // 0, 2 or 8; absent: the shortest form
  std::optional<std::uint64_t> length_claim;  // instead of the payload's own length
};

inline std::string encode(const ClientFrame& frame) {
  const std::uint64_t length = frame.length_claim.value_or(frame.payload.size());
  const int width = frame.length_bytes.value_or(length < 126 ? 0 : length <= 0xFFFF ? 2 : 8);
  std::string bytes;
  bytes += static_cast<char>((frame.final ? 0x80 : 0) | frame.reserved_bits | static_cast<unsigned char>(frame.opcode));
  const auto short_length = width == 0 ? length : width == 2 ? 126U : 127U;
  bytes += static_cast<char>((frame.mask ? 0x80 : 0) | short_length);
  for (int i = width - 1; i >= 0; --i) bytes += static_cast<char>(length >> (8 * i));
  if (!frame.mask) return bytes + frame.payload;
  for (const unsigned char c : *frame.mask) bytes += static_cast<char>(c);
  for (std::size_t i = 0; i < frame.payload.size(); ++i) {
    bytes += static_cast<char>(static_cast<unsigned char>(frame.payload[i]) ^ (*frame.mask)[i % 4]);
  }
  return bytes;
}

inline std::string text(std::string payload, bool final = true) {
  return encode({.opcode = Opcode::kText, .payload = std::move(payload), .final = final});
}
inline std::string continuation(std::string payload, bool final) {
  return encode({.opcode = Opcode::kContinuation, .payload = std::move(payload), .final = final});
}
inline std::string ping(std::string payload) {
  return encode({.opcode = Opcode::kPing, .payload = std::move(payload)});
}
inline std::string close(std::string payload) {
  return encode({.opcode = Opcode::kClose, .payload = std::move(payload)});
}
inline std::string close(unsigned code, std::string_view reason = "") {
  std::string payload;
  payload += static_cast<char>(code >> 8);
  payload += static_cast<char>(code & 0xFF);
  return close(payload.append(reason));
}

// What came out of a reader: "text:...", "ping:...", "pong", "close:1000" or "close", then why it stopped.
struct Outcome {
  std::vector<std::string> events;
  std::optional<CloseCode> fault;

  bool operator==(const Outcome&) const = default;
};

inline std::ostream& operator<<(std::ostream& out, const Outcome& outcome) {
  for (const std::string& event : outcome.events) out << '[' << event.substr(0, 60) << ']';
  return out << " fault " << (outcome.fault ? static_cast<int>(*outcome.fault) : 0);
}

class Recorder final : public FrameReader::Events {
 public:
  void on_text(std::string_view text) override { events.push_back("text:" + std::string(text)); }
  void on_ping(std::string_view payload) override { events.push_back("ping:" + std::string(payload)); }
  void on_pong() override { events.emplace_back("pong"); }
  void on_close(std::optional<std::uint16_t> code) override {
    events.push_back(code ? "close:" + std::to_string(*code) : "close");
  }
  std::vector<std::string> events;
};

// Feeds `bytes` in pieces of the given sizes, over and over; nothing more after a fault.
inline Outcome read_in_pieces(std::string bytes, std::span<const std::size_t> sizes,
                              const FrameReader::Limits& limits = {}) {
  Recorder recorder;
  FrameReader reader(limits, recorder);
  std::span<char> rest(bytes);
  for (std::size_t i = 0; !rest.empty(); ++i) {
    const auto piece = rest.first(std::min(sizes[i % sizes.size()], rest.size()));
    rest = rest.subspan(piece.size());
    if (const auto reason = reader.feed(piece)) return {recorder.events, reason->code};
  }
  return {recorder.events, std::nullopt};
}

inline Outcome read(std::string bytes, const FrameReader::Limits& limits = {}) {
  const std::size_t whole = std::max<std::size_t>(1, bytes.size());
  return read_in_pieces(std::move(bytes), {&whole, 1}, limits);
}

inline Outcome events(std::vector<std::string> events) {
  return {std::move(events), std::nullopt};
}
inline Outcome fault(CloseCode code, std::vector<std::string> before = {}) {
  return {std::move(before), code};
}

}  // namespace vestnik::api::websocket
