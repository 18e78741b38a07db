// One unary call from its arrival until its answer is read. Its answer does not wait for a client that reads nothing.
#pragma once

#include <grpcpp/support/server_callback.h>

#include <chrono>
#include <optional>
#include <utility>

#include "api/grpc/callers.hpp"
#include "api/grpc/cancellation.hpp"
#include "runtime/cores.hpp"
#include "runtime/gate.hpp"
#include "runtime/sweeper.hpp"

namespace vestnik::api::grpc {

// Lives on its core, and deletes itself there when gRPC is done with it.
class UnaryCall final : public ::grpc::ServerUnaryReactor, public runtime::Swept {
 public:
  // `answer_timeout`: for the client to read the answer; then the call is cancelled.
  UnaryCall(runtime::Core& core, ::grpc::CallbackServerContext& call, std::chrono::milliseconds answer_timeout,
            runtime::Gate::Pass pass, Callers::Place place)
      : core_(core),
        cancellation_(call),
        answer_timeout_(answer_timeout),
        pass_(std::move(pass)),
        place_(std::move(place)) {}

  // Sends the answer, or the error. Once, on the core.
  void answer(const ::grpc::Status& status) {
    answered_at_ = core_.sweeper().now();
    core_.sweeper().add(*this);
    Finish(status);
  }

  void OnDone() override {
    cancellation_.forget();
    core_.post([this] { delete this; });
  }

  void sweep(runtime::SteadyTime now) override {
    if (now - answered_at_ >= answer_timeout_) cancellation_.cancel();
  }

 private:
  ~UnaryCall() override = default;

  runtime::Core& core_;
  Cancellation cancellation_;
  std::chrono::milliseconds answer_timeout_;
  runtime::SteadyTime answered_at_;
  runtime::Gate::Pass pass_;
  Callers::Place place_;
};

}  // namespace vestnik::api::grpc
