// Reads of the storage that many want at the same time are made once: who asks while one is under way, or a moment
// later, gets the same answer.
#pragma once

#include <boost/asio/async_result.hpp>
#include <chrono>
#include <cstddef>
#include <exception>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include "base/error.hpp"
#include "base/metrics.hpp"
#include "runtime/blocking_pool.hpp"
#include "runtime/cores.hpp"

namespace vestnik::api {

// Any thread. Outlives the cores on which it is asked.
template <typename Key, typename Value>
class SharedReads {
 public:
  // `reads` counts those that were made.
  SharedReads(runtime::BlockingPool& pool, Counter& reads) : pool_(pool), reads_(reads) {}

  // What `read`, a function that returns a Result<Value>, gives on the pool, or gave less than a second ago if that is
  // still `good(value)`. On `core`. Errors: those of `read` and of the pool.
  template <typename Read, typename Good>
  Task<Result<Value>> get(runtime::Core& core, Key key, Read read, Good good) {
    // Whoever finds nothing makes the entry and reads; all others wait for the end of that.
    auto given =
        co_await asio::async_initiate<const asio::use_awaitable_t<Executor>, void(std::optional<Result<Value>>)>(
            [this, &core, &key, &good](auto handler) {
              auto resume = [&core, handler = std::move(handler)](std::optional<Result<Value>> result) mutable {
                core.post([handler = std::move(handler), result = std::move(result)]() mutable {
                  std::move(handler)(std::move(result));
                });
              };
              std::unique_lock lock(mutex_);
              const auto [found, is_new] = entries_.try_emplace(key);
              Entry& entry = found->second;
              if (!is_new && !entry.value) return entry.waiting.push_back(std::move(resume));
              if (entry.value && !good(*entry.value)) entry.value.reset();
              std::optional<Result<Value>> result;
              if (entry.value) result.emplace(*entry.value);
              lock.unlock();
              resume(std::move(result));
            },
            kUseAwaitable);
    if (given) co_return *std::move(given);

    reads_.add();
    Result<Value> result = fail(ErrorCode::kInternal, "the storage could not be read");
    std::exception_ptr bug;
    try {
      result = co_await pool_.run(std::move(read));
    } catch (...) {
      bug = std::current_exception();  // not before those who wait have been told
    }
    finish(key, result);
    if (bug) std::rethrow_exception(bug);
    if (result) asio::co_spawn(core.context(), forget_later(std::move(key)), asio::detached);
    co_return result;
  }

 private:
  static constexpr std::chrono::seconds kKeptFor{1};
  static constexpr std::size_t kKeptMax = 64;

  struct Entry {
    std::optional<Value> value;  // absent while it is read
    std::vector<std::move_only_function<void(std::optional<Result<Value>>)>> waiting;
  };

  void finish(const Key& key, const Result<Value>& result) {
    std::unique_lock lock(mutex_);
    const auto found = entries_.find(key);
    auto waiting = std::move(found->second.waiting);
    if (result && entries_.size() <= kKeptMax) {
      found->second.value = *result;
    } else {
      entries_.erase(found);
    }
    lock.unlock();
    for (auto& resume : waiting) resume(result);
  }

  Task<void> forget_later(Key key) {
    asio::steady_timer timer(co_await asio::this_coro::executor, kKeptFor);
    co_await timer.async_wait(kUseAwaitable);
    forget(key);
  }

  void forget(const Key& key) {
    const std::scoped_lock lock(mutex_);
    const auto found = entries_.find(key);
    if (found != entries_.end() && found->second.value) entries_.erase(found);
  }

  runtime::BlockingPool& pool_;
  Counter& reads_;
  std::mutex mutex_;
  std::map<Key, Entry> entries_;
};

}  // namespace vestnik::api
