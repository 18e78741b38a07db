// One HTTP/1.1 connection (RFC 9112): reads requests, has them handled, writes the answers in their order; hands its
// socket over when a request becomes a WebSocket or an event stream.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "api/connections.hpp"
#include "api/http/body.hpp"
#include "api/http/handler.hpp"
#include "api/http/request_reader.hpp"
#include "api/rpc/session.hpp"
#include "api/websocket/session.hpp"
#include "runtime/socket.hpp"

namespace vestnik::api::http {

// What the connections of one server share.
struct ServerContext {
  struct Timeouts {
    std::chrono::milliseconds header{10'000};  // from the first byte of a head to its end
    std::chrono::milliseconds body{10'000};    // without a byte of the body
    std::chrono::milliseconds request{
        30'000};                             // from the end of the head to the answer, then without a byte of it read
    std::chrono::milliseconds idle{75'000};  // between requests
  };

  std::function<Task<Outcome>(const Request&, Call&)> handle;
  std::function<void(int status)> count_refused;
  Connections& connections;
  websocket::SessionContext& websocket;
  rpc::SessionContext& rpc;
  LiveContext& live;
  std::atomic<std::int64_t>& open;  // counts the connections
  RequestReader::Limits limits;
  Timeouts timeouts;
  std::string request_id_prefix;
};

// Lives on one core, owned by its coroutine.
class HttpConnection final : public std::enable_shared_from_this<HttpConnection>,
                             public runtime::Swept,
                             public Connection,
                             private BodyStream {
 public:
  HttpConnection(ServerContext& context, Admission admission, runtime::Core& core, runtime::Socket socket,
                 std::uint64_t number);
  ~HttpConnection() override;

  void start();
  void sweep(runtime::SteadyTime now) override;
  void shut_down(std::chrono::milliseconds come_back_after) override;
  void cut_off() override;

 private:
  // kReceiving: a streamed body, while its handler waits for more of it. From kLingering on nothing more is sent.
  enum class Phase : std::uint8_t { kIdle, kHead, kBody, kReceiving, kHandling, kWriting, kLingering, kParting };

  Task<void> run();
  Task<bool> read_request();  // false: the connection is at its end
  Task<bool> read_some();
  void take(std::string_view bytes);
  void take_more();          // what has arrived besides what filled arrived_
  Task<bool> invite_body();  // tells a client that waits for it to go on, once
  Task<Result<std::string>> next() override;
  Task<bool> write(std::string_view bytes);
  Task<bool> write_from(BodySource& source);
  Task<bool> write_rest(BodyStream& stream, bool is_chunked);
  Task<bool> answer();  // false: nothing more is read from this connection
  Task<void> refuse(int status, std::string_view reason);
  // After an answer that comes before the end of the request: what still arrives is thrown away for a while, since a
  // reset would take the answer from the client.
  Task<void> linger();
  // Between two requests, when the server stops: a request that has arrived is the last one, otherwise the client is
  // told the end. One that it sends meanwhile is thrown away, since a reset would look like an answer that was cut.
  void part();
  void end_sending(Phase phase);
  void hand_over(Outcome outcome, const Call& call);
  void enter(Phase phase);
  // Whether the bytes of the body, or of the answer, come or go more slowly than anybody is waited for.
  bool is_too_slow(runtime::SteadyTime now) const;
  // Ends the connection from outside of its coroutine, with a last answer if nothing was answered yet.
  void cut(int status, std::string_view reason);
  void close();
  std::string next_request_id();

  ServerContext& context_;
  Admission admission_;
  runtime::Core& core_;
  runtime::Socket socket_;
  std::uint64_t number_;
  std::uint64_t requests_ = 0;
  RequestReader reader_;
  std::array<char, 1024> arrived_;  // most requests whole
  std::string unread_;              // bytes behind the current request
  std::string out_;
  Phase phase_ = Phase::kHead;
  runtime::SteadyTime phase_since_;     // or since its last progress
  runtime::SteadyTime due_from_;        // the end of the head, or the last piece of a streamed body, or its end
  runtime::SteadyTime streamed_since_;  // the end of the head, or the beginning of the answer
  std::uint64_t streamed_bytes_ = 0;    // of the streamed body, or of the answer
  bool invited_ = false;
  bool last_ = false;  // the server stops: the current answer is the last one
  bool closed_ = false;
};

}  // namespace vestnik::api::http
