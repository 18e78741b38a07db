#include "base/log.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <simdjson.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <sstream>
#include <thread>
#include <vector>

#include "base/clock.hpp"
#include "base/text.hpp"
#include "unit/base/utf8_model.hpp"

namespace vestnik::log {
namespace {

using namespace std::string_view_literals;
using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;
using testing::SizeIs;

// The lines that `act` writes to standard error.
std::vector<std::string> lines_of(const std::function<void()>& act) {
  testing::internal::CaptureStderr();
  act();
  std::istringstream text(testing::internal::GetCapturedStderr());
  std::vector<std::string> lines;
  for (std::string line; std::getline(text, line);) lines.push_back(line);
  return lines;
}

std::string line_of(std::string_view event, Fields fields) {
  const auto lines = lines_of([&] { info(event, fields); });
  return lines.size() == 1 ? lines[0] : "not one line but " + std::to_string(lines.size());
}

// The members of an object without arrays or objects: texts as they are, the rest as JSON. Refuses all that is no JSON.
std::vector<std::pair<std::string, std::string>> members_of(std::string_view json) {
  simdjson::dom::parser parser;
  std::vector<std::pair<std::string, std::string>> members;
  for (const auto member : simdjson::dom::object(parser.parse(json))) {
    std::string_view text;
    members.emplace_back(
        member.key, member.value.get(text) == simdjson::SUCCESS ? std::string(text) : simdjson::minify(member.value));
  }
  return members;
}

class LogTest : public testing::Test {
 protected:
  void TearDown() override { start(Level::kInfo, Format::kText); }
};

using JsonLog = LogTest;
using TextLog = LogTest;

TEST_F(JsonLog, IsOneObjectALine) {
  start(Level::kDebug, Format::kJson);
  const Time before = system_now();
  const auto members = members_of(line_of("batch committed", {{"messages", 17}, {"room", "lobby"}}));
  ASSERT_THAT(members, SizeIs(5));
  EXPECT_EQ(members[0].first, "time");
  const auto time = parse_rfc3339(members[0].second);
  ASSERT_TRUE(time.has_value()) << members[0].second;
  EXPECT_GE(*time, before);
  EXPECT_LE(*time, system_now());
  EXPECT_THAT(std::vector(members.begin() + 1, members.end()),
              ElementsAre(Pair("level", "info"), Pair("event", "batch committed"), Pair("messages", "17"),
                          Pair("room", "lobby")));
}

TEST_F(JsonLog, KeepsTheTypeOfEveryValue) {
  start(Level::kDebug, Format::kJson);
  const std::string name = "a string";
  const auto line = line_of("e", {{"string", name},
                                  {"view", std::string_view(name).substr(2)},
                                  {"literal", "17"},
                                  {"yes", true},
                                  {"no", false},
                                  {"least", std::numeric_limits<std::int64_t>::min()},
                                  {"size", std::size_t{4'000'000'000}},
                                  {"ms", 1.23456},
                                  {"nan", std::nan("")},
                                  {"infinite", -std::numeric_limits<double>::infinity()}});
  EXPECT_THAT(line,
              EndsWith(R"("string":"a string","view":"string","literal":"17","yes":true,"no":false,)"
                       R"("least":-9223372036854775808,"size":4000000000,"ms":1.235,"nan":null,"infinite":null})"));
  members_of(line);
}

TEST_F(JsonLog, GivesBackAnyTextThatIsUtf8) {
  start(Level::kDebug, Format::kJson);
  for (const auto hostile :
       {""sv, "\""sv, "\\"sv, "\\\""sv, "a\nb"sv, "a\r\nb"sv, "{}"sv, "{0} {:d} %s %v"sv, "\0x"sv, "\x1B[2J"sv,
        "\x7F"sv, "\xE2\x80\xA8"sv, "Привет"sv, "\xF0\x9F\x91\x8B"sv, R"(","level":"error)"sv, "</script>"sv}) {
    const auto members = members_of(line_of(hostile, {{"key", hostile}}));
    EXPECT_EQ(members.at(2).second, hostile);
    EXPECT_EQ(members.at(3).second, hostile);
  }
  for (int byte = 0; byte < 0x80; ++byte) {
    const std::string text = {'a', static_cast<char>(byte), 'b'};
    EXPECT_EQ(members_of(line_of("e", {{"key", text}})).at(3).second, text) << byte;
  }
}

TEST_F(JsonLog, ReplacesWhatIsNotUtf8) {
  start(Level::kDebug, Format::kJson);
  EXPECT_EQ(members_of(line_of("e", {{"key", "a\xFFz"}})).at(3).second, "a\xEF\xBF\xBDz");
  EXPECT_EQ(members_of(line_of("\xC0\x80", {})).at(2).second, "\xEF\xBF\xBD\xEF\xBF\xBD");
}

TEST_F(JsonLog, IsJsonWhateverBytesAreLogged) {
  start(Level::kDebug, Format::kJson);
  EXPECT_TRUE(rc::check("any bytes give one line of JSON", [] {
    const auto event = *rc::gen::arbitrary<std::string>();
    const auto key = *rc::gen::arbitrary<std::string>();
    const auto value = *rc::gen::arbitrary<std::string>();
    const auto members = members_of(line_of(event, {{key, value}}));
    RC_ASSERT(members.size() == 4u);
    if (count_by_definition(value)) RC_ASSERT(members[3].second == value);
  }));
}

TEST_F(LogTest, WritesNothingBelowItsLevel) {
  constexpr Level kLevels[] = {Level::kDebug, Level::kInfo, Level::kWarn, Level::kError};
  for (const Level level : {Level::kDebug, Level::kInfo, Level::kWarn, Level::kError, Level::kOff}) {
    start(level, Format::kJson);
    const auto lines = lines_of([] {
      debug("to all");
      info("to all");
      warn("to all");
      error("to all");
    });
    ASSERT_EQ(lines.size(), static_cast<std::size_t>(Level::kOff) - static_cast<std::size_t>(level));
    constexpr std::string_view kNames[] = {"debug", "info", "warn", "error"};
    for (std::size_t i = 0; i < lines.size(); ++i) {
      EXPECT_EQ(members_of(lines[i]).at(1).second, kNames[static_cast<std::size_t>(level) + i]);
    }
    for (const Level asked : kLevels) EXPECT_EQ(enabled(asked), asked >= level);
  }
}

TEST_F(TextLog, IsOneLineForPeople) {
  start(Level::kInfo, Format::kText);
  const auto line =
      line_of("ready", {{"port", 5000}, {"orderly", true}, {"seconds", 0.25}, {"store", "sqlite:data/a.db"}});
  EXPECT_THAT(line, HasSubstr("info"));
  EXPECT_THAT(line, EndsWith("ready  port=5000  orderly=true  seconds=0.250  store=sqlite:data/a.db"));
}

TEST_F(TextLog, QuotesWhatWouldNotBeReadBackAsOneValue) {
  start(Level::kInfo, Format::kText);
  EXPECT_THAT(line_of("e", {{"k", ""}}), EndsWith(R"(e  k="")"));
  EXPECT_THAT(line_of("e", {{"k", "two words"}}), EndsWith(R"(e  k="two words")"));
  EXPECT_THAT(line_of("e", {{"k", "a=b"}}), EndsWith(R"(e  k="a=b")"));
  EXPECT_THAT(line_of("e", {{"k", "say \"hi\""}}), EndsWith(R"(e  k="say \"hi\"")"));
  EXPECT_THAT(line_of("e", {{"k", "a\nb"}}), EndsWith(R"(e  k="a\nb")"));
  EXPECT_THAT(line_of("e", {{"k", "Привет"}}), EndsWith("e  k=Привет"));
}

TEST_F(TextLog, KeepsControlCharactersAwayFromTheTerminal) {
  for (int byte = 0; byte < 0x20; ++byte) {
    const std::string line = line_of("e", {{"k", std::string("a") + static_cast<char>(byte) + "b"}});
    EXPECT_THAT(line, HasSubstr("e  k=")) << byte;
    EXPECT_EQ(std::ranges::count_if(line, [](unsigned char c) { return c < 0x20; }), 0) << byte;
  }
  EXPECT_THAT(line_of("e", {{"k", "a\x1B[2Jb"}}), EndsWith("e  k=a\u241B[2Jb"));
  EXPECT_THAT(line_of("e", {{"k", "a\nb"}}), EndsWith(R"(e  k="a\nb")"));
  EXPECT_THAT(line_of("e", {{"k", "a\u009B2Jb\u202Ec"}}), EndsWith("e  k=a<U+009B>2Jb<U+202E>c"));
  EXPECT_THAT(line_of("e", {{"k", "a\xFF"}}), EndsWith("e  k=a\uFFFD"));
}

TEST_F(LogTest, KeepsTheLinesOfManyThreadsWhole) {
  start(Level::kInfo, Format::kJson);
  constexpr int kThreads = 4;
  constexpr int kEach = 100;
  const auto lines = lines_of([] {
    std::vector<std::jthread> threads;
    for (int t = 0; t < kThreads; ++t) {
      threads.emplace_back([t] {
        for (int i = 0; i < kEach; ++i) info("line", {{"thread", t}, {"i", i}});
      });
    }
  });
  std::map<std::string, int> next;
  for (const auto& line : lines) {
    const auto members = members_of(line);
    EXPECT_EQ(members.at(4).second, std::to_string(next[members.at(3).second]++));
  }
  EXPECT_EQ(lines.size(), static_cast<std::size_t>(kThreads * kEach));
}

}  // namespace
}  // namespace vestnik::log
