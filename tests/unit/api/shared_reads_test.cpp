// Reads that many share, on real cores and a real pool.
#include "api/shared_reads.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <future>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace vestnik::api {
namespace {

using namespace std::chrono_literals;

constexpr auto kPatience = 20s;

class SharedReadsTest : public testing::Test {
 protected:
  using Read = std::function<Result<std::string>()>;
  using Good = std::function<bool(const std::string&)>;
  using Answer = std::future<Result<std::string>>;

  SharedReadsTest() { cores_.start(); }
  ~SharedReadsTest() override {
    pool_.join();
    cores_.stop();
  }

  Answer ask(int key, Read read, std::size_t core = 0, Good good = [](const std::string&) { return true; }) {
    auto promise = std::make_shared<std::promise<Result<std::string>>>();
    auto answer = promise->get_future();
    asio::co_spawn(
        cores_[core].context(),
        [this, key, read = std::move(read), good = std::move(good), &core = cores_[core]]() mutable {
          return reads_.get(core, key, std::move(read), std::move(good));
        },
        [promise](const std::exception_ptr& bug, Result<std::string> result) {
          bug ? promise->set_exception(bug) : promise->set_value(std::move(result));
        });
    return answer;
  }
  static Result<std::string> take(Answer& answer) {
    if (answer.wait_for(kPatience) != std::future_status::ready) throw std::runtime_error("no answer");
    return answer.get();
  }
  std::int64_t made() const { return count_.value(); }

  // A read that waits until the test lets it go.
  Read held(const Result<std::string>& result) {
    return [this, result] {
      begun_.set_value();
      let_go_.get_future().wait_for(kPatience);
      return result;
    };
  }

  std::promise<void> begun_, let_go_;
  runtime::Cores cores_{2};
  runtime::BlockingPool pool_{2, 100};
  Counter count_;
  SharedReads<int, std::string> reads_{pool_, count_};
};

TEST_F(SharedReadsTest, AreMadeOnceForAllWhoAskAtTheSameTime) {
  std::vector<Answer> answers;
  answers.push_back(ask(1, held("first")));
  begun_.get_future().wait_for(kPatience);
  for (std::size_t i = 0; i < 1'000; ++i) answers.push_back(ask(1, [] { return "another"; }, i % 2));
  for (const int core : {0, 1}) {
    auto other = ask(2 + core, [] { return "asked behind them on the same core"; }, static_cast<std::size_t>(core));
    EXPECT_TRUE(take(other).has_value());
  }
  let_go_.set_value();
  for (Answer& answer : answers) EXPECT_EQ(*take(answer), "first");
  EXPECT_EQ(made(), 1 + 2);
}

TEST_F(SharedReadsTest, AreOfTheirOwnKey) {
  auto one = ask(1, [] { return "one"; });
  auto two = ask(2, [] { return "two"; }, 1);
  EXPECT_EQ(*take(one), "one");
  EXPECT_EQ(*take(two), "two");
  EXPECT_EQ(made(), 2);
}

TEST_F(SharedReadsTest, AreMadeAgainWhenTheAnswerIsNotGoodAnyMore) {
  int key = 0;
  std::string kept;
  while (kept != "old" && key < 10) {  // a test that has to wait for the processor may ask too late
    ++key;
    auto first = ask(key, [] { return "old"; });
    EXPECT_EQ(*take(first), "old");
    auto again = ask(key, [] { return "new"; });
    kept = *take(again);
  }
  EXPECT_EQ(kept, "old");
  const auto made_before = made();
  auto second = ask(key, [] { return "new"; }, 0, [](const std::string& value) { return value != "old"; });
  EXPECT_EQ(*take(second), "new");
  EXPECT_EQ(made(), made_before + 1);
}

TEST_F(SharedReadsTest, AreForgottenAMomentLater) {
  auto first = ask(1, [] { return "old"; });
  EXPECT_EQ(*take(first), "old");
  const auto end = std::chrono::steady_clock::now() + kPatience;
  std::string answer = "old";
  while (answer == "old" && std::chrono::steady_clock::now() < end) {
    auto again = ask(1, [] { return "new"; });
    answer = *take(again);
  }
  EXPECT_EQ(answer, "new");
  EXPECT_EQ(made(), 2);
}

TEST_F(SharedReadsTest, TellTheirErrorToAllAndKeepItNot) {
  auto first = ask(1, held(fail(ErrorCode::kUnavailable, "the disk is full")));
  begun_.get_future().wait_for(kPatience);
  auto second = ask(1, [] { return "not asked"; });
  auto other = ask(2, [] { return "asked behind it on the same core"; });
  EXPECT_TRUE(take(other).has_value());
  let_go_.set_value();
  EXPECT_EQ(take(first).error().code, ErrorCode::kUnavailable);
  EXPECT_EQ(take(second).error().code, ErrorCode::kUnavailable);
  auto later = ask(1, [] { return "there again"; });
  EXPECT_EQ(*take(later), "there again");
}

TEST_F(SharedReadsTest, ThatThrowLeaveNobodyWaiting) {
  auto first = ask(1, [this]() -> Result<std::string> {
    begun_.set_value();
    let_go_.get_future().wait_for(kPatience);
    throw std::runtime_error("a bug");
  });
  begun_.get_future().wait_for(kPatience);
  auto second = ask(1, [] { return "not asked"; });
  auto other = ask(2, [] { return "asked behind it on the same core"; });
  EXPECT_TRUE(take(other).has_value());
  let_go_.set_value();
  EXPECT_THROW(take(first), std::runtime_error);
  EXPECT_EQ(take(second).error().code, ErrorCode::kInternal);
}

}  // namespace
}  // namespace vestnik::api
