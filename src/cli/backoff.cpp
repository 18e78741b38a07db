#include "cli/backoff.hpp"

#include <algorithm>

namespace vestnik::cli {

Backoff::Milliseconds Backoff::next(Milliseconds at_least) {
  constexpr std::uint32_t kDoublingsMax = 20;
  const std::int64_t doubled = std::max<std::int64_t>(base_.count(), 1) << std::min(attempts_, kDoublingsMax);
  ++attempts_;
  const std::int64_t whole = std::min(doubled, std::max(max_, base_).count());
  // The jitter is added to what the server asked for, too, so that its clients do not all come back at once.
  std::uniform_int_distribution<std::int64_t> half_to_all(whole / 2, whole);
  const Milliseconds pause(half_to_all(random_));
  return at_least > Milliseconds(0) ? at_least + pause / 4 : pause;
}

}  // namespace vestnik::cli
