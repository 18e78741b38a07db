// Wall-clock time as the product uses it, and its text forms (RFC 3339, "10m").
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace vestnik {

using Time = std::chrono::sys_time<std::chrono::microseconds>;
using Clock = std::function<Time()>;  // injected where time decides; any thread

Time system_now();

// "2024-01-01T12:00:00Z", with 3 or 6 digits of fraction when they are not zero. Years 0000 to 9999.
std::string format_rfc3339(Time time);
void append_rfc3339(std::string& out, Time time);

// RFC 3339 with any offset and up to 9 digits of fraction (cut to microseconds); nullopt for anything else and
// for moments outside of the years 0000 to 9999 in UTC.
std::optional<Time> parse_rfc3339(std::string_view text);

// "90s", "10m", "1h", "7d", "250ms": a whole number and one unit, at most 36'600 days; nullopt for anything else.
std::optional<std::chrono::milliseconds> parse_duration(std::string_view text);

}  // namespace vestnik
