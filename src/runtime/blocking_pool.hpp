// A few threads for work that blocks: storage reads, files. A coroutine awaits the work and resumes on its own core.
#pragma once

#include <atomic>
#include <boost/asio/thread_pool.hpp>
#include <concepts>
#include <cstddef>
#include <type_traits>

#include "base/error.hpp"
#include "runtime/asio.hpp"

namespace vestnik::runtime {

class BlockingPool {
 public:
  // At most `waiting_max` pieces of work wait or run at a time.
  BlockingPool(std::size_t threads, std::size_t waiting_max) : pool_(threads), waiting_max_(waiting_max) {}

  // Runs `work`, a function that returns a Result, on the pool. Errors: resource_exhausted when too much is waiting,
  // unavailable after join(), and those of `work`; what it throws is thrown to the caller.
  template <std::invocable Work>
  Task<std::invoke_result_t<Work>> run(Work work) {
    if (auto entered = enter(); !entered) co_return std::unexpected(std::move(entered.error()));
    auto result = co_await asio::co_spawn(
        pool_,
        [this, work = std::move(work)]() mutable -> Task<std::invoke_result_t<Work>> {
          const Place place{*this};
          co_return work();
        },
        asio::use_awaitable);
    co_return result;
  }

  std::size_t waiting() const { return waiting_.load(std::memory_order_relaxed); }

  // Finishes all work that was taken and joins the threads. Not from one of them.
  void join();

 private:
  // Given back when the work has ended, by an exception too.
  struct Place {
    BlockingPool& pool;
    ~Place() { pool.leave(); }
  };

  Result<void> enter();
  void leave();

  asio::thread_pool pool_;
  std::size_t waiting_max_;
  std::atomic<std::size_t> waiting_{0};
  std::atomic<bool> joined_{false};
};

}  // namespace vestnik::runtime
