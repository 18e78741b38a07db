#include "runtime/blocking_pool.hpp"

namespace vestnik::runtime {

std::unexpected<Error> BlockingPool::busy() {
  return std::unexpected(Error{.code = ErrorCode::kResourceExhausted,
                               .detail = "too many reads are waiting for the storage; try again in a second",
                               .retry_after = std::chrono::seconds(1)});
}

}  // namespace vestnik::runtime
