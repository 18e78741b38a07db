#include "api/websocket/frame_reader.hpp"

#include <algorithm>
#include <cstring>

namespace vestnik::api::websocket {
namespace {

constexpr std::size_t kControlPayloadMax = 125;
constexpr CloseReason kUnmasked{CloseCode::kProtocolError, "frames of a client must be masked"};
constexpr CloseReason kReserved{CloseCode::kProtocolError, "reserved bits or opcodes are not used here"};
constexpr CloseReason kBadControl{CloseCode::kProtocolError, "control frames are final and have at most 125 bytes"};
constexpr CloseReason kBadFragment{CloseCode::kProtocolError, "fragments of a message are out of order"};
constexpr CloseReason kBadLength{CloseCode::kProtocolError, "the length of a frame is not in its shortest form"};
constexpr CloseReason kBadClose{CloseCode::kProtocolError, "a close frame has a bad code or length"};
constexpr CloseReason kBinary{CloseCode::kUnsupportedData, "messages are JSON in text frames"};
constexpr CloseReason kTooBig{CloseCode::kTooBig, "the message is too big (--max-websocket-message-bytes)"};
constexpr CloseReason kFragments{CloseCode::kPolicyViolation, "too many fragments (--max-websocket-fragments)"};
constexpr CloseReason kNotUtf8{CloseCode::kInvalidText, "the text is not valid UTF-8"};

// Codes that may stand in a close frame (RFC 6455, section 7.4, and the registry at IANA).
bool is_close_code(unsigned code) {
  return (code >= 1000 && code <= 1014 && code != 1004 && code != 1005 && code != 1006) ||
         (code >= 3000 && code <= 4999);
}

}  // namespace

std::optional<CloseReason> FrameReader::feed(std::span<char> bytes) {
  while (!closed_) {
    if (!in_payload_) {
      if (bytes.empty()) break;
      if (auto reason = take_header(bytes)) return reason;
      if (!in_payload_) break;
    }
    if (left_ > 0 && bytes.empty()) break;
    if (auto reason = take_payload(bytes)) return reason;
  }
  return std::nullopt;
}

std::size_t FrameReader::header_size() const {
  if (header_used_ < 2) return 2;
  const unsigned length = static_cast<unsigned char>(header_[1]) & 0x7F;
  return 2 + (length == 126 ? 2U : length == 127 ? 8U : 0U) + 4;
}

std::optional<CloseReason> FrameReader::take_header(std::span<char>& bytes) {
  while (header_used_ < header_size()) {
    if (bytes.empty()) return std::nullopt;
    const std::size_t take = std::min(bytes.size(), header_size() - header_used_);
    std::memcpy(header_ + header_used_, bytes.data(), take);
    header_used_ = static_cast<std::uint8_t>(header_used_ + take);
    bytes = bytes.subspan(take);
    // The rules that the first two bytes decide are applied at once, before the rest is waited for.
    if (header_used_ >= 2 && (header_[1] & 0x80) == 0) return kUnmasked;
  }
  return begin_frame();
}

std::optional<CloseReason> FrameReader::begin_frame() {
  const auto first = static_cast<unsigned char>(header_[0]);
  final_ = (first & 0x80) != 0;
  opcode_ = static_cast<Opcode>(first & 0x0F);
  const bool known = (first & 0x0F) <= 2 || ((first & 0x0F) >= 8 && (first & 0x0F) <= 10);
  if ((first & 0x70) != 0 || !known) return kReserved;

  std::uint64_t length = static_cast<unsigned char>(header_[1]) & 0x7F;
  if (length >= 126) {
    const std::size_t width = length == 126 ? 2 : 8;
    length = 0;
    for (std::size_t i = 0; i < width; ++i) length = length << 8 | static_cast<unsigned char>(header_[2 + i]);
    if (length < 126 || (width == 8 && (length <= 0xFFFF || length >> 63 != 0))) return kBadLength;
  }

  if (is_control()) {
    if (!final_ || length > kControlPayloadMax) return kBadControl;
    control_.clear();
  } else {
    if (opcode_ == Opcode::kBinary) return kBinary;
    if (in_message_ != (opcode_ == Opcode::kContinuation)) return kBadFragment;
    if (!in_message_) {
      fragments_ = 0;
      utf8_ = {};
    }
    if (++fragments_ > limits_.fragments_max) return kFragments;
    if (length > limits_.message_bytes_max - message_.size()) return kTooBig;
  }
  left_ = static_cast<std::size_t>(length);
  mask_at_ = 0;
  in_payload_ = true;
  return std::nullopt;
}

std::optional<CloseReason> FrameReader::take_payload(std::span<char>& bytes) {
  const std::span<char> here = bytes.first(std::min(bytes.size(), left_));
  bytes = bytes.subspan(here.size());
  left_ -= here.size();
  unmask(here);
  const std::string_view text(here.data(), here.size());
  if (!is_control() && !utf8_.feed(text)) return kNotUtf8;

  std::string& kept = is_control() ? control_ : message_;
  const bool whole = left_ == 0 && kept.empty() && (is_control() || (final_ && !in_message_));
  if (!whole) kept += text;
  if (left_ > 0) return std::nullopt;

  in_payload_ = false;
  header_used_ = 0;
  const std::string_view payload = whole ? text : std::string_view(kept);
  return is_control() ? end_control(payload) : end_data(payload);
}

std::optional<CloseReason> FrameReader::end_data(std::string_view payload) {
  in_message_ = !final_;
  if (!final_) return std::nullopt;
  if (!utf8_.complete()) return kNotUtf8;
  events_.on_text(payload);
  message_ = {};  // gives its memory back
  return std::nullopt;
}

std::optional<CloseReason> FrameReader::end_control(std::string_view payload) {
  if (opcode_ == Opcode::kPing) {
    events_.on_ping(payload);
  } else if (opcode_ == Opcode::kPong) {
    events_.on_pong();
  } else {
    std::optional<std::uint16_t> code;
    if (!payload.empty()) {
      if (payload.size() < 2) return kBadClose;
      code = static_cast<std::uint16_t>(static_cast<unsigned char>(payload[0]) << 8 |
                                        static_cast<unsigned char>(payload[1]));
      if (!is_close_code(*code)) return kBadClose;
      if (!is_valid_utf8(payload.substr(2))) return kNotUtf8;
    }
    closed_ = true;
    events_.on_close(code);
  }
  return std::nullopt;
}

void FrameReader::unmask(std::span<char> payload) {
  const char* const key = header_ + header_used_ - 4;
  char mask[8];
  for (std::size_t i = 0; i < sizeof(mask); ++i) mask[i] = key[(mask_at_ + i) % 4];
  std::uint64_t mask_word;
  std::memcpy(&mask_word, mask, sizeof(mask_word));
  std::size_t i = 0;
  for (; i + sizeof(mask_word) <= payload.size(); i += sizeof(mask_word)) {
    std::uint64_t word;
    std::memcpy(&word, payload.data() + i, sizeof(word));
    word ^= mask_word;
    std::memcpy(payload.data() + i, &word, sizeof(word));
  }
  for (; i < payload.size(); ++i) payload[i] ^= mask[i % 8];
  mask_at_ = static_cast<std::uint8_t>((mask_at_ + payload.size()) % 4);
}

}  // namespace vestnik::api::websocket
