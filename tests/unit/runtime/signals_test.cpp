#include "runtime/signals.hpp"

#include <gtest/gtest.h>
#include <pthread.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <thread>

namespace vestnik::runtime {
namespace {

using namespace std::chrono_literals;

constexpr auto kPatience = 10s;  // only for what never happens

// Each case in its own process: what Signals changes stays changed.
class SignalsTest : public testing::Test {
 protected:
  SignalsTest() { GTEST_FLAG_SET(death_test_style, "threadsafe"); }
};

TEST_F(SignalsTest, WaitGivesTheNumberOfWhatCame) {
  for (const int number : {SIGTERM, SIGINT}) {
    EXPECT_EXIT(
        {
          Signals signals;
          kill(getpid(), number);
          std::_Exit(signals.wait(kPatience));
        },
        testing::ExitedWithCode(number), "");
  }
}

TEST_F(SignalsTest, ASignalEndsAWaitThatHasBegun) {
  EXPECT_EXIT(
      {
        Signals signals;
        std::thread sender([] {
          std::this_thread::sleep_for(50ms);
          kill(getpid(), SIGTERM);
        });
        const int number = signals.wait(kPatience);
        sender.join();
        std::_Exit(number);
      },
      testing::ExitedWithCode(SIGTERM), "");
}

TEST_F(SignalsTest, WaitGivesZeroWhenTheTimeIsOver) {
  EXPECT_EXIT(
      {
        Signals signals;
        const auto begun = std::chrono::steady_clock::now();
        const int number = signals.wait(60ms);
        const bool in_time = std::chrono::steady_clock::now() - begun >= 60ms;
        std::_Exit(number == 0 && in_time ? 0 : 1);
      },
      testing::ExitedWithCode(0), "");
}

TEST_F(SignalsTest, ASecondSignalIsSeenToo) {
  EXPECT_EXIT(
      {
        Signals signals;
        kill(getpid(), SIGTERM);
        const int first = signals.wait(kPatience);
        kill(getpid(), SIGTERM);
        const int second = signals.wait(kPatience);
        std::_Exit(first == SIGTERM && second == SIGTERM && signals.wait(0ms) == 0 ? 0 : 1);
      },
      testing::ExitedWithCode(0), "");
}

TEST_F(SignalsTest, ThreadsThatAreStartedLaterDoNotTakeThem) {
  EXPECT_EXIT(
      {
        Signals signals;
        sigset_t blocked{};
        std::thread([&] { pthread_sigmask(SIG_BLOCK, nullptr, &blocked); }).join();
        std::_Exit(sigismember(&blocked, SIGTERM) == 1 && sigismember(&blocked, SIGINT) == 1 &&
                           sigismember(&blocked, SIGUSR1) == 0
                       ? 0
                       : 1);
      },
      testing::ExitedWithCode(0), "");
}

TEST_F(SignalsTest, WritingToAClosedPipeDoesNotEndTheProcess) {
  EXPECT_EXIT(
      {
        Signals signals;
        int ends[2];
        if (pipe(ends) != 0) std::_Exit(1);
        close(ends[0]);
        std::_Exit(write(ends[1], "x", 1) == -1 && errno == EPIPE ? 0 : 2);
      },
      testing::ExitedWithCode(0), "");
}

}  // namespace
}  // namespace vestnik::runtime
