#include "base/latency.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

namespace vestnik {
namespace {

constexpr std::size_t kSub = LatencySnapshot::kSubBuckets;
constexpr int kSubBits = std::countr_zero(kSub);

// Values below kSub have a bucket each; above, each power of two is cut into kSub equal parts.
std::size_t bucket_of(std::uint64_t ns) {
  if (ns < kSub) return static_cast<std::size_t>(ns);
  const int power = std::bit_width(ns) - 1;
  const std::uint64_t part = (ns >> (power - kSubBits)) & (kSub - 1);
  const std::size_t bucket = static_cast<std::size_t>(power - kSubBits + 1) * kSub + static_cast<std::size_t>(part);
  return std::min(bucket, LatencySnapshot::kBuckets - 1);
}

std::uint64_t upper_bound_of(std::size_t bucket) {
  if (bucket < kSub) return bucket;
  const std::size_t power = bucket / kSub + static_cast<std::size_t>(kSubBits) - 1;
  const std::uint64_t width = std::uint64_t{1} << (power - static_cast<std::size_t>(kSubBits));
  return (std::uint64_t{1} << power) + (bucket % kSub + 1) * width - 1;
}

}  // namespace

LatencySnapshot LatencySnapshot::operator-(const LatencySnapshot& earlier) const {
  LatencySnapshot difference;
  for (std::size_t i = 0; i < kBuckets; ++i) difference.buckets_[i] = buckets_[i] - earlier.buckets_[i];
  difference.count_ = count_ - earlier.count_;
  difference.sum_ns_ = sum_ns_ - earlier.sum_ns_;
  return difference;
}

std::chrono::nanoseconds LatencySnapshot::quantile(double quantile) const {
  if (count_ == 0) return {};
  const double share = std::ceil(quantile * static_cast<double>(count_));
  const auto rank = std::max<std::uint64_t>(1, static_cast<std::uint64_t>(share));
  std::uint64_t seen = 0;
  for (std::size_t i = 0; i < kBuckets; ++i) {
    seen += buckets_[i];
    if (seen >= rank) return std::chrono::nanoseconds(upper_bound_of(i));
  }
  return std::chrono::nanoseconds(upper_bound_of(kBuckets - 1));
}

std::uint64_t LatencySnapshot::count_up_to(std::chrono::nanoseconds bound) const {
  std::uint64_t seen = 0;
  for (std::size_t i = 0; i < kBuckets && upper_bound_of(i) <= static_cast<std::uint64_t>(bound.count()); ++i) {
    seen += buckets_[i];
  }
  return seen;
}

void LatencyHistogram::record(std::chrono::nanoseconds duration, std::uint64_t times) {
  const auto ns = static_cast<std::uint64_t>(std::max<std::int64_t>(0, duration.count()));
  buckets_[bucket_of(ns)].fetch_add(times, std::memory_order_relaxed);
  sum_ns_.fetch_add(ns * times, std::memory_order_relaxed);
}

LatencySnapshot LatencyHistogram::snapshot() const {
  LatencySnapshot snapshot;
  for (std::size_t i = 0; i < snapshot.buckets_.size(); ++i) {
    snapshot.buckets_[i] = buckets_[i].load(std::memory_order_relaxed);
    snapshot.count_ += snapshot.buckets_[i];
  }
  snapshot.sum_ns_ = sum_ns_.load(std::memory_order_relaxed);
  return snapshot;
}

}  // namespace vestnik
