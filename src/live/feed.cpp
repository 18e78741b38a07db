#include "live/feed.hpp"

namespace vestnik::live {

Feed::State Feed::state() const {
  if (in_page()) return State::kReady;
  if (live_.lost(next_n_)) return caught_up_ ? State::kTooSlow : State::kNeedsPage;
  return next_n_ < live_.end_n() ? State::kReady : State::kIdle;
}

std::string_view Feed::advance(std::size_t bytes) {
  const auto [next_n, rest] = source().advance(next_n_, bytes);
  if (!in_page()) caught_up_ = true;
  next_n_ = next_n;
  if (rest.empty()) drop_read_page();  // else it lies in the page, which the next call drops
  return rest;
}

void Feed::advance_frame() {
  if (!in_page()) caught_up_ = true;
  ++next_n_;
  drop_read_page();
}

void Feed::drop_read_page() {
  if (page_ && !in_page()) page_.reset();
}

Gap Feed::skip_to(std::int64_t n) {
  const Gap gap{.from_n = next_n_, .to_n = n - 1};
  next_n_ = n;
  return gap;
}

Gap Feed::skip() {
  return skip_to(live_.end_n());
}

}  // namespace vestnik::live
