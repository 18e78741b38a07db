#include "runtime/gate.hpp"

namespace vestnik::runtime {

std::optional<Gate::Pass> Gate::enter() {
  const std::scoped_lock lock(mutex_);
  if (closed_) return std::nullopt;
  ++inside_;
  return Pass(*this);
}

void Gate::close() {
  const std::scoped_lock lock(mutex_);
  closed_ = true;
}

bool Gate::wait_empty(std::chrono::milliseconds timeout) {
  std::unique_lock lock(mutex_);
  return empty_.wait_for(lock, timeout, [this] { return inside_ == 0; });
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
