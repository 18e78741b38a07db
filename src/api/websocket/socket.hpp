// A live connection that speaks WebSocket (RFC 6455): reads frames as fast as its owner can use them, answers control
// frames, says goodbye with close codes.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "api/live_connection.hpp"
#include "api/websocket/frame_reader.hpp"

namespace vestnik::api::websocket {

// Appends a close frame; `reason` has at most 123 bytes.
void append_close(std::string& out, CloseCode code, std::string_view reason);

class Socket : public LiveConnection, private FrameReader::Events {
 protected:
  Socket(LiveContext& context, Admission admission, runtime::Core& core, runtime::Socket socket,
         live::Encoding encoding, const FrameReader::Limits& limits, std::string request_id);

  // All messages of one read have been handed to on_text().
  virtual void on_read() = 0;
  // Whether nothing more is read for now: this is how a fast writer is slowed down by TCP.
  virtual bool should_pause() const = 0;
  // Whether there is room again for a good part of what made it pause.
  virtual bool may_resume() const = 0;
  // Reads on if it had paused and may. To be called when what should_pause() looks at has become less.
  void resume_reading();
  void on_drained() override { resume_reading(); }

  // Sends what nothing has delayed. Who makes us say more than it reads is cut off.
  void reply(std::string_view frame);
  // The id of the call with that number on this socket.
  std::string request_id(std::uint64_t number) const { return request_id_ + "." + std::to_string(number); }

 private:
  void on_readable() final;
  bool append_ping(std::string& out) final;
  void append_too_slow(std::string& out, const Followed& followed) override;
  void append_session_ended(std::string& out) final;
  void append_come_back(std::string& out, std::chrono::milliseconds after) final;

  void on_ping(std::string_view payload) final;
  void on_pong() final;
  void on_close(std::optional<std::uint16_t> code) final;

  std::string request_id_;  // of the handshake
  FrameReader reader_;
  bool paused_ = false;
};

}  // namespace vestnik::api::websocket
