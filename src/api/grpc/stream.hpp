// One gRPC subscription: a cursor into a topic's log that writes one event at a time, as fast as the peer takes them.
#pragma once

#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/server_callback.h>

#include <chrono>
#include <deque>
#include <optional>
#include <string>
#include <utility>

#include "api/call.hpp"
#include "api/connections.hpp"
#include "api/grpc/callers.hpp"
#include "api/grpc/cancellation.hpp"
#include "api/server_status.hpp"
#include "api/subscriptions.hpp"
#include "live/feed.hpp"
#include "runtime/gate.hpp"

namespace vestnik::api::grpc {

// gRPC calls its reactions on threads of its own: each of them only posts to the core, where everything else happens.
// Deletes itself on its core when gRPC is done with it.
class Stream final : public ::grpc::ServerWriteReactor<::grpc::ByteBuffer>,
                     public live::Subscriber,
                     public Connection,
                     public runtime::Swept {
 public:
  // `write_timeout`: for the client to take an event; then the call is cancelled.
  Stream(runtime::Core& core, ::grpc::CallbackServerContext& call, std::chrono::milliseconds write_timeout,
         Subscriptions& subscriptions, ServerStatus& status, Connections& connections);

  // Keeps these until the stream is destroyed.
  void hold(runtime::Gate::Pass pass, Callers::Place place) {
    pass_.emplace(std::move(pass));
    place_.emplace(std::move(place));
  }
  // Opens the subscription, or ends the call with the error. Once, from any thread.
  void start(Result<SubscriptionRequest> request);

  void OnWriteDone(bool ok) override;
  void OnCancel() override;
  void OnDone() override;

  void on_growth() override { write_next(); }
  void sweep(runtime::SteadyTime now) override;
  void shut_down(std::chrono::milliseconds come_back_after) override;
  void cut_off() override { shut_down({}); }

 private:
  ~Stream() override;

  Task<void> open();
  Task<void> read_page();
  void write_next();
  // The next event, if there is one to write now.
  std::optional<std::string_view> next_event();
  void append_gap(const live::Gap& gap);
  void end(const ::grpc::Status& status);
  void delete_if_done();

  runtime::Core& core_;
  Subscriptions& subscriptions_;
  ServerStatus& status_;
  Connections& connections_;
  Cancellation cancellation_;
  std::chrono::milliseconds write_timeout_;
  std::optional<runtime::Gate::Pass> pass_;
  std::optional<Callers::Place> place_;
  SubscriptionRequest request_;
  std::optional<live::Feed> feed_;
  std::deque<std::string> personal_;  // events of this subscriber alone
  ::grpc::ByteBuffer buffer_;         // what is being written
  int tasks_ = 0;                     // coroutines that still use this object
  bool writing_ = false;
  runtime::SteadyTime waits_since_;  // for the client, while something is written or the end is on its way
  bool reading_page_ = false;
  bool ended_ = false;
  bool done_ = false;
};

}  // namespace vestnik::api::grpc
