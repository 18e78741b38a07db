// One stream of server-sent events (WHATWG HTML, section 9.2): the events of a topic, each with its position as id.
#pragma once

#include "api/http/message.hpp"
#include "api/live_connection.hpp"

namespace vestnik::api::sse {

class Session final : public LiveConnection {
 public:
  Session(LiveContext& context, Admission admission, runtime::Core& core, runtime::Socket socket,
          const SubscriptionRequest& subscription);

  // Sends `head`, the head of the answer, and begins at the asked position.
  void start(std::string_view head, std::optional<Position> after);

  // The head of the answer. The stream ends with the connection, so it needs no length and no chunks.
  static std::string response_head(std::string_view request_id, const http::HeaderFields& fields);

 private:
  void on_readable() override;
  bool append_ping(std::string& out) override;
  void append_too_slow(std::string& out, const Followed& followed) override;
  void append_session_ended(std::string& out) override;
  void append_come_back(std::string& out, std::chrono::milliseconds after) override;
  bool append_ended(std::string& out, Followed& followed) override;

  Followed followed_;
};

}  // namespace vestnik::api::sse
