// Latencies in log-linear buckets of under 1 % width: constant memory, no allocation per sample.
#pragma once

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace vestnik::bench {

class Histogram {
 public:
  // Negative values count as 0.
  void record(std::int64_t nanoseconds) {
    const auto value = static_cast<std::uint64_t>(std::max<std::int64_t>(nanoseconds, 0));
    ++buckets_[bucket_of(value)];
    ++count_;
    max_ = std::max(max_, value);
  }

  void merge(const Histogram& other) {
    for (std::size_t i = 0; i < buckets_.size(); ++i) buckets_[i] += other.buckets_[i];
    count_ += other.count_;
    max_ = std::max(max_, other.max_);
  }

  std::uint64_t count() const { return count_; }
  std::uint64_t max_ns() const { return max_; }

  // The value, in nanoseconds, that `percent` (0..100) of the samples do not exceed: the upper edge of its bucket. 0
  // when empty.
  std::uint64_t percentile_ns(double percent) const {
    const auto rank = std::max<std::uint64_t>(
        1, static_cast<std::uint64_t>(std::ceil(percent / 100.0 * static_cast<double>(count_))));
    std::uint64_t seen = 0;
    for (std::size_t i = 0; i < buckets_.size(); ++i) {
      seen += buckets_[i];
      if (seen >= rank) return std::min(upper_edge(i), max_);
    }
    return max_;
  }

 private:
  // 128 linear steps for each power of two: a step is under 1 % of the value.
  static constexpr unsigned kStepBits = 7;
  static constexpr std::size_t kSteps = std::size_t{1} << kStepBits;

  static std::size_t bucket_of(std::uint64_t value) {
    if (value < kSteps) return static_cast<std::size_t>(value);
    const unsigned shift = static_cast<unsigned>(std::bit_width(value)) - 1 - kStepBits;
    return (std::size_t{shift} << kStepBits) + static_cast<std::size_t>(value >> shift);
  }

  static std::uint64_t upper_edge(std::size_t bucket) {
    if (bucket < kSteps) return bucket;
    const std::size_t shift = (bucket >> kStepBits) - 1;
    return ((kSteps + (bucket & (kSteps - 1)) + 1) << shift) - 1;
  }

  std::vector<std::uint64_t> buckets_ = std::vector<std::uint64_t>((64 - kStepBits + 1) * kSteps);
  std::uint64_t count_ = 0;
  std::uint64_t max_ = 0;
};

}  // namespace vestnik::bench
