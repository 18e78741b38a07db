#include "runtime/blocking_pool.hpp"

namespace vestnik::runtime {

Result<void> BlockingPool::enter() {
  if (waiting_.fetch_add(1) >= waiting_max_) {
    leave();
    return std::unexpected(Error{.code = ErrorCode::kResourceExhausted,
                                 .detail = "too many reads are waiting for the storage; try again in a second",
                                 .retry_after = std::chrono::seconds(1)});
  }
  if (joined_) {
    leave();
    return std::unexpected(Error{.code = ErrorCode::kUnavailable,
                                 .detail = "the server is stopping; try again in a moment",
                                 .retry_after = std::chrono::seconds(1)});
  }
  return {};
}

void BlockingPool::leave() {
  if (waiting_.fetch_sub(1) == 1) waiting_.notify_all();
}

void BlockingPool::join() {
  joined_ = true;
  // Who has a place may not have reached the pool yet, and a pool that was joined runs nothing.
  for (auto waiting = waiting_.load(); waiting != 0; waiting = waiting_.load()) waiting_.wait(waiting);
  pool_.join();
}

}  // namespace vestnik::runtime
