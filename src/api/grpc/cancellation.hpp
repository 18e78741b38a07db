// Lets a core cancel a call, whose context is gone as soon as gRPC is done with it. Any thread.
#pragma once

#include <grpcpp/server_context.h>

#include <mutex>

namespace vestnik::api::grpc {

class Cancellation {
 public:
  explicit Cancellation(::grpc::CallbackServerContext& call) : call_(&call) {}

  // Ends the call, whatever of it the client has not read.
  void cancel() {
    const std::scoped_lock lock(mutex_);
    if (call_ != nullptr) call_->TryCancel();
  }

  // In OnDone(), which cancel() may call.
  void forget() {
    const std::scoped_lock lock(mutex_);
    call_ = nullptr;
  }

 private:
  std::recursive_mutex mutex_;
  ::grpc::CallbackServerContext* call_;
};

}  // namespace vestnik::api::grpc
