// A process that writes to a storage and says what was acknowledged, until it is killed.
#pragma once

#include <cstdint>
#include <string_view>

namespace vestnik::conformance {

inline constexpr std::string_view kCrashRoom = "crash";

// What the process writes to its standard output for each message, once it was acknowledged.
struct Acknowledged {
  std::int64_t id = 0;
  std::int64_t n = 0;
};

// Appends to the room kCrashRoom of the storage at `url` for ever; the content of each message is its n in decimal.
int append_until_killed(std::string_view url);

}  // namespace vestnik::conformance
