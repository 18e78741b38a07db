// The reading side of a WebSocket server (RFC 6455, sections 5 to 7): from bytes to messages. Sans-I/O, on one thread.
//
// Between messages it holds no memory but itself. A message that arrives whole is unmasked where it lies and handed out
// as a view; only one that arrives in pieces is copied.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/text.hpp"

namespace vestnik::api::websocket {

// Close codes of RFC 6455, section 7.4.1, and our own.
enum class CloseCode : std::uint16_t {
  kNormal = 1000,
  kGoingAway = 1001,
  kProtocolError = 1002,
  kUnsupportedData = 1003,
  kInvalidText = 1007,
  kPolicyViolation = 1008,
  kTooBig = 1009,
  kInternalError = 1011,
  kServiceRestart = 1012,
  kSessionEnded = 4001,
  kTooSlow = 4008,
};

// Why a connection must be closed.
struct CloseReason {
  CloseCode code;
  std::string_view text;  // of static storage
};

class FrameReader {
 public:
  struct Limits {
    std::size_t message_bytes_max = 64 * 1024;
    std::size_t fragments_max = 128;
  };

  // What has been read. The views are valid during the call.
  class Events {
   public:
    virtual void on_text(std::string_view text) = 0;  // a whole message, valid UTF-8
    virtual void on_ping(std::string_view payload) = 0;
    virtual void on_pong() = 0;
    // The peer closes; `code` is absent when it gave none. Nothing is read afterwards.
    virtual void on_close(std::optional<std::uint16_t> code) = 0;

   protected:
    ~Events() = default;
  };

  FrameReader(const Limits& limits, Events& events) : limits_(limits), events_(events) {}

  // Reads all of `bytes`, which it unmasks in place. A reason means that the peer broke the protocol or a limit:
  // nothing of what follows can be understood.
  std::optional<CloseReason> feed(std::span<char> bytes);

 private:
  enum class Opcode : std::uint8_t { kContinuation = 0, kText = 1, kBinary = 2, kClose = 8, kPing = 9, kPong = 10 };

  std::optional<CloseReason> take_header(std::span<char>& bytes);
  std::optional<CloseReason> begin_frame();
  std::optional<CloseReason> take_payload(std::span<char>& bytes);
  std::optional<CloseReason> end_control(std::string_view payload);
  std::optional<CloseReason> end_data(std::string_view payload);
  void unmask(std::span<char> payload);
  std::size_t header_size() const;
  bool is_control() const { return static_cast<std::uint8_t>(opcode_) >= 8; }

  Limits limits_;
  Events& events_;

  char header_[14];  // of the frame that is being read
  std::uint8_t header_used_ = 0;
  bool in_payload_ = false;
  bool final_ = false;
  bool closed_ = false;      // a close frame was read
  bool in_message_ = false;  // between the fragments of a message
  Opcode opcode_ = Opcode::kContinuation;
  std::uint8_t mask_at_ = 0;   // of the next payload byte
  std::size_t left_ = 0;       // payload bytes still missing
  std::size_t fragments_ = 0;  // frames of the current message
  std::string message_;        // the part of the current message that has arrived
  std::string control_;        // the same of a control frame, which may stand between fragments
  Utf8Checker utf8_;
};

}  // namespace vestnik::api::websocket
