// Where a subscription begins: the rules of "Resume" in one pure function.
#pragma once

#include <cstdint>
#include <optional>

#include "base/position.hpp"
#include "live/feed.hpp"

namespace vestnik::live {

// How many of the newest messages one gets who cannot be given everything since their position.
inline constexpr std::int64_t kNewestAfterGap = 50;

struct ResumePlan {
  bool recovered = true;
  std::int64_t next_n = 1;  // the stream goes on from here
  std::optional<Gap> gap;   // when not recovered
};

// `floor_n`: history is complete after it; `head_n`: the newest position of the topic; `epoch`: of its history.
// `after` absent: from now on.
ResumePlan plan_resume(const std::optional<Position>& after, const std::string& epoch, std::int64_t floor_n,
                       std::int64_t head_n);

}  // namespace vestnik::live
