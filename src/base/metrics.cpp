#include "base/metrics.hpp"

#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

#include <chrono>
#include <utility>
#include <vector>

namespace vestnik {
namespace {

using namespace std::chrono_literals;

constexpr std::chrono::nanoseconds kBounds[] = {50us, 100us, 250us, 500us, 1ms,   2500us, 5ms, 10ms,
                                                25ms, 50ms,  100ms, 250ms, 500ms, 1s,     5s,  30s};

double seconds(std::chrono::nanoseconds duration) {
  return std::chrono::duration<double>(duration).count();
}

// Metrics of one name stand together in the text.
class Families {
 public:
  prometheus::ClientMetric& add(const std::string& name, const std::string& help, prometheus::MetricType type,
                                const Metrics::Labels& labels) {
    auto& family = families_[name];
    family.name = name;
    family.help = help;
    family.type = type;
    auto& metric = family.metric.emplace_back();
    for (const auto& [label, value] : labels) metric.label.push_back({label, value});
    return metric;
  }

  std::string text() const {
    std::vector<prometheus::MetricFamily> list;
    list.reserve(families_.size());
    for (const auto& [name, family] : families_) list.push_back(family);
    return prometheus::TextSerializer().Serialize(list);
  }

 private:
  std::map<std::string, prometheus::MetricFamily> families_;
};

}  // namespace

Counter& Metrics::counter(std::string_view name, std::string_view help, const Labels& labels) {
  const std::scoped_lock lock(mutex_);
  for (CounterEntry& entry : counters_) {
    if (entry.name == name && entry.labels == labels) return entry.counter;
  }
  return counters_.emplace_back(std::string(name), std::string(help), labels).counter;
}

void Metrics::gauge(std::string_view name, std::string_view help, std::function<double()> read, const Labels& labels) {
  const std::scoped_lock lock(mutex_);
  gauges_.emplace_back(std::string(name), std::string(help), labels, std::move(read));
}

LatencyHistogram& Metrics::latency(std::string_view name, std::string_view help) {
  const std::scoped_lock lock(mutex_);
  return latencies_.emplace_back(std::string(name), std::string(help)).histogram;
}

std::string Metrics::render() const {
  const std::scoped_lock lock(mutex_);
  Families families;
  for (const CounterEntry& entry : counters_) {
    families.add(entry.name, entry.help, prometheus::MetricType::Counter, entry.labels).counter.value =
        static_cast<double>(entry.counter.value());
  }
  for (const GaugeEntry& entry : gauges_) {
    families.add(entry.name, entry.help, prometheus::MetricType::Gauge, entry.labels).gauge.value = entry.read();
  }
  for (const LatencyEntry& entry : latencies_) {
    const LatencySnapshot snapshot = entry.histogram.snapshot();
    auto& histogram = families.add(entry.name, entry.help, prometheus::MetricType::Histogram, {}).histogram;
    histogram.sample_count = snapshot.count();
    histogram.sample_sum = seconds(snapshot.sum());
    for (const auto bound : kBounds) {
      histogram.bucket.push_back({.cumulative_count = snapshot.count_up_to(bound), .upper_bound = seconds(bound)});
    }
  }
  return families.text();
}

}  // namespace vestnik
