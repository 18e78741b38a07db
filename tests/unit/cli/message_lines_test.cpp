#include "cli/message_lines.hpp"

#include <gmock/gmock.h>
#include <rapidcheck.h>

#include <algorithm>
#include <utility>

#include "base/text.hpp"

namespace vestnik::cli {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;

TEST(ControlCharacters, AreTakenOutWithTheirSequences) {
  for (const auto& [line, text] : {std::pair{"\x1B[1;31mred\x1B[0m", "red"},
                                   {"\x1B[?25lhidden\x1B[?25h", "hidden"},
                                   {"\x1B]0;title\x1B\\shown", "shown"},
                                   {"\x1B]0;title\ashown", "shown"},
                                   {"\x1BPdevice\x1B\\shown", "shown"},
                                   {"\x1B(Bset", "set"},
                                   {"\x1B", ""},
                                   {"\x1B[", ""},
                                   {"\x1B]never ends", ""},
                                   {"\x1B\x1B[0mx", "x"},
                                   {"[0m is text", "[0m is text"},
                                   {"a\tb\x07\x7F", "a\tb"},
                                   {"1 %\r2 %", "2 %"},
                                   {"Привет \x1B[1mмир\x1B[0m", "Привет мир"}}) {
    EXPECT_EQ(without_control_characters(line), text) << line;
  }
}

TEST(ControlCharacters, AreNeverLeft) {
  EXPECT_TRUE(rc::check("no control character but tab", [](const std::string& line) {
    const std::string text = without_control_characters(line);
    RC_ASSERT(std::ranges::none_of(text, [](unsigned char c) { return (c < 0x20 && c != '\t') || c == 0x7F; }));
  }));
}

TEST(LongTexts, AreCutAtBlanksOrInTheMiddle) {
  EXPECT_THAT(split_text("short", 10), ElementsAre("short"));
  EXPECT_THAT(split_text("exactly 10", 10), ElementsAre("exactly 10"));
  EXPECT_THAT(split_text("one two three four", 10), ElementsAre("one two", "three four"));
  EXPECT_THAT(split_text("abcdefghijkl", 5), ElementsAre("abcde", "fghij", "kl"));
  EXPECT_THAT(split_text("a bcdefghijkl", 5), ElementsAre("a bcd", "efghi", "jkl"));
  EXPECT_THAT(split_text("яяяяяя", 4), ElementsAre("яяяя", "яя"));
  EXPECT_THAT(split_text("12345     ", 5), ElementsAre("12345"));
}

class Lines final : public MessageSource {
 public:
  explicit Lines(std::deque<SourceText> lines) : lines_(std::move(lines)) {}
  std::optional<SourceText> next() override {
    if (lines_.empty()) return std::nullopt;
    SourceText line = std::move(lines_.front());
    lines_.pop_front();
    return line;
  }
  std::string failure() const override { return {}; }
  bool ended() const override { return lines_.empty(); }
  int fd() const override { return 7; }
  void read() override {}

 private:
  std::deque<SourceText> lines_;
};

TEST(LinesOfALog, BecomeMessagesAndAreCounted) {
  std::vector<std::string> told;
  MessageLines messages(std::make_unique<Lines>(std::deque<SourceText>{{.line = 1, .text = "\x1B[32mok"},
                                                                       {.line = 2, .text = ""},
                                                                       {.line = 3, .text = "\x1B[0m"},
                                                                       {.line = 4, .text = "abcdefgh"},
                                                                       {.line = 5, .text = {}, .problem = "bad"}}),
                        3, [&told](const std::string& sentence) { told.push_back(sentence); });
  std::vector<std::pair<std::uint64_t, std::string>> seen;
  while (!messages.ended()) {
    if (const auto text = messages.next()) seen.emplace_back(text->line, text->problem + text->text);
  }
  EXPECT_THAT(seen, ElementsAre(std::pair(1, "ok"), std::pair(4, "abc"), std::pair(4, "def"), std::pair(4, "gh"),
                                std::pair(5, "bad")));
  EXPECT_THAT(told, ElementsAre(HasSubstr("line 1 has control characters"), HasSubstr("line 2 is empty"),
                                HasSubstr("line 4 is longer than 3 characters and becomes 3 messages")));
  EXPECT_EQ(messages.summary(), "2 lines without control characters, 2 empty lines left out, 1 long line in pieces");
}

}  // namespace
}  // namespace vestnik::cli
