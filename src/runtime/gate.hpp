// Owner of background tasks: counts those inside, refuses more than it has places for, lets nothing in once closed, and
// can be waited for. Any thread.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <mutex>
#include <utility>

namespace vestnik::runtime {

class Gate {
 public:
  // Holds a place while it lives.
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

  enum class Refusal : std::uint8_t { kFull, kClosed };

  explicit Gate(std::size_t places) : places_(places) {}

  std::expected<Pass, Refusal> enter();
  // Nobody enters any more. Waits until all have left; not for one who is inside.
  void close_and_wait();
  std::size_t inside() const;

 private:
  void leave();

  const std::size_t places_;
  mutable std::mutex mutex_;
  std::condition_variable empty_;
  std::size_t inside_ = 0;
  bool closed_ = false;
};

}  // namespace vestnik::runtime
