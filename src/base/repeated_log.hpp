// One line of the log in place of thousands: what goes wrong over and over is told once for each cause, then counted.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <string_view>

#include "base/log.hpp"

namespace vestnik {

// Any thread.
class RepeatedLog {
 public:
  using Steady = std::chrono::steady_clock;
  using Write = void (*)(std::string_view event, log::Fields fields);

  // `write` is log::warn or log::error, `event` what every line says. Lines of one cause are at least `interval` apart.
  RepeatedLog(Write write, std::string event, std::chrono::milliseconds interval = std::chrono::minutes(1),
              std::function<Steady::time_point()> now = Steady::now)
      : write_(write), event_(std::move(event)), interval_(interval), now_(std::move(now)) {}

  // It has happened, for this cause: at once a line {cause} when it is a new one, or has not happened for an interval.
  void note(std::string_view cause);
  // To be called now and then: writes {cause, times} for those that have happened again since their last line.
  void tell_counts();

 private:
  struct Cause {
    std::int64_t untold = 0;  // times since the last line
    Steady::time_point told_at;
  };

  const Write write_;
  const std::string event_;
  const std::chrono::milliseconds interval_;
  const std::function<Steady::time_point()> now_;
  std::mutex mutex_;
  std::map<std::string, Cause, std::less<>> causes_;  // guarded by mutex_; bounded
};

}  // namespace vestnik
