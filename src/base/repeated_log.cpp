#include "base/repeated_log.hpp"

#include <cstddef>
#include <utility>
#include <vector>

namespace vestnik {
namespace {

constexpr std::size_t kCausesMax = 32;
constexpr std::string_view kOtherCauses = "other causes";

}  // namespace

void RepeatedLog::note(std::string_view cause) {
  const auto now = now_();
  {
    const std::scoped_lock lock(mutex_);
    auto found = causes_.find(cause);
    if (found == causes_.end() && causes_.size() >= kCausesMax) {
      cause = kOtherCauses;
      found = causes_.find(cause);
    }
    if (found != causes_.end()) {
      ++found->second.untold;
      return;
    }
    causes_.emplace(cause, Cause{.untold = 0, .told_at = now});
  }
  write_(event_, {{"cause", cause}});
}

void RepeatedLog::tell_counts() {
  const auto now = now_();
  std::vector<std::pair<std::string, std::int64_t>> due;
  {
    const std::scoped_lock lock(mutex_);
    for (auto it = causes_.begin(); it != causes_.end();) {
      auto& [cause, state] = *it;
      if (now - state.told_at < interval_) {
        ++it;
      } else if (state.untold == 0) {  // over: the next time is a new one
        it = causes_.erase(it);
      } else {
        due.emplace_back(cause, std::exchange(state.untold, 0));
        state.told_at = now;
        ++it;
      }
    }
  }
  for (const auto& [cause, times] : due) write_(event_, {{"cause", cause}, {"times", times}});
}

}  // namespace vestnik
