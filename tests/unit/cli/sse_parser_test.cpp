#include "cli/sse_parser.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace vestnik::cli {
namespace {

using namespace std::chrono_literals;

class SseParserTest : public testing::Test {
 protected:
  std::vector<SseEvent> events_;
  SseParser parser_{[this](const SseEvent& event) { events_.push_back(event); }};
};

TEST_F(SseParserTest, ReadsAMessageWithItsPosition) {
  parser_.feed("id: k3:41\ndata: {\"a\":1}\n\n");
  ASSERT_EQ(events_.size(), 1u);
  EXPECT_EQ(events_[0].type, "");
  EXPECT_EQ(events_[0].id, "k3:41");
  EXPECT_EQ(events_[0].data, "{\"a\":1}");
  EXPECT_EQ(parser_.last_id(), "k3:41");
}

TEST_F(SseParserTest, AnyCutAndAnyLineEndGiveTheSame) {
  const std::vector<std::string> streams = {
      "event: gap\nid: 1\ndata: x\ndata: y\n\n: ping\n\ndata:z\n\n",
      "event: gap\rid: 1\rdata: x\rdata: y\r\r: ping\r\rdata:z\r\r",
      "event: gap\r\nid: 1\r\ndata: x\r\ndata: y\r\n\r\n: ping\r\n\r\ndata:z\r\n\r\n",
  };
  for (const std::string& stream : streams) {
    for (std::size_t cut = 0; cut <= stream.size(); ++cut) {
      std::vector<SseEvent> events;
      SseParser parser([&events](const SseEvent& event) { events.push_back(event); });
      parser.feed(std::string_view(stream).substr(0, cut));
      parser.feed(std::string_view(stream).substr(cut));
      ASSERT_EQ(events.size(), 2u) << "cut at " << cut;
      EXPECT_EQ(events[0].type, "gap");
      EXPECT_EQ(events[0].data, "x\ny");
      EXPECT_EQ(events[1].type, "");
      EXPECT_EQ(events[1].data, "z");
      EXPECT_EQ(events[1].id, "1");  // the last one stays
    }
  }
}

TEST_F(SseParserTest, OnlyACompleteEventMovesTheResumePoint) {
  parser_.feed("id: k3:1\ndata: a\n\nid: k3:2\nda");
  EXPECT_EQ(parser_.last_id(), "k3:1");
  parser_.reset();
  parser_.feed("data: b\n\n");
  ASSERT_EQ(events_.size(), 2u);
  EXPECT_EQ(events_[1].data, "b");
  EXPECT_EQ(events_[1].id, "k3:1");
}

TEST_F(SseParserTest, AnIdWithoutDataMovesTheResumePointAndIsNoEvent) {
  parser_.feed("id: k3:9\n\n");
  EXPECT_TRUE(events_.empty());
  EXPECT_EQ(parser_.last_id(), "k3:9");
}

TEST_F(SseParserTest, FieldsWithoutColonAndUnknownFieldsAndOneSpace) {
  parser_.feed("data\ndata:  two spaces\ncolour: red\n\n");
  ASSERT_EQ(events_.size(), 1u);
  EXPECT_EQ(events_[0].data, "\n two spaces");
}

TEST_F(SseParserTest, TakesARetryTimeOfDigitsOnly) {
  parser_.feed("retry: soon\n\n");
  EXPECT_EQ(parser_.retry(), std::nullopt);
  parser_.feed("retry: 1500\n\n");
  EXPECT_EQ(parser_.retry(), 1500ms);
  parser_.feed("retry: -1\nretry: 99999999999\nretry: 15s\n\n");
  EXPECT_EQ(parser_.retry(), 1500ms);
  parser_.reset();
  EXPECT_EQ(parser_.retry(), 1500ms);
}

TEST_F(SseParserTest, SkipsAByteOrderMarkAtTheBeginningOnly) {
  parser_.feed(
      "\xEF\xBB\xBF"
      "data: a\n\n\xEF\xBB\xBF"
      "data: b\n\n");
  ASSERT_EQ(events_.size(), 1u);
  EXPECT_EQ(events_[0].data, "a");
}

TEST_F(SseParserTest, IgnoresAnIdWithANul) {
  parser_.feed("id: k3:1\n\n");
  parser_.feed(std::string_view("id: k3\0:2\n\n", 11));
  EXPECT_EQ(parser_.last_id(), "k3:1");
}

TEST_F(SseParserTest, AnEventWithoutEndIsRefused) {
  const std::string piece(1u << 20, 'x');
  bool accepted = true;
  int pieces = 0;
  for (; accepted && pieces < 32; ++pieces) accepted = parser_.feed(piece);
  EXPECT_FALSE(accepted);
  EXPECT_EQ(pieces, 17);
}

}  // namespace
}  // namespace vestnik::cli
