// Owner of background tasks: counts what is inside, lets nothing new in once closed, and can be waited for. Any thread.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <optional>
#include <utility>

namespace vestnik::runtime {

class Gate {
 public:
  // Holds the gate while it lives.
  class Pass {
   public:
    Pass(Pass&& other) noexcept : gate_(std::exchange(other.gate_, nullptr)) {}
    Pass& operator=(Pass&&) = delete;
    ~Pass() {
      if (gate_ != nullptr) gate_->leave();
    }

   private:
    friend class Gate;
    explicit Pass(Gate& gate) : gate_(&gate) {}
    Gate* gate_;
  };

  // nullopt once the gate is closed.
  std::optional<Pass> enter();
  void close();
  // Waits until all who entered have left; false when they have not within `timeout`.
  bool wait_empty(std::chrono::milliseconds timeout);
  std::size_t inside() const;

 private:
  void leave();

  mutable std::mutex mutex_;
  std::condition_variable empty_;
  std::size_t inside_ = 0;
  bool closed_ = false;
};

}  // namespace vestnik::runtime
