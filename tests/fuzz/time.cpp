// RFC 3339 and durations: whatever is accepted survives a round trip.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/clock.hpp"
#include "fuzz.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto time = vestnik::parse_rfc3339(text)) {
    require(vestnik::parse_rfc3339(vestnik::format_rfc3339(*time)) == time);
  }
  if (const auto duration = vestnik::parse_duration(text)) {
    require(duration->count() >= 0);
    require(*duration <= std::chrono::days(366 * 100));
  }
  return 0;
}
