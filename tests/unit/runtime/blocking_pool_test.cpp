#include "runtime/blocking_pool.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <exception>
#include <future>
#include <latch>
#include <memory>
#include <mutex>
#include <set>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "runtime/cores.hpp"

namespace vestnik::runtime {
namespace {

using namespace std::chrono_literals;

constexpr auto kPatience = 10s;  // only for what never happens

// The value of a future that must come.
template <typename T>
T must(std::future<T> future) {
  if (future.wait_for(kPatience) != std::future_status::ready) throw std::runtime_error("it never came");
  return future.get();
}

class BlockingPoolTest : public testing::Test {
 protected:
  BlockingPoolTest() { cores_.start(); }
  ~BlockingPoolTest() override { cores_.stop(); }

  // What a coroutine on the first core gets from the pool; exceptions come with it.
  template <typename Work>
  std::future<std::invoke_result_t<Work>> run(BlockingPool& pool, Work work) {
    auto answer = std::make_shared<std::promise<std::invoke_result_t<Work>>>();
    asio::co_spawn(
        cores_[0].context(), [&pool, work = std::move(work)]() mutable { return pool.run(std::move(work)); },
        [answer](std::exception_ptr thrown, std::invoke_result_t<Work> result) {
          thrown ? answer->set_exception(thrown) : answer->set_value(std::move(result));
        });
    return answer->get_future();
  }

  Cores cores_{1};
};

TEST_F(BlockingPoolTest, GivesBackWhatTheWorkReturns) {
  BlockingPool pool(1, 4);
  EXPECT_EQ(must(run(pool, [] { return Result<std::string>("read"); })), "read");
  const auto failed = must(run(pool, [] { return Result<int>(fail(ErrorCode::kNotFound, "nothing there")); }));
  ASSERT_FALSE(failed.has_value());
  EXPECT_EQ(failed.error().code, ErrorCode::kNotFound);
  EXPECT_EQ(failed.error().detail, "nothing there");
}

TEST_F(BlockingPoolTest, TakesWorkAndResultsThatCanOnlyBeMoved) {
  BlockingPool pool(1, 4);
  auto owned = std::make_unique<int>(7);
  const auto back =
      must(run(pool, [owned = std::move(owned)]() mutable { return Result<std::unique_ptr<int>>(std::move(owned)); }));
  EXPECT_EQ(**back, 7);
}

TEST_F(BlockingPoolTest, RunsOnItsOwnThreadAndResumesOnTheCore) {
  BlockingPool pool(1, 4);
  std::promise<std::vector<std::thread::id>> seen;
  asio::co_spawn(
      cores_[0].context(),
      [&]() -> Task<void> {
        std::vector threads = {std::this_thread::get_id()};
        const auto worker = co_await pool.run([] { return Result<std::thread::id>(std::this_thread::get_id()); });
        threads.push_back(*worker);
        threads.push_back(std::this_thread::get_id());
        seen.set_value(threads);
      },
      asio::detached);
  const auto threads = must(seen.get_future());
  EXPECT_NE(threads[1], threads[0]);
  EXPECT_EQ(threads[2], threads[0]);
}

TEST_F(BlockingPoolTest, LeavesTheCoreFreeWhileTheWorkBlocks) {
  BlockingPool pool(1, 4);
  std::promise<void> let_go;
  auto blocked = run(pool, [wait = let_go.get_future().share()] {
    wait.wait();
    return Result<int>(1);
  });
  std::promise<int> other;
  cores_[0].post([&] { other.set_value(2); });
  EXPECT_EQ(must(other.get_future()), 2);
  EXPECT_EQ(blocked.wait_for(0s), std::future_status::timeout);
  let_go.set_value();
  EXPECT_EQ(must(std::move(blocked)), 1);
}

TEST_F(BlockingPoolTest, UsesAllOfItsThreads) {
  BlockingPool pool(3, 8);
  std::latch all_there(3);
  const auto meet = [&] {
    all_there.arrive_and_wait();  // only three threads at once come past this
    return Result<std::thread::id>(std::this_thread::get_id());
  };
  auto a = run(pool, meet);
  auto b = run(pool, meet);
  auto c = run(pool, meet);
  EXPECT_EQ((std::set{*must(std::move(a)), *must(std::move(b)), *must(std::move(c))}.size()), 3u);
}

TEST_F(BlockingPoolTest, RefusesWhatIsTooMuchAndTakesWorkAgainAfterwards) {
  BlockingPool pool(1, 2);
  std::promise<void> let_go;
  const auto wait = [wait = let_go.get_future().share()] {
    wait.wait();
    return Result<int>(1);
  };
  auto first = run(pool, wait);
  auto second = run(pool, wait);
  const auto third = must(run(pool, wait));
  ASSERT_FALSE(third.has_value());
  EXPECT_EQ(third.error().code, ErrorCode::kResourceExhausted);
  EXPECT_GT(third.error().retry_after, 0s);
  EXPECT_EQ(pool.waiting(), 2u);
  let_go.set_value();
  EXPECT_EQ(must(std::move(first)), 1);
  EXPECT_EQ(must(std::move(second)), 1);
  EXPECT_EQ(pool.waiting(), 0u);
  EXPECT_EQ(must(run(pool, wait)), 1);
}

TEST_F(BlockingPoolTest, AnExceptionReachesTheCallerAndGivesThePlaceBack) {
  BlockingPool pool(1, 2);
  for (int i = 0; i < 5; ++i) {
    auto thrown = run(pool, []() -> Result<int> { throw std::runtime_error("a bug"); });
    EXPECT_THROW(must(std::move(thrown)), std::runtime_error) << i;
  }
  EXPECT_EQ(pool.waiting(), 0u);
  EXPECT_EQ(must(run(pool, [] { return Result<int>(1); })), 1);
}

TEST_F(BlockingPoolTest, JoinFinishesWhatWasTaken) {
  BlockingPool pool(2, 100);
  std::atomic<int> done = 0;
  std::vector<std::future<Result<int>>> answers;
  for (int i = 0; i < 50; ++i) {
    answers.push_back(run(pool, [&done] { return Result<int>(++done); }));
  }
  std::promise<void> all_taken;  // the core has begun all of them before this
  cores_[0].post([&] { all_taken.set_value(); });
  must(all_taken.get_future());
  pool.join();
  EXPECT_EQ(done, 50);
  for (auto& answer : answers) EXPECT_TRUE(must(std::move(answer)).has_value());
}

TEST_F(BlockingPoolTest, WorkAfterJoinIsRefusedAndDoesNotWaitForEver) {
  BlockingPool pool(1, 4);
  pool.join();
  const auto late = must(run(pool, [] { return Result<int>(1); }));
  ASSERT_FALSE(late.has_value());
  EXPECT_EQ(late.error().code, ErrorCode::kUnavailable);
  EXPECT_GT(late.error().retry_after, 0s);
  pool.join();
}

// Work that has its place but is not with the pool yet, until join() returns or a moment has passed.
struct OnItsWay {
  struct Shared {
    BlockingPool& pool;
    std::promise<void> has_place = {};
    std::promise<void> joined = {};
    std::once_flag waited = {};
  };

  explicit OnItsWay(Shared& s) : shared(&s) {}
  OnItsWay(OnItsWay&& other) noexcept : shared(other.shared) {
    if (shared->pool.waiting() == 0) return;
    std::call_once(shared->waited, [this] {
      shared->has_place.set_value();
      shared->joined.get_future().wait_for(50ms);
    });
  }
  Result<int> operator()() const { return 1; }

  Shared* shared;
};

TEST_F(BlockingPoolTest, JoinWaitsForWorkThatIsOnItsWay) {
  BlockingPool pool(1, 4);
  OnItsWay::Shared shared{pool};
  auto answer = run(pool, OnItsWay(shared));
  must(shared.has_place.get_future());
  pool.join();
  shared.joined.set_value();
  EXPECT_EQ(must(std::move(answer)), 1);
}

TEST_F(BlockingPoolTest, EveryCallIsAnsweredWhileThePoolEnds) {
  for (int round = 0; round < 20; ++round) {
    BlockingPool pool(2, 1'000);
    std::atomic<bool> begun = false;
    std::vector<std::future<Result<int>>> answers;
    std::jthread caller([&] {
      for (int i = 0; i < 200; ++i) {
        answers.push_back(run(pool, [] { return Result<int>(1); }));
        begun = true;
      }
    });
    while (!begun) std::this_thread::yield();
    pool.join();
    caller.join();
    for (auto& answer : answers) {
      const auto result = must(std::move(answer));
      EXPECT_TRUE(result.has_value() || result.error().code == ErrorCode::kUnavailable);
    }
  }
}

}  // namespace
}  // namespace vestnik::runtime
