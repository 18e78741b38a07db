// How much each of many may do in a second: a token bucket for each (https://en.wikipedia.org/wiki/Token_bucket). Any
// thread.
#pragma once

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <mutex>
#include <optional>
#include <unordered_map>

namespace vestnik::chat {

template <typename Key>
class RateLimiter {
 public:
  using SteadyTime = std::chrono::steady_clock::time_point;

  // `per_second` in the long run, `burst` at once; per_second 0: no limit.
  RateLimiter(double per_second, double burst) : per_second_(per_second), burst_(burst) {}

  double per_second() const { return per_second_; }

  // nullopt when there was room; otherwise the time after which there is again.
  std::optional<std::chrono::seconds> take(const Key& key, SteadyTime now) {
    if (per_second_ <= 0) return std::nullopt;
    const std::scoped_lock lock(mutex_);
    if (buckets_.size() >= forget_at_) forget_full(now);
    Bucket& bucket = buckets_.try_emplace(key, Bucket{.tokens = burst_, .filled_at = now}).first->second;
    bucket.tokens = tokens_of(bucket, now);
    bucket.filled_at = std::max(bucket.filled_at, now);
    if (bucket.tokens >= 1) {
      bucket.tokens -= 1;
      return std::nullopt;
    }
    const double wait = std::ceil((1 - bucket.tokens) / per_second_);
    return std::chrono::seconds(std::max<std::int64_t>(1, static_cast<std::int64_t>(wait)));
  }

 private:
  struct Bucket {
    double tokens;
    SteadyTime filled_at;
  };

  double tokens_of(const Bucket& bucket, SteadyTime now) const {
    const double passed = std::max(0.0, std::chrono::duration<double>(now - bucket.filled_at).count());
    return std::min(burst_, bucket.tokens + passed * per_second_);
  }

  // Those who would be at their full burst again need no bucket; looked for each time their number has doubled.
  void forget_full(SteadyTime now) {
    std::erase_if(buckets_, [&](const auto& each) { return tokens_of(each.second, now) >= burst_; });
    forget_at_ = std::max(kForgetAtMin, buckets_.size() * 2);
  }

  static constexpr std::size_t kForgetAtMin = 1'024;

  double per_second_;
  double burst_;
  std::mutex mutex_;
  std::unordered_map<Key, Bucket> buckets_;  // of those who are not at their full burst
  std::size_t forget_at_ = kForgetAtMin;
};

}  // namespace vestnik::chat
