#include "base/server_clock.hpp"

#include <ctime>

#include "base/log.hpp"

namespace vestnik {
namespace {

using namespace std::chrono_literals;
using std::chrono::microseconds;

constexpr microseconds kJump = 5s;
constexpr microseconds kNoise = 1ms;  // what may pass between two looks at clocks, and is no reason to write

double seconds(microseconds duration) {
  return std::chrono::duration<double>(duration).count();
}

}  // namespace

Time boot_now() {
  timespec passed{};
  clock_gettime(CLOCK_BOOTTIME, &passed);
  return Time(std::chrono::seconds(passed.tv_sec) +
              std::chrono::duration_cast<microseconds>(std::chrono::nanoseconds(passed.tv_nsec)));
}

ServerClock::ServerClock(std::chrono::milliseconds settle, Clock system, Clock elapsed)
    : settle_(settle),
      system_(std::move(system)),
      elapsed_(std::move(elapsed)),
      start_(system_() - elapsed_()),
      offset_(start_) {}

Time ServerClock::now() {
  const Duration offset = offset_.load(std::memory_order_relaxed);
  const Time system = system_();
  const Duration drift = system - elapsed_() - offset;
  if (std::chrono::abs(drift) > kJump || has_jumped_.load(std::memory_order_relaxed)) return after_jump();
  if (std::chrono::abs(drift) > kNoise) offset_.store(offset + drift, std::memory_order_relaxed);
  return system;
}

Time ServerClock::after_jump() {
  const std::scoped_lock lock(mutex_);
  const Time elapsed = elapsed_();
  const Time system = system_();
  const Duration offset = offset_.load(std::memory_order_relaxed);
  const Duration jump = system - elapsed - offset;
  const auto follow = [&] {
    offset_.store(system - elapsed, std::memory_order_relaxed);
    has_jumped_.store(false, std::memory_order_relaxed);
    return system;
  };
  if (std::chrono::abs(jump) <= kJump) {
    if (has_jumped_) log::info("the system's clock is back", {{"after_s", seconds(elapsed - jumped_at_)}});
    return follow();
  }
  if (!has_jumped_ || std::chrono::abs(jump - jump_) > kJump) {
    jump_ = jump;
    jumped_at_ = elapsed;
    has_jumped_ = true;
    log::warn("the system's clock has jumped; the server's time goes on as before until the clock is back or settled",
              {{"jump_s", seconds(jump)}, {"settles_in_s", seconds(settle_)}});
  }
  if (elapsed - jumped_at_ < settle_) return elapsed + offset;
  log::warn("the system's clock has kept its new time; the server follows it", {{"jump_s", seconds(jump)}});
  return follow();
}

std::optional<std::chrono::microseconds> ServerClock::jump() const {
  if (!has_jumped_.load(std::memory_order_relaxed)) return std::nullopt;
  const std::scoped_lock lock(mutex_);
  return jump_;
}

}  // namespace vestnik
