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
  // and those of `work`.
  template <std::invocable Work>
  Task<std::invoke_result_t<Work>> run(Work work) {
    if (waiting_.fetch_add(1, std::memory_order_relaxed) >= waiting_max_) {
      waiting_.fetch_sub(1, std::memory_order_relaxed);
      co_return busy();
    }
    auto result = co_await asio::co_spawn(
        pool_,
        [this, work = std::move(work)]() mutable -> Task<std::invoke_result_t<Work>> {
          auto done = work();
          waiting_.fetch_sub(1, std::memory_order_relaxed);
          co_return done;
        },
        asio::use_awaitable);
    co_return result;
  }

  std::size_t waiting() const { return waiting_.load(std::memory_order_relaxed); }

  // Finishes all work that was taken and joins the threads.
  void join() { pool_.join(); }

 private:
  static std::unexpected<Error> busy();

  asio::thread_pool pool_;
  std::size_t waiting_max_;
  std::atomic<std::size_t> waiting_{0};
};

}  // namespace vestnik::runtime
