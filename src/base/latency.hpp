// Histogram of durations with a relative error of at most 1/8, cheap enough for every message. What took longer than 73
// minutes counts as that long. Any thread.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace vestnik {

// Counts by bucket at one moment. The difference of two snapshots is the histogram of the time between them.
class LatencySnapshot {
 public:
  static constexpr std::size_t kSubBuckets = 8;  // per power of two
  static constexpr std::size_t kBuckets = 40 * kSubBuckets;

  LatencySnapshot operator-(const LatencySnapshot& earlier) const;

  std::uint64_t count() const { return count_; }
  std::chrono::nanoseconds sum() const { return std::chrono::nanoseconds(sum_ns_); }
  // Upper bound of the duration that the share `quantile` (0..1) of all did not exceed; 0 when nothing was measured.
  std::chrono::nanoseconds quantile(double quantile) const;
  // How many were at most `bound`; some of those in its last eighth may be missing.
  std::uint64_t count_up_to(std::chrono::nanoseconds bound) const;

 private:
  friend class LatencyHistogram;
  std::array<std::uint64_t, kBuckets> buckets_{};
  std::uint64_t count_ = 0;
  std::uint64_t sum_ns_ = 0;
};

class LatencyHistogram {
 public:
  void record(std::chrono::nanoseconds duration, std::uint64_t times = 1);
  LatencySnapshot snapshot() const;

 private:
  std::array<std::atomic<std::uint64_t>, LatencySnapshot::kBuckets> buckets_{};
  std::atomic<std::uint64_t> sum_ns_{0};
};

}  // namespace vestnik
