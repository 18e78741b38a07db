#include "live/topic_log.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "unit/live/frames.hpp"

namespace vestnik::live {
namespace {

std::string text_of(const Extent& extent) {
  return {extent.segment->data(), extent.frames == 0 ? 0 : extent.segment->end_of(extent.frames - 1)};
}

std::string text_of(const std::vector<Extent>& extents) {
  std::string text;
  for (const Extent& extent : extents) text += text_of(extent);
  return text;
}

std::size_t memory_of(const std::vector<Extent>& extents) {
  std::size_t bytes = 0;
  for (const Extent& extent : extents) bytes += extent.segment->bytes_max();
  return bytes;
}

// Every segment begins where the one before it ends.
void expect_no_gap(const std::vector<Extent>& extents) {
  for (std::size_t i = 1; i < extents.size(); ++i) {
    EXPECT_EQ(extents[i].segment->first_n(), extents[i - 1].end_n()) << "segment " << i;
  }
}

// Trims as the writer does after its readers were told of everything.
void trim_told(TopicLog& log, std::size_t window_bytes) {
  log.take_growth();
  log.trim(window_bytes);
}

TEST(TopicLog, IsEmptyAtFirst) {
  TopicLog log;
  EXPECT_EQ(log.floor_n(), 0);
  EXPECT_EQ(log.end_n(), 0);
  EXPECT_EQ(log.bytes(), 0u);
  EXPECT_TRUE(log.extents().empty());
  log.trim(0);
  const Growth growth = log.take_growth();
  EXPECT_TRUE(growth.tail.empty());
  EXPECT_EQ(growth.floor_n, 0);
}

TEST(TopicLog, BeginsAtTheFirstPositionItIsGiven) {
  TopicLog log;
  log.append(1'000, "a");
  EXPECT_EQ(log.floor_n(), 1'000);
  EXPECT_EQ(log.end_n(), 1'001);
}

TEST(TopicLog, KeepsAllBytesInOrderOverManySegments) {
  TopicLog log;
  append_frames(log, 1, 10'001, 150);
  const auto extents = log.extents();
  EXPECT_GT(extents.size(), 5u);
  EXPECT_EQ(log.floor_n(), 1);
  EXPECT_EQ(log.end_n(), 10'001);
  expect_no_gap(extents);
  EXPECT_EQ(text_of(extents), frames_of(1, 10'001, 150));
  EXPECT_EQ(log.bytes(), memory_of(extents));
}

TEST(TopicLog, IsSmallWhileLittleHappens) {
  TopicLog log;
  append_frames(log, 1, 11);
  EXPECT_LE(log.bytes(), TopicLog::kSegmentBytesMin);
}

TEST(TopicLog, SegmentsGrowButNotWithoutBound) {
  TopicLog log;
  append_frames(log, 1, 20'001);
  const auto extents = log.extents();
  for (std::size_t i = 1; i < extents.size(); ++i) {
    EXPECT_GE(extents[i].segment->bytes_max(), extents[i - 1].segment->bytes_max());
    EXPECT_LE(extents[i].segment->bytes_max(), +TopicLog::kSegmentBytesMax);
  }
}

TEST(TopicLog, TakesFramesThatAreLargerThanAnySegment) {
  TopicLog log;
  log.append(1, frame_of(1));
  log.append(2, frame_of(2, 1'000'000));
  log.append(3, frame_of(3));
  log.append(4, frame_of(4, 300'000));
  const auto extents = log.extents();
  expect_no_gap(extents);
  EXPECT_EQ(text_of(extents), frame_of(1) + frame_of(2, 1'000'000) + frame_of(3) + frame_of(4, 300'000));
  // One large frame does not make all that follow large.
  EXPECT_LE(log.bytes(), 1'300'000u + 2 * TopicLog::kSegmentBytesMax + TopicLog::kSegmentBytesMin);
}

TEST(TopicLog, TakesFramesOfOneByte) {
  TopicLog log;
  std::string expected;
  for (std::int64_t n = 1; n <= 5'000; ++n) {
    const std::string frame(1, static_cast<char>('a' + n % 26));
    log.append(n, frame);
    expected += frame;
  }
  EXPECT_EQ(text_of(log.extents()), expected);
  expect_no_gap(log.extents());
}

TEST(TopicLog, TrimsTheOldestDownToTheWindow) {
  TopicLog log;
  append_frames(log, 1, 20'001);
  const std::size_t before = log.bytes();
  ASSERT_GT(before, 1u << 20);
  trim_told(log, 1u << 20);
  EXPECT_LE(log.bytes(), 1u << 20);
  EXPECT_GT(log.bytes(), (1u << 20) - TopicLog::kSegmentBytesMax);  // not more than necessary
  EXPECT_EQ(log.bytes(), memory_of(log.extents()));
  EXPECT_GT(log.floor_n(), 1);
  EXPECT_EQ(log.end_n(), 20'001);
  expect_no_gap(log.extents());
  EXPECT_EQ(text_of(log.extents()), frames_of(log.floor_n(), 20'001));
}

TEST(TopicLog, TrimLeavesAWindowThatFitsAlone) {
  TopicLog log;
  append_frames(log, 1, 1'001);
  trim_told(log, log.bytes());
  EXPECT_EQ(log.floor_n(), 1);
}

TEST(TopicLog, TrimKeepsTheNewestSegmentHoweverSmallTheWindow) {
  TopicLog log;
  append_frames(log, 1, 1'001);
  trim_told(log, 0);
  ASSERT_EQ(log.extents().size(), 1u);
  EXPECT_EQ(log.end_n(), 1'001);
  EXPECT_EQ(text_of(log.extents()), frames_of(log.floor_n(), 1'001));
  log.append(1'001, frame_of(1'001));
  EXPECT_EQ(log.end_n(), 1'002);
}

TEST(TopicLog, TrimKeepsWhatNoReaderWasToldOf) {
  // Else a batch that is larger than the window would be lost by those who read everything at once.
  TopicLog log;
  append_frames(log, 1, 1'001);
  log.take_growth();
  append_frames(log, 1'001, 5'001);
  log.trim(0);
  EXPECT_GT(log.floor_n(), 1);
  EXPECT_LE(log.floor_n(), 1'001);
  EXPECT_EQ(text_of(log.take_growth().tail), frames_of(log.floor_n(), 5'001));
  log.trim(0);
  EXPECT_GT(log.floor_n(), 1'001);
}

TEST(TopicLog, AWindowMovesOnInSmallStepsHoweverSmallItIs) {
  for (const std::size_t window : {32u * 1024, 64u * 1024, 256u * 1024, 4096u * 1024}) {
    TopicLog log;
    std::size_t kept_min = window;
    for (std::int64_t n = 1; n <= 60'000; ++n) {
      log.append(n, frame_of(n));
      log.trim(window);
      log.take_growth();
      ASSERT_LE(log.bytes(), window + TopicLog::kSegmentBytesMax);
      if (log.floor_n() > 1) kept_min = std::min(kept_min, static_cast<std::size_t>(n - log.floor_n() + 1) * 100);
    }
    EXPECT_LT(kept_min, window);  // it was trimmed
    EXPECT_GT(kept_min, window / 2) << "of a window of " << window;
  }
}

TEST(TopicLog, GrowthIsOnlyWhatHasChanged) {
  TopicLog log;
  append_frames(log, 1, 1'001);
  const Growth all = log.take_growth();
  EXPECT_EQ(text_of(all.tail), frames_of(1, 1'001));
  EXPECT_EQ(all.floor_n, 1);

  EXPECT_TRUE(log.take_growth().tail.empty());

  log.append(1'001, frame_of(1'001));
  const Growth one = log.take_growth();
  ASSERT_EQ(one.tail.size(), 1u);
  EXPECT_EQ(one.tail[0].end_n(), 1'002);
  EXPECT_EQ(one.tail[0].segment, log.extents().back().segment);
}

TEST(TopicLog, GrowthNamesTheGrownSegmentAndTheNewOnesOldestFirst) {
  TopicLog log;
  append_frames(log, 1, 11);
  log.take_growth();
  const auto grown = log.extents().back().segment;
  append_frames(log, 11, 501);
  const Growth growth = log.take_growth();
  ASSERT_GT(growth.tail.size(), 2u);
  EXPECT_EQ(growth.tail[0].segment, grown);
  expect_no_gap(growth.tail);
  EXPECT_EQ(growth.tail.back().end_n(), 501);
}

TEST(TopicLog, GrowthTellsTheNewFloor) {
  TopicLog log;
  append_frames(log, 1, 5'001);
  log.take_growth();
  log.append(5'001, frame_of(5'001));
  log.trim(64 * 1024);
  const Growth growth = log.take_growth();
  EXPECT_GT(growth.floor_n, 1);
  EXPECT_EQ(growth.floor_n, log.floor_n());
  EXPECT_EQ(growth.tail.size(), 1u);
}

TEST(TopicLog, WhatAReaderWasToldStaysAsItIsWhileTheLogGoesOn) {
  TopicLog log;
  append_frames(log, 1, 301);
  const auto known = log.extents();
  append_frames(log, 301, 5'001);
  trim_told(log, 0);
  EXPECT_GT(log.floor_n(), 301);
  EXPECT_EQ(text_of(known), frames_of(1, 301));
}

TEST(TopicLog, LetsGoOfTheMemoryOfWhatItTrims) {
  TopicLog log;
  append_frames(log, 1, 301);
  const std::weak_ptr<const Segment> oldest = log.extents().front().segment;
  EXPECT_FALSE(oldest.expired());
  append_frames(log, 301, 5'001);
  trim_told(log, 0);
  log.take_growth();
  EXPECT_TRUE(oldest.expired());
}

TEST(TopicLog, AJumpBeginsTheWindowAnew) {
  TopicLog log;
  append_frames(log, 1, 301);
  log.take_growth();
  log.append(1'000, frame_of(1'000));
  EXPECT_EQ(log.floor_n(), 1'000);
  EXPECT_EQ(log.end_n(), 1'001);
  EXPECT_EQ(text_of(log.extents()), frame_of(1'000));
  EXPECT_EQ(log.bytes(), memory_of(log.extents()));
  const Growth growth = log.take_growth();
  EXPECT_EQ(growth.floor_n, 1'000);
  EXPECT_EQ(text_of(growth.tail), frame_of(1'000));
}

TEST(TopicLog, LogsOfSeveralEncodingsKeepTheSamePositionsAndTheirOwnBytes) {
  TopicLog narrow;
  TopicLog wide;
  for (std::int64_t n = 1; n <= 3'000; ++n) {
    narrow.append(n, frame_of(n, 20));
    wide.append(n, frame_of(n, 333));
  }
  EXPECT_EQ(narrow.floor_n(), wide.floor_n());
  EXPECT_EQ(narrow.end_n(), wide.end_n());
  EXPECT_EQ(text_of(narrow.extents()), frames_of(1, 3'001, 20));
  EXPECT_EQ(text_of(wide.extents()), frames_of(1, 3'001, 333));
  // Each is bounded by itself: the wide one loses more of the past.
  trim_told(narrow, 128 * 1024);
  trim_told(wide, 128 * 1024);
  EXPECT_LT(narrow.floor_n(), wide.floor_n());
  EXPECT_EQ(narrow.end_n(), wide.end_n());
}

}  // namespace
}  // namespace vestnik::live
