// One WebSocket of `/ws`: every text frame is a SendMessageRequest, every message of the room goes out.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "api/chat_api.hpp"
#include "api/live_connection.hpp"
#include "api/websocket/frame_reader.hpp"

namespace vestnik::api::websocket {

struct SessionContext {
  LiveContext& live;
  ChatApi& chat;
  chat::MessageWriter& writer;
  FrameReader::Limits limits;
};

class Session final : public LiveConnection, private FrameReader::Events {
 public:
  Session(SessionContext& context, Admission admission, runtime::Core& core, boost::asio::ip::tcp::socket socket,
          std::string request_id);

 private:
  void on_readable() override;
  bool append_ping(std::string& out) override;
  void append_too_slow(std::string& out, const chat::Position& next) override;
  void append_come_back(std::string& out, std::chrono::milliseconds after) override;
  void on_drained() override;

  void on_text(std::string_view text) override;
  void on_ping(std::string_view payload) override;
  void on_pong() override;
  void on_close(std::optional<std::uint16_t> code) override;

  // What has to be known of a message to answer for it.
  struct Ticket {
    std::size_t bytes = 0;
    std::uint64_t frame = 0;  // its number on this socket
    std::optional<std::int64_t> client_seq;
    std::string nonce;
  };
  void on_committed(const Ticket& ticket, Result<chat::Appended> outcome);
  std::string error_frame(const Error& error, const Ticket& ticket) const;
  // Sends what no commit has delayed. Who makes us say more than it reads is cut off; the answers that wait for commits
  // are bounded by what may be in flight.
  void reply(std::string_view frame);
  std::string request_id(std::uint64_t frame) const { return request_id_ + "." + std::to_string(frame); }
  // Whether it should first be waited for what is in flight: this is how a fast writer is slowed down by TCP.
  bool should_pause() const;
  void resume_reading();

  std::shared_ptr<Session> self() { return std::static_pointer_cast<Session>(shared_from_this()); }

  SessionContext& context_;
  std::string request_id_;
  FrameReader reader_;
  std::vector<chat::Pending> gathered_;  // from one read; handed to the writer together
  std::uint64_t frames_ = 0;             // text frames so far, for request ids
  std::size_t in_flight_ = 0;            // messages that wait for their commit
  std::size_t in_flight_bytes_ = 0;
  bool paused_ = false;
};

}  // namespace vestnik::api::websocket
