#include "cli/message_source.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include "base/text.hpp"

namespace vestnik::cli {
namespace {

TEST(LineSplitter, AnyCutGivesTheSameLines) {
  const std::string input = "one\r\n\nдва\nlast";
  for (std::size_t cut = 0; cut <= input.size(); ++cut) {
    LineSplitter splitter;
    std::vector<SourceText> lines;
    const auto take = [&] {
      while (auto line = splitter.next()) lines.push_back(*line);
    };
    splitter.feed(std::string_view(input).substr(0, cut));
    take();
    splitter.feed(std::string_view(input).substr(cut));
    take();
    EXPECT_EQ(lines.size(), 3u) << cut;
    splitter.finish();
    take();
    ASSERT_EQ(lines.size(), 4u) << cut;
    EXPECT_EQ(lines[0].text, "one");
    EXPECT_EQ(lines[1].text, "");
    EXPECT_EQ(lines[2].text, "два");
    EXPECT_EQ(lines[3].text, "last");
    EXPECT_EQ(lines[3].line, 4u);
    EXPECT_FALSE(splitter.next());
  }
}

TEST(LineSplitter, NothingFollowsTheLastNewline) {
  LineSplitter splitter;
  splitter.feed("one\n");
  splitter.finish();
  EXPECT_TRUE(splitter.next());
  EXPECT_FALSE(splitter.next());
}

TEST(LineSplitter, SaysWhichLinesCannotBeSent) {
  LineSplitter splitter;
  splitter.feed("\xff\xfe\nfine\n");
  EXPECT_EQ(splitter.next()->problem, "not valid UTF-8");
  EXPECT_EQ(splitter.next()->problem, "");
}

TEST(LineSplitter, KeepsNoLineWithoutEnd) {
  LineSplitter splitter;
  const std::string piece(1u << 19, 'x');
  for (int i = 0; i < 10; ++i) {
    splitter.feed(piece);
    EXPECT_FALSE(splitter.next());
  }
  splitter.feed("\nnext\n");
  const auto line = splitter.next();
  ASSERT_TRUE(line);
  EXPECT_EQ(line->line, 1u);
  EXPECT_EQ(line->problem, "longer than 1 MiB");
  EXPECT_EQ(line->text, "");
  EXPECT_EQ(splitter.next()->text, "next");
}

TEST(Lines, ComeFromAPipeUntilItIsClosed) {
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  const auto source = lines_of(ends[0]);
  source->read();  // nothing is there, and it does not block
  EXPECT_FALSE(source->next());
  EXPECT_FALSE(source->ended());
  ASSERT_EQ(write(ends[1], "a\nb", 3), 3);
  source->read();
  EXPECT_EQ(source->next()->text, "a");
  EXPECT_FALSE(source->next());
  close(ends[1]);
  source->read();
  EXPECT_FALSE(source->ended());
  EXPECT_EQ(source->next()->text, "b");
  EXPECT_FALSE(source->next());
  EXPECT_TRUE(source->ended());
  close(ends[0]);
}

TEST(ArbitraryTexts, FitIntoTheStreamAndDiffer) {
  const auto source = arbitrary_texts(1);
  std::string before;
  int equal = 0;
  for (std::uint64_t i = 1; i <= 1'000; ++i) {
    const auto text = source->next();
    ASSERT_TRUE(text);
    EXPECT_EQ(text->line, i);
    EXPECT_TRUE(is_valid_utf8(text->text));
    EXPECT_GE(count_code_points(text->text), 1u);
    EXPECT_LE(count_code_points(text->text), 128u);
    equal += text->text == before ? 1 : 0;
    before = text->text;
  }
  EXPECT_LT(equal, 50);
}

}  // namespace
}  // namespace vestnik::cli
