// A few threads for work that blocks: storage reads, files. A coroutine awaits the work and resumes on its own core.
#pragma once

#include <boost/asio/thread_pool.hpp>
#include <concepts>
#include <cstddef>
#include <type_traits>
#include <utility>

#include "base/error.hpp"
#include "runtime/asio.hpp"
#include "runtime/gate.hpp"

namespace vestnik::runtime {

class BlockingPool {
 public:
  // At most `waiting_max` pieces of work wait or run at a time.
  BlockingPool(std::size_t threads, std::size_t waiting_max) : pool_(threads), gate_(waiting_max) {}

  // Runs `work`, a function that returns a Result, on the pool. Errors: resource_exhausted when too much is waiting,
  // unavailable after join(), and those of `work`; what it throws is thrown to the caller.
  template <std::invocable Work>
  Task<std::invoke_result_t<Work>> run(Work work) {
    using Result = std::invoke_result_t<Work>;
    auto pass = gate_.enter();
    if (!pass) co_return refused(pass.error());
    auto result = co_await asio::co_spawn(
        pool_,
        [pass = std::move(*pass),
         work = std::move(work)]() mutable -> asio::awaitable<Result, asio::thread_pool::executor_type> {
          const auto place = std::move(pass);  // given back when the work has ended, by an exception too
          co_return work();
        },
        kUseAwaitable);
    co_return result;
  }

  std::size_t waiting() const { return gate_.inside(); }

  // Finishes all work that was taken and joins the threads. Not from one of them.
  void join();

 private:
  static std::unexpected<Error> refused(Gate::Refusal refusal);

  asio::thread_pool pool_;
  Gate gate_;
};

}  // namespace vestnik::runtime
