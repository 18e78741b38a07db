// Time zones of people: what the clock on their wall says, and when it will say something.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"

namespace date {
class time_zone;
}

namespace vestnik::delivery {

// A name of the IANA time zone database ("Europe/Moscow"), or a distance from UTC ("+03:00", "-05:30", up to 14 hours).
// Cheap to copy. Any thread.
class TimeZone {
 public:
  // nullopt when `text` is neither.
  static std::optional<TimeZone> parse(std::string_view text);
  static TimeZone utc() { return TimeZone(std::chrono::minutes(0)); }

  // A moment on the wall: microseconds since 1970 as if the zone were UTC.
  using Local = std::chrono::local_time<std::chrono::microseconds>;
  Local to_local(Time time) const;
  // The moment at which the wall says `local`. A moment that is skipped when clocks go forward is that of the change;
  // of two when clocks go back it is the earlier one.
  Time to_time(Local local) const;

 private:
  explicit TimeZone(std::chrono::minutes offset) : offset_(offset) {}
  explicit TimeZone(const date::time_zone* zone) : zone_(zone) {}

  const date::time_zone* zone_ = nullptr;  // of the database, which lives as long as the process; null: `offset_`
  std::chrono::minutes offset_{0};
};

}  // namespace vestnik::delivery
