// One WebSocket of `/ws`: every text frame is a SendMessageRequest, every message of the room goes out.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/chat_api.hpp"
#include "api/websocket/socket.hpp"

namespace vestnik::api::websocket {

struct SessionContext {
  LiveContext& live;
  ChatApi& chat;
  chat::MessageWriter& writer;
  FrameReader::Limits limits;
  const MessageRules& rules;  // of a SendMessageRequest
};

class Session final : public Socket {
 public:
  // Follows the room that `subscription`, one of Chat.Subscribe, asks for.
  Session(SessionContext& context, Admission admission, runtime::Core& core, runtime::Socket socket,
          std::string request_id, const SubscriptionRequest& subscription);

  // Sends `greeting`, the answer to the request, and begins at the asked position. `announce`: the first frame tells
  // where that is.
  void start(std::string_view greeting, std::optional<Position> after, bool announce);

 private:
  void on_text(std::string_view text) override;
  void on_read() override;
  bool append_ended(std::string& out, Followed& followed) override;
  bool should_pause() const override;
  bool may_resume() const override;

  // What has to be known of a message to answer for it.
  struct Ticket {
    std::size_t bytes = 0;
    std::uint64_t frame = 0;  // its number on this socket
    std::optional<std::int64_t> client_seq;
    std::string nonce;
  };
  void on_committed(const Ticket& ticket, Result<chat::Appended> outcome);
  std::string error_frame(const Error& error, const Ticket& ticket) const;

  std::shared_ptr<Session> self() { return std::static_pointer_cast<Session>(shared_from_this()); }

  SessionContext& context_;
  chat::RoomPtr room_;
  Followed followed_;
  std::string credentials_;
  std::vector<chat::Pending> gathered_;  // from one read; handed to the writer together
  std::uint64_t frames_ = 0;             // text frames so far, for request ids
  std::size_t in_flight_ = 0;            // messages that wait for their commit
  std::size_t in_flight_bytes_ = 0;
};

}  // namespace vestnik::api::websocket
