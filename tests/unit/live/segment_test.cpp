#include "live/segment.hpp"

#include <gtest/gtest.h>

#include <string>

namespace vestnik::live {
namespace {

std::string frame(const Segment& segment, std::size_t i) {
  return {segment.data() + segment.begin_of(i), segment.end_of(i) - segment.begin_of(i)};
}

TEST(Segment, HoldsFramesOneAfterTheOther) {
  Segment segment(7, 100, 10);
  EXPECT_EQ(segment.frames(), 0u);
  EXPECT_TRUE(segment.append("one"));
  EXPECT_TRUE(segment.append("three"));
  EXPECT_TRUE(segment.append("x"));
  EXPECT_EQ(segment.first_n(), 7);
  EXPECT_EQ(segment.frames(), 3u);
  EXPECT_EQ(frame(segment, 0), "one");
  EXPECT_EQ(frame(segment, 1), "three");
  EXPECT_EQ(frame(segment, 2), "x");
  EXPECT_EQ(std::string(segment.data(), segment.end_of(2)), "onethreex");
}

TEST(Segment, IsFullToTheLastByte) {
  Segment segment(1, 10, 10);
  EXPECT_TRUE(segment.append("1234"));
  EXPECT_FALSE(segment.append("1234567"));
  EXPECT_TRUE(segment.append("123456"));
  EXPECT_FALSE(segment.append("1"));
  EXPECT_EQ(segment.frames(), 2u);
  EXPECT_EQ(frame(segment, 1), "123456");
}

TEST(Segment, IsFullWithItsLastFrame) {
  Segment segment(1, 100, 2);
  EXPECT_TRUE(segment.append("a"));
  EXPECT_TRUE(segment.append("b"));
  EXPECT_FALSE(segment.append("c"));
  EXPECT_EQ(segment.frames(), 2u);
}

TEST(Segment, NeverMovesWhatItHolds) {
  Segment segment(1, 1000, 100);
  segment.append("first");
  const char* const place = segment.data();
  for (int i = 0; i < 90; ++i) ASSERT_TRUE(segment.append("0123456789"));
  EXPECT_EQ(segment.data(), place);
  EXPECT_EQ(frame(segment, 0), "first");
}

TEST(Segment, FindsTheFrameOfEveryByte) {
  Segment segment(1, 100, 10);
  segment.append("aa");
  segment.append("b");
  segment.append("cccc");
  const std::string text(segment.data(), segment.end_of(2));
  for (std::size_t offset = 0; offset < text.size(); ++offset) {
    EXPECT_EQ(segment.frame_at(offset, 3), static_cast<std::size_t>(text[offset] - 'a')) << "byte " << offset;
  }
  EXPECT_EQ(segment.frame_at(text.size(), 3), 3u);
}

TEST(Segment, FindsNoFrameThatTheReaderWasNotToldOf) {
  Segment segment(1, 100, 10);
  segment.append("aa");
  segment.append("b");
  segment.append("cccc");
  EXPECT_EQ(segment.frame_at(1, 2), 0u);
  EXPECT_EQ(segment.frame_at(2, 2), 1u);
  EXPECT_EQ(segment.frame_at(3, 2), 2u);
  EXPECT_EQ(segment.frame_at(6, 2), 2u);
  EXPECT_EQ(segment.frame_at(0, 0), 0u);
}

TEST(Extent, EndsBehindTheFramesThatItsReaderKnows) {
  const auto segment = std::make_shared<Segment>(41, 100, 10);
  segment->append("a");
  segment->append("b");
  EXPECT_EQ((Extent{.segment = segment, .frames = 1}.end_n()), 42);
  EXPECT_EQ((Extent{.segment = segment, .frames = 2}.end_n()), 43);
}

}  // namespace
}  // namespace vestnik::live
