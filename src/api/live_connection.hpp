// A socket that follows a room: personal frames first, then whatever the room's log has behind its cursor, as many
// bytes as the kernel takes in one call. The common half of WebSockets and event streams.
#pragma once

#include <atomic>
#include <boost/asio/ip/tcp.hpp>
#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "api/connections.hpp"
#include "api/server_status.hpp"
#include "api/subscriptions.hpp"
#include "live/feed.hpp"
#include "runtime/cores.hpp"

namespace vestnik::api {

// What live connections of every transport need.
struct LiveContext {
  Connections& connections;
  Subscriptions& subscriptions;
  ServerStatus& status;
  std::size_t personal_bytes_max;  // waiting for one connection alone
  std::chrono::milliseconds ping_interval;
  std::chrono::milliseconds pong_timeout;
};

// Lives on one core, owned by its own pending operations and by nobody else.
class LiveConnection : public std::enable_shared_from_this<LiveConnection>,
                       public live::Subscriber,
                       public runtime::Swept,
                       public Connection {
 public:
  // Takes the socket over, sends `greeting`, the answer to the request, and follows the room from the asked position.
  void start(std::string_view greeting, SubscriptionRequest request, bool announce);

  void on_growth() final;
  void sweep(runtime::SteadyTime now) final;
  void shut_down(std::chrono::milliseconds come_back_after) final;
  void cut_off() final { close(); }

 protected:
  LiveConnection(LiveContext& context, Admission admission, runtime::Core& core, boost::asio::ip::tcp::socket socket,
                 live::Encoding encoding, std::atomic<std::int64_t>& counter);
  ~LiveConnection() override;

  // The transport's own part.
  virtual void on_readable() = 0;                  // there are bytes, or the peer has closed
  virtual bool append_ping(std::string& out) = 0;  // whether the peer must answer
  virtual void append_too_slow(std::string& out, const chat::Position& next) = 0;
  virtual void append_come_back(std::string& out, std::chrono::milliseconds after) = 0;
  virtual void on_drained() {}  // personal frames have left the queue

  // Puts a frame before what the log has, and sends.
  void send_personal(std::string_view frame);
  std::size_t personal_bytes() const { return out_.size() - out_sent_; }
  // Sends what is queued, then ends the connection; reads nothing more.
  void finish();
  // Ends the connection at once. Idempotent.
  void close();
  // Calls on_readable() when the socket has something; one at a time.
  void wait_readable();
  void note_alive() { ping_sent_at_.reset(); }

  runtime::Core& core() { return core_; }
  LiveContext& context() { return context_; }
  int handle() { return socket_.native_handle(); }
  bool closed() const { return closed_; }
  bool finishing() const { return finishing_; }
  const chat::RoomPtr& room() const { return request_.room; }

 private:
  static constexpr std::size_t kPiecesMax = 8;

  Task<void> open(bool announce);
  Task<void> read_page();
  void flush();
  // Handles what is not simply sending; false when there is nothing to send now.
  bool prepare_feed();
  void sent(std::size_t bytes);
  void wait_writable();
  void end_sending();

  LiveContext& context_;
  Admission admission_;
  runtime::Core& core_;
  boost::asio::ip::tcp::socket socket_;
  live::Encoding encoding_;
  std::atomic<std::int64_t>& counter_;
  SubscriptionRequest request_;
  std::optional<live::Feed> feed_;
  std::string out_;  // personal frames, and the rest of a frame that left in part
  std::size_t out_sent_ = 0;
  bool blocked_ = false;    // the kernel's buffer is full
  bool listening_ = false;  // waits for bytes of the peer
  bool reading_page_ = false;
  bool finishing_ = false;
  bool closed_ = false;
  runtime::SteadyTime last_ping_;
  std::optional<runtime::SteadyTime> ping_sent_at_;
  std::optional<runtime::SteadyTime> finish_by_;
};

}  // namespace vestnik::api
