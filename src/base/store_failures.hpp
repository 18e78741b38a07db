// What the storage could not do, as an operator learns of it: the log says it once for each cause, store_errors_total
// counts it, and /health shows it for a while.
#pragma once

#include <chrono>
#include <mutex>
#include <optional>
#include <string>

#include "base/error.hpp"
#include "base/metrics.hpp"
#include "base/repeated_log.hpp"

namespace vestnik {

// Any thread.
class StoreFailures {
 public:
  explicit StoreFailures(Metrics& metrics)
      : errors_(
            metrics.counter("store_errors_total", "Calls that the storage could not serve, and its other failures.")) {}

  // A call failed, or something else that the storage does by itself.
  void note(const Error& error);
  // The newest failure, when it is less than a minute old.
  std::optional<std::string> recent() const;
  // Once a second or so: logs how often something has happened again.
  void tell_counts() { log_.tell_counts(); }

 private:
  using Steady = std::chrono::steady_clock;

  Counter& errors_;
  RepeatedLog log_{log::error, "the storage failed"};
  mutable std::mutex mutex_;
  std::string newest_;            // guarded by mutex_
  Steady::time_point newest_at_;  // guarded by mutex_
};

}  // namespace vestnik
