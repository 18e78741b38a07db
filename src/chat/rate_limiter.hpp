// How much one user may change in a second: a token bucket for each (https://en.wikipedia.org/wiki/Token_bucket). Any
// thread.
#pragma once

#include <chrono>
#include <cstddef>
#include <mutex>
#include <optional>
#include <unordered_map>

#include "base/error.hpp"
#include "base/metrics.hpp"
#include "chat/types.hpp"

namespace vestnik::chat {

class RateLimiter {
 public:
  using SteadyTime = std::chrono::steady_clock::time_point;

  // `per_second` in the long run, `burst` at once; per_second 0: no limit.
  RateLimiter(double per_second, double burst, Metrics& metrics)
      : per_second_(per_second),
        burst_(burst),
        refused_(metrics.counter("rate_limited_total", "Changes refused because a user made too many.")) {}

  // Errors: resource_exhausted, with the time after which there is room again.
  Result<void> take(UserId user, SteadyTime now);

 private:
  struct Bucket {
    double tokens;
    SteadyTime filled_at;
  };

  void forget_full(SteadyTime now);

  double per_second_;
  double burst_;
  Counter& refused_;
  std::mutex mutex_;
  std::unordered_map<UserId, Bucket> buckets_;  // of users who are not at their full burst
  std::size_t forget_at_ = 1'024;
};

}  // namespace vestnik::chat
