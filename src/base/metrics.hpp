// Numbers that an operator watches, and their Prometheus text form. Any thread.
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <string_view>

#include "base/latency.hpp"

namespace vestnik {

class Counter {
 public:
  void add(std::int64_t amount = 1) { value_.fetch_add(amount, std::memory_order_relaxed); }
  std::int64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::int64_t> value_{0};
};

// Owns the metrics; what it hands out lives as long as it does.
class Metrics {
 public:
  using Labels = std::map<std::string, std::string>;

  // The same name and labels give the same counter.
  Counter& counter(std::string_view name, std::string_view help, const Labels& labels = {});
  // `read` is called while rendering and must not block.
  void gauge(std::string_view name, std::string_view help, std::function<double()> read, const Labels& labels = {});
  // In seconds, as Prometheus has it.
  LatencyHistogram& latency(std::string_view name, std::string_view help);

  // Prometheus text exposition format 0.0.4.
  std::string render() const;

 private:
  struct CounterEntry {
    std::string name, help;
    Labels labels;
    Counter counter;
  };
  struct GaugeEntry {
    std::string name, help;
    Labels labels;
    std::function<double()> read;
  };
  struct LatencyEntry {
    std::string name, help;
    LatencyHistogram histogram;
  };

  mutable std::mutex mutex_;
  std::deque<CounterEntry> counters_;  // deques: entries never move
  std::deque<GaugeEntry> gauges_;
  std::deque<LatencyEntry> latencies_;
};

}  // namespace vestnik
