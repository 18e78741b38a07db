// The time of the server: the system's clock, but for its jumps.
#pragma once

#include <atomic>
#include <chrono>
#include <mutex>
#include <optional>

#include "base/clock.hpp"

namespace vestnik {

// Time since the system's start, as a Time: no setting of the clock moves it, and it counts while the system sleeps.
Time boot_now();

// A system's clock that is set to another time may be right from then on, or wrong for a moment. Nobody can tell at
// once, and what a wrong time brings about (rooms close, messages get times that no later one may go back behind)
// cannot be undone. So a jump is followed only when the clock has kept its new course for a while. Any thread.
class ServerClock {
 public:
  // `settle`: how long the system's clock must have kept its course after a jump.
  explicit ServerClock(std::chrono::milliseconds settle, Clock system = system_now, Clock elapsed = boot_now);

  // The system's time; after a jump of more than five seconds the time as it would be without, until the system's clock
  // has come back or settled. The log tells of each of these.
  Time now();
  // The time of the start and what has passed since, whatever happens to the system's clock.
  Time steady_now() const { return elapsed_() + start_; }
  // How far the system's clock is ahead of now(), negative when it is behind; nullopt while they agree.
  std::optional<std::chrono::microseconds> jump() const;

 private:
  using Duration = std::chrono::microseconds;

  Time after_jump();

  const Duration settle_;
  const Clock system_;
  const Clock elapsed_;
  const Duration start_;          // what the system's time was ahead of the time elapsed at the start
  std::atomic<Duration> offset_;  // the same now, but for a jump that is not followed
  std::atomic<bool> has_jumped_ = false;
  mutable std::mutex mutex_;
  Duration jump_{};  // guarded by mutex_, as what follows
  Time jumped_at_;   // as elapsed
};

}  // namespace vestnik
