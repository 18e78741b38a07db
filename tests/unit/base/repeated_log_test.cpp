// One line for each cause, then counts, in virtual time.
#include "base/repeated_log.hpp"

#include <fmt/core.h>
#include <gmock/gmock.h>

#include <string>
#include <variant>
#include <vector>

namespace vestnik {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

std::vector<std::string> lines;  // NOLINT: what is written goes through a plain function

void write(std::string_view event, log::Fields fields) {
  std::string line(event);
  for (const auto& [key, value] : fields) {
    if (const auto* text = std::get_if<std::string_view>(&value.held)) line += fmt::format(" {}={}", key, *text);
    if (const auto* number = std::get_if<std::int64_t>(&value.held)) line += fmt::format(" {}={}", key, *number);
  }
  lines.push_back(line);
}

class RepeatedLogTest : public testing::Test {
 protected:
  RepeatedLogTest() { lines.clear(); }
  std::vector<std::string> take() { return std::exchange(lines, {}); }

  RepeatedLog::Steady::time_point now_{};
  RepeatedLog log_{write, "it failed", 1min, [this] { return now_; }};
};

TEST_F(RepeatedLogTest, TellsEachCauseOnceAtOnce) {
  for (int i = 0; i < 1'000; ++i) log_.note("disk full");
  log_.note("disk broken");
  EXPECT_THAT(take(), ElementsAre("it failed cause=disk full", "it failed cause=disk broken"));
}

TEST_F(RepeatedLogTest, TellsHowOftenItHappenedAgain) {
  for (int i = 0; i < 1'000; ++i) log_.note("disk full");
  take();
  now_ += 59s;
  log_.tell_counts();
  EXPECT_THAT(take(), IsEmpty());
  now_ += 1s;
  log_.tell_counts();
  log_.tell_counts();
  EXPECT_THAT(take(), ElementsAre("it failed cause=disk full times=999"));
  log_.note("disk full");
  EXPECT_THAT(take(), IsEmpty()) << "it is still the same";
  now_ += 1min;
  log_.tell_counts();
  EXPECT_THAT(take(), ElementsAre("it failed cause=disk full times=1"));
}

TEST_F(RepeatedLogTest, BeginsAnewAfterAPause) {
  log_.note("disk full");
  now_ += 1min;
  log_.tell_counts();
  take();
  log_.note("disk full");
  EXPECT_THAT(take(), ElementsAre("it failed cause=disk full"));
}

TEST_F(RepeatedLogTest, IsBoundedHoweverManyCausesThereAre) {
  for (int i = 0; i < 1'000; ++i) log_.note(fmt::format("cause {}", i));
  EXPECT_EQ(take().size(), 33U);
  now_ += 1min;
  log_.tell_counts();
  EXPECT_THAT(take(), ElementsAre("it failed cause=other causes times=967"));
}

}  // namespace
}  // namespace vestnik
