#include "websocket_protocol.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <stdexcept>

namespace vestnik::bench {
namespace {

constexpr std::array<char, 4> kMask = {0x37, 0x5a, 0x21, 0x3d};

// A masked frame of a client: header, mask, masked payload (RFC 6455, section 5.3).
std::string client_frame(unsigned char first_byte, std::string_view payload) {
  std::string frame(1, static_cast<char>(first_byte));
  if (payload.size() < 126) {
    frame += static_cast<char>(0x80 | payload.size());
  } else if (payload.size() < 65536) {
    frame += static_cast<char>(0x80 | 126);
    frame += static_cast<char>(payload.size() >> 8);
    frame += static_cast<char>(payload.size() & 0xff);
  } else {
    throw std::invalid_argument("a frame holds less than 64 KiB here");
  }
  frame.append(kMask.data(), kMask.size());
  for (std::size_t i = 0; i < payload.size(); ++i) frame += static_cast<char>(payload[i] ^ kMask[i % kMask.size()]);
  return frame;
}

}  // namespace

int WebSocketProtocol::close_code(std::string_view payload) {
  if (payload.size() < 2) return 1005;
  return static_cast<unsigned char>(payload[0]) << 8 | static_cast<unsigned char>(payload[1]);
}

std::int64_t WebSocketProtocol::position(std::string_view payload) {
  constexpr std::string_view kField = "\"pos\":\"";
  const std::size_t field = payload.find(kField);
  const std::size_t colon = field == std::string_view::npos ? field : payload.find(':', field + kField.size());
  if (colon == std::string_view::npos) return -1;
  std::int64_t result = -1;
  std::from_chars(payload.data() + colon + 1, payload.data() + payload.size(), result);
  return result;
}

std::string_view WebSocketProtocol::content(std::string_view payload) {
  constexpr std::string_view kField = "\"content\":\"";
  const std::size_t field = payload.find(kField);
  if (field == std::string_view::npos) return {};
  const std::size_t begin = field + kField.size();
  return payload.substr(begin, payload.find('"', begin) - begin);
}

Fd WebSocketProtocol::subscribe(std::uint16_t port, const std::string& room) {
  Fd socket = connect_to(port);
  send_all(socket,
           fmt::format("GET /ws?room={} HTTP/1.1\r\nHost: localhost:{}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                       "Sec-WebSocket-Key: {}\r\nSec-WebSocket-Version: 13\r\n\r\n",
                       room, port, kKey));
  // Byte by byte up to the empty line, so that no frame behind it is swallowed.
  std::string answer;
  char byte = 0;
  while (!answer.ends_with("\r\n\r\n")) {
    if (read_some(socket, {&byte, 1}).state != ReadState::kData) {
      throw std::runtime_error(fmt::format("no answer to the upgrade, only \"{}\"", answer));
    }
    answer += byte;
  }
  if (!answer.starts_with("HTTP/1.1 101 ") || answer.find(kAccept) == std::string::npos) {
    throw std::runtime_error(fmt::format("the upgrade was refused: {}", answer));
  }
  return socket;
}

std::string WebSocketProtocol::pong(std::string_view ping_payload) {
  return client_frame(0x8a, ping_payload);
}

std::string WebSocketProtocol::message(std::string_view content) {
  return client_frame(0x81, fmt::format(R"({{"content":"{}"}})", content));
}

StampedFrames WebSocketProtocol::frames(std::size_t content_bytes, const std::string&, int sender) {
  constexpr std::string_view kBefore = R"({"content":")";
  const std::string payload = fmt::format("{}{}\"}}", kBefore, stampable_content(content_bytes));
  const std::string frame = client_frame(0x81, payload);
  std::array<char, 4> mask;
  for (std::size_t i = 0; i < mask.size(); ++i) mask[i] = kMask[(kBefore.size() + i) % kMask.size()];
  return {frame, frame.size() - payload.size() + kBefore.size(), mask, sender};
}

}  // namespace vestnik::bench
