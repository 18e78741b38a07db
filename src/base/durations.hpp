// The units in which durations are written, and the longest one.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <string_view>
#include <utility>

namespace vestnik {

// Milliseconds of each unit.
inline constexpr std::array<std::pair<std::string_view, std::int64_t>, 5> kDurationUnits = {
    {{"ms", 1}, {"s", 1'000}, {"m", 60'000}, {"h", 3'600'000}, {"d", 86'400'000}}};

inline constexpr std::chrono::milliseconds kDurationMax = std::chrono::hours(24 * 366 * 100);

}  // namespace vestnik
