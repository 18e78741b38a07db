#include "chat/hour_counter.hpp"

#include <algorithm>

namespace vestnik::chat {

void HourCounter::add(Time when, std::int64_t count) {
  const std::int64_t second = second_of(when);
  const std::scoped_lock lock(mutex_);
  move_to(second);
  if (second <= newest_ - kSeconds) return;
  by_second_[static_cast<std::size_t>(second % kSeconds)] += count;
  total_ += count;
}

std::int64_t HourCounter::total(Time now) {
  const std::scoped_lock lock(mutex_);
  move_to(second_of(now));
  return total_;
}

void HourCounter::move_to(std::int64_t second) {
  if (second <= newest_) return;
  const std::int64_t passed = std::min(second - newest_, kSeconds);
  for (std::int64_t i = 1; i <= passed; ++i) {
    auto& slot = by_second_[static_cast<std::size_t>((second - passed + i) % kSeconds)];
    total_ -= slot;
    slot = 0;
  }
  newest_ = second;
}

}  // namespace vestnik::chat
