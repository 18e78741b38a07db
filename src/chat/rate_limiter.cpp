#include "chat/rate_limiter.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace vestnik::chat {

Result<void> RateLimiter::take(UserId user, SteadyTime now) {
  if (per_second_ <= 0) return {};
  const std::scoped_lock lock(mutex_);
  if (buckets_.size() >= forget_at_) forget_full(now);
  Bucket& bucket = buckets_.try_emplace(user, Bucket{.tokens = burst_, .filled_at = now}).first->second;
  const double passed = std::max(0.0, std::chrono::duration<double>(now - bucket.filled_at).count());
  bucket.tokens = std::min(burst_, bucket.tokens + passed * per_second_);
  bucket.filled_at = std::max(bucket.filled_at, now);
  if (bucket.tokens >= 1) {
    bucket.tokens -= 1;
    return {};
  }
  refused_.add();
  const double wait = (1 - bucket.tokens) / per_second_;
  return std::unexpected(Error{
      .code = ErrorCode::kResourceExhausted,
      .detail = fmt::format("more than {:g} changes a second (--user-rate); slow down", per_second_),
      .retry_after = std::chrono::seconds(std::max<std::int64_t>(1, static_cast<std::int64_t>(std::ceil(wait))))});
}

// Those who would be at their full burst again need no bucket; looked for each time their number has doubled.
void RateLimiter::forget_full(SteadyTime now) {
  std::erase_if(buckets_, [&](const auto& each) {
    const double passed = std::chrono::duration<double>(now - each.second.filled_at).count();
    return each.second.tokens + passed * per_second_ >= burst_;
  });
  forget_at_ = std::max<std::size_t>(1'024, buckets_.size() * 2);
}

}  // namespace vestnik::chat
