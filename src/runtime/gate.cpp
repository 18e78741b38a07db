#include "runtime/gate.hpp"

namespace vestnik::runtime {

std::expected<Gate::Pass, Gate::Refusal> Gate::enter() {
  const std::scoped_lock lock(mutex_);
  if (closed_) return std::unexpected(Refusal::kClosed);
  if (inside_ >= places_) return std::unexpected(Refusal::kFull);
  ++inside_;
  return Pass(*this);
}

void Gate::close_and_wait() {
  std::unique_lock lock(mutex_);
  closed_ = true;
  empty_.wait(lock, [this] { return inside_ == 0; });
}

std::size_t Gate::inside() const {
  const std::scoped_lock lock(mutex_);
  return inside_;
}

void Gate::leave() {
  const std::scoped_lock lock(mutex_);
  if (--inside_ == 0) empty_.notify_all();
}

}  // namespace vestnik::runtime
