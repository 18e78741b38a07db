#include "runtime/turns.hpp"

#include <fmt/format.h>

#include <chrono>

namespace vestnik::runtime {

Task<Result<Turns::Turn>> Turns::take(std::optional<Key> key) {
  if (is_full(key)) {
    co_return std::unexpected(
        Error{.code = ErrorCode::kResourceExhausted,
              .detail = fmt::format("{} of yours are waiting already; wait for their answers", limits_.waiting_each),
              .retry_after = std::chrono::seconds(1)});
  }
  co_await asio::async_initiate<const asio::use_awaitable_t<Executor>, void()>(
      [this, key](auto handler) {
        enter(key, [handler = std::move(handler)]() mutable {
          const auto executor = asio::get_associated_executor(handler);
          asio::post(executor, std::move(handler));
        });
      },
      kUseAwaitable);
  co_return Turn(*this, key);
}

bool Turns::is_full(std::optional<Key> key) {
  if (!key) return false;
  const std::scoped_lock lock(mutex_);
  const auto lane = lanes_.find(key);
  return lane != lanes_.end() && lane->second.waiting.size() >= limits_.waiting_each;
}

void Turns::enter(std::optional<Key> key, Begin begin) {
  std::vector<Begin> beginning;
  {
    const std::scoped_lock lock(mutex_);
    Lane& lane = lanes_[key];
    lane.waiting.push_back(std::move(begin));
    offer(key, lane);
    beginning = next();
  }
  for (Begin& each : beginning) each();
}

void Turns::give_back(std::optional<Key> key) {
  std::vector<Begin> beginning;
  {
    const std::scoped_lock lock(mutex_);
    const auto lane = lanes_.find(key);
    --running_;
    --lane->second.running;
    offer(key, lane->second);
    if (lane->second.running == 0 && lane->second.waiting.empty()) lanes_.erase(lane);
    beginning = next();
  }
  for (Begin& each : beginning) each();
}

void Turns::offer(std::optional<Key> key, Lane& lane) {
  const std::size_t at_once = key ? limits_.at_once_each : limits_.at_once;
  if (lane.is_in_ring || lane.waiting.empty() || lane.running >= at_once) return;
  lane.is_in_ring = true;
  ring_.push_back(key);
}

std::vector<Turns::Begin> Turns::next() {
  std::vector<Begin> beginning;
  while (running_ < limits_.at_once && !ring_.empty()) {
    const std::optional<Key> key = ring_.front();
    ring_.pop_front();
    Lane& lane = lanes_.at(key);
    lane.is_in_ring = false;
    beginning.push_back(std::move(lane.waiting.front()));
    lane.waiting.pop_front();
    ++lane.running;
    ++running_;
    offer(key, lane);
  }
  return beginning;
}

}  // namespace vestnik::runtime
