#include "runtime/blocking_pool.hpp"

namespace vestnik::runtime {

std::unexpected<Error> BlockingPool::refused(Gate::Refusal refusal) {
  if (refusal == Gate::Refusal::kFull) {
    return std::unexpected(Error{.code = ErrorCode::kResourceExhausted,
                                 .detail = "too many reads are waiting for the storage; try again in a second",
                                 .retry_after = std::chrono::seconds(1)});
  }
  return std::unexpected(Error{.code = ErrorCode::kUnavailable,
                               .detail = "the server is stopping; try again in a moment",
                               .retry_after = std::chrono::seconds(1)});
}

void BlockingPool::join() {
  // Who has a place may not have reached the pool yet, and a pool that was joined runs nothing.
  gate_.close_and_wait();
  pool_.join();
}

}  // namespace vestnik::runtime
