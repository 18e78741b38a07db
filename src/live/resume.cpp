#include "live/resume.hpp"

#include <algorithm>

namespace vestnik::live {

ResumePlan plan_resume(const std::optional<Position>& after, const std::string& epoch, std::int64_t floor_n,
                       std::int64_t head_n) {
  if (!after) return {.next_n = head_n + 1};
  const bool same_history = after->epoch == epoch;
  if (same_history && after->n >= floor_n && after->n <= head_n) return {.next_n = after->n + 1};

  ResumePlan plan{.recovered = false, .next_n = std::max(floor_n, head_n - kNewestAfterGap) + 1};
  plan.gap = Gap{.to_n = plan.next_n - 1};
  if (same_history && after->n < plan.next_n) plan.gap->from_n = after->n + 1;
  return plan;
}

}  // namespace vestnik::live
