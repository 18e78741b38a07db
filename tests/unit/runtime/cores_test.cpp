#include "runtime/cores.hpp"

#include <gtest/gtest.h>
#include <pthread.h>
#include <sched.h>

#include <atomic>
#include <chrono>
#include <future>
#include <memory>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

#include "base/log.hpp"

namespace vestnik::runtime {
namespace {

using namespace std::chrono_literals;

constexpr auto kPatience = 10s;  // only for what never happens

// What `ask` answers on the core.
template <typename Ask>
auto on(Core& core, Ask ask) {
  std::packaged_task<std::invoke_result_t<Ask>()> task(std::move(ask));
  auto answer = task.get_future();
  core.post([&task] { task(); });
  if (answer.wait_for(kPatience) != std::future_status::ready) throw std::runtime_error("the core does not run");
  return answer.get();
}

TEST(Cores, AreAsManyAsAskedFor) {
  Cores cores(3);
  ASSERT_EQ(cores.size(), 3u);
  for (std::size_t i = 0; i < 3; ++i) EXPECT_EQ(cores[i].index(), i);
}

TEST(Cores, AreByDefaultAsManyAsTheProcessorsOfTheProcess) {
  cpu_set_t usable;
  ASSERT_EQ(sched_getaffinity(0, sizeof(usable), &usable), 0);
  EXPECT_EQ(Cores(0).size(), static_cast<std::size_t>(CPU_COUNT(&usable)));
}

TEST(Cores, RunWhatIsPostedOnTheirOwnThread) {
  Cores cores(3);
  cores.start();
  std::set<std::thread::id> threads = {std::this_thread::get_id()};
  for (std::size_t i = 0; i < cores.size(); ++i) {
    const auto first = on(cores[i], [] { return std::this_thread::get_id(); });
    EXPECT_TRUE(threads.insert(first).second) << "core " << i << " shares its thread";
    EXPECT_EQ(on(cores[i], [] { return std::this_thread::get_id(); }), first);
    EXPECT_TRUE(on(cores[i], [&] { return cores[i].executor().running_in_this_thread(); }));
    EXPECT_FALSE(on(cores[i], [&] { return cores[(i + 1) % cores.size()].executor().running_in_this_thread(); }));
  }
}

TEST(Cores, HaveTheirNumberInTheNameOfTheirThread) {
  Cores cores(2);
  cores.start();
  for (std::size_t i = 0; i < cores.size(); ++i) {
    EXPECT_EQ(on(cores[i],
                 [] {
                   char name[16];
                   pthread_getname_np(pthread_self(), name, sizeof(name));
                   return std::string(name);
                 }),
              "core-" + std::to_string(i));
  }
}

TEST(Cores, RunWhatOneThreadPostsInItsOrder) {
  constexpr int kThreads = 4;
  constexpr int kEach = 500;
  Cores cores(1);
  std::vector<std::vector<int>> seen(kThreads);  // of the core
  cores.start();
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < kThreads; ++t) {
      threads.emplace_back([&, t] {
        for (int i = 0; i < kEach; ++i) {
          cores[0].post([&, t, i] { seen[static_cast<std::size_t>(t)].push_back(i); });
        }
      });
    }
  }
  on(cores[0], [] {});
  for (const auto& order : seen) {
    ASSERT_EQ(order.size(), static_cast<std::size_t>(kEach));
    EXPECT_TRUE(std::ranges::is_sorted(order));
  }
}

TEST(Cores, RunAfterStartWhatWasPostedBefore) {
  Cores cores(1);
  std::promise<void> ran;
  cores[0].post([&] { ran.set_value(); });
  EXPECT_EQ(ran.get_future().wait_for(0s), std::future_status::timeout);
  cores.start();
  on(cores[0], [] {});
}

TEST(Cores, WaitForWorkWhenThereIsNone) {
  Cores cores(1);
  cores.start();
  on(cores[0], [] {});
  on(cores[0], [] {});  // the loop did not end in between
}

TEST(Cores, GoOnAfterAnExceptionOfOneHandler) {
  log::start(log::Level::kOff, log::Format::kText);
  Cores cores(1);
  cores.start();
  const auto before = on(cores[0], [] { return std::this_thread::get_id(); });
  cores[0].post([] { throw std::runtime_error("a bug"); });
  EXPECT_EQ(on(cores[0], [] { return std::this_thread::get_id(); }), before);
  log::start(log::Level::kInfo, log::Format::kText);
}

TEST(Cores, SweepEveryQuarterOfASecond) {
  struct Looked final : Swept {
    void sweep(SteadyTime) override {
      if (++count == 2) twice.set_value();
    }
    int count = 0;
    std::promise<void> twice;
  };
  Cores cores(1);
  Looked looked;
  cores[0].sweeper().add(looked);
  const auto begun = std::chrono::steady_clock::now();
  cores.start();
  EXPECT_EQ(looked.twice.get_future().wait_for(kPatience), std::future_status::ready);
  EXPECT_GE(std::chrono::steady_clock::now() - begun, 2 * Sweeper::kInterval);
  cores.stop();
}

TEST(Cores, StopWaitsForWhatIsRunning) {
  Cores cores(1);
  cores.start();
  std::promise<void> entered;
  std::atomic<bool> stopping = false;
  std::atomic<bool> left = false;
  cores[0].post([&] {
    entered.set_value();
    while (!stopping) std::this_thread::yield();
    left = true;
  });
  entered.get_future().wait();
  std::jthread other([&] { stopping = true; });
  cores.stop();
  EXPECT_TRUE(left);
}

TEST(Cores, StopDropsWhatWasNotRun) {
  const auto held = std::make_shared<int>();
  std::atomic<bool> ran = false;
  {
    Cores cores(2);
    cores.start();
    cores.stop();
    cores[0].post([held, &ran] { ran = true; });
    EXPECT_EQ(held.use_count(), 2);
    cores.stop();
  }
  EXPECT_FALSE(ran);
  EXPECT_EQ(held.use_count(), 1);
}

TEST(Cores, CanBeStoppedWithoutAStart) {
  Cores cores(2);
  cores.stop();
  cores.stop();
}

}  // namespace
}  // namespace vestnik::runtime
