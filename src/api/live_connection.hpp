// A socket that follows topics: personal frames first, then whatever the topics' logs have behind its cursors, as many
// bytes as the kernel takes in one call. The common half of WebSockets and event streams.
#pragma once

#include <sys/uio.h>

#include <array>
#include <atomic>
#include <boost/intrusive/list.hpp>
#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "api/connections.hpp"
#include "api/followed.hpp"
#include "api/server_status.hpp"
#include "api/subscriptions.hpp"
#include "runtime/cores.hpp"
#include "runtime/socket.hpp"

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
class LiveConnection : public std::enable_shared_from_this<LiveConnection>, public runtime::Swept, public Connection {
 public:
  void sweep(runtime::SteadyTime now) final;
  void shut_down(std::chrono::milliseconds come_back_after) override;
  void cut_off() final { close(); }

 protected:
  LiveConnection(LiveContext& context, Admission admission, runtime::Core& core, runtime::Socket socket,
                 live::Encoding encoding, std::atomic<std::int64_t>& counter);
  ~LiveConnection() override;

  // The transport's own part.
  virtual void on_readable() = 0;                  // there are bytes, or the peer has closed
  virtual bool append_ping(std::string& out) = 0;  // whether the peer must answer
  virtual void append_too_slow(std::string& out, const Followed& followed) = 0;
  virtual void append_come_back(std::string& out, std::chrono::milliseconds after) = 0;
  virtual void append_session_ended(std::string& out) = 0;
  // The last event of a topic has been sent. Whether the connection ends with it.
  virtual bool append_ended(std::string& out, Followed& followed) = 0;
  virtual void on_drained() {}  // personal frames have left the queue
  // Something may be sent; whoever follows many topics gathers what they have.
  virtual void wake() { flush(); }

  // Takes the socket over. `greeting`, the answer to the request, leaves with the first flush.
  void begin(std::string_view greeting);
  // The connection ends with the session, too, until as many calls of forget() as of this. No effect for nullptr. It
  // depends on the sessions of what it follows by itself.
  void depend_on(const chat::SessionEnd& end);
  // Opens the subscription and enters it; ends the connection when that cannot be done. `announce`: the first frame
  // tells where it begins.
  void follow(Followed& followed, std::optional<Position> after, bool announce);
  // What the log of the topic, which has begun, has behind its cursor is sent from now on.
  void enter(Followed& followed);

  // Puts a frame before what the logs have, and sends.
  void send_personal(std::string_view frame);
  std::size_t personal_bytes() const { return out_.size() - out_sent_; }
  // Sends what can be sent now. Not from on_drained().
  void flush();
  // Sends what is queued, then ends the connection; reads nothing more.
  void finish();
  // Ends the connection at once. Idempotent.
  void close();
  // Calls on_readable() when the socket has something; one at a time.
  void wait_readable();
  void note_alive() { ping_sent_at_.reset(); }

  runtime::Core& core() { return core_; }
  LiveContext& context() { return context_; }
  live::Encoding encoding() const { return encoding_; }
  // Where the peer is; see network_of().
  const std::string& network() const { return admission_.network(); }
  int handle() { return socket_.native_handle(); }
  bool closed() const { return closed_; }
  bool finishing() const { return finishing_; }

 private:
  using SessionUse = std::pair<chat::SessionEnd, std::size_t>;  // and how often it is depended on
  friend class Followed;
  class Load;  // what one call offers to the kernel

  void forget(const chat::SessionEnd& end);
  void on_growth(Followed& followed);
  void on_ephemeral(std::string_view frame, const void* from);
  Task<void> open(Followed& followed, std::optional<Position> after, bool announce);
  void read_page(Followed& followed);
  Task<void> read_page(Followed::Alive alive);
  // Handles what is not simply sending; false when the topic has nothing to send now.
  bool prepare(Followed& followed);
  void gather(Load& load);
  void sent(const Load& load, std::size_t bytes);
  void wait_writable();
  void begin_finish();
  void end_sending();
  void append_gap(const Followed& followed, const live::Gap& gap);
  void cannot_read(const Followed& followed, std::string_view reason);

  LiveContext& context_;
  Admission admission_;
  runtime::Core& core_;
  runtime::Socket socket_;
  std::atomic<std::int64_t>& counter_;
  // Topics that may have something to send, in the order in which their turns come.
  boost::intrusive::list<Followed, boost::intrusive::base_hook<ReadyHook>, boost::intrusive::constant_time_size<false>>
      ready_;
  std::vector<SessionUse> session_ends_;  // mostly one
  std::string out_;                       // personal frames, and the rest of a frame that left in part
  std::size_t out_sent_ = 0;
  live::Encoding encoding_;
  bool blocked_ = false;  // the kernel's buffer is full
  runtime::SteadyTime blocked_since_;
  bool listening_ = false;  // waits for bytes of the peer
  bool finishing_ = false;
  bool closed_ = false;
  runtime::SteadyTime last_ping_;
  std::optional<runtime::SteadyTime> ping_sent_at_;
  std::optional<runtime::SteadyTime> finish_by_;
};

}  // namespace vestnik::api
