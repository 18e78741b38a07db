// How long to wait before the next attempt: longer each time, and different for each client. No I/O.
#pragma once

#include <chrono>
#include <cstdint>
#include <random>

namespace vestnik::cli {

class Backoff {
 public:
  using Milliseconds = std::chrono::milliseconds;

  // The n-th pause is between half and all of base * 2^n, where that is at most `max`.
  Backoff(Milliseconds base, Milliseconds max, std::uint32_t seed) : base_(base), max_(max), random_(seed) {}

  // The next pause. When the server asked for one (`at_least`), that and a little more.
  Milliseconds next(Milliseconds at_least = Milliseconds(0));

  // After a success: the next pause is a short one again.
  void reset() { attempts_ = 0; }
  void set_base(Milliseconds base) { base_ = base; }

 private:
  Milliseconds base_;
  Milliseconds max_;
  std::uint32_t attempts_ = 0;
  std::minstd_rand random_;
};

}  // namespace vestnik::cli
