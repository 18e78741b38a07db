// How many messages were written in the last hour, exact to a second, in constant time and memory. Any thread.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <mutex>

#include "base/clock.hpp"

namespace vestnik::chat {

class HourCounter {
 public:
  // Takes note of `count` messages written at `when`; what is more than an hour older than the newest is dropped.
  void add(Time when, std::int64_t count);
  // Those of the hour that ends at `now`.
  std::int64_t total(Time now);

 private:
  static constexpr std::int64_t kSeconds = 3'600;

  static std::int64_t second_of(Time time) {
    return std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
  }
  // Empties the seconds that have left the hour which ends with `second`.
  void move_to(std::int64_t second);

  std::mutex mutex_;
  std::array<std::int64_t, kSeconds> by_second_{};
  std::int64_t newest_ = 0;  // second since 1970 of the hour's end
  std::int64_t total_ = 0;
};

}  // namespace vestnik::chat
