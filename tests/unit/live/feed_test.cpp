#include "live/feed.hpp"

#include <gtest/gtest.h>

#include <array>
#include <memory>
#include <ostream>
#include <string>

#include "unit/live/frames.hpp"

namespace vestnik::live {

std::ostream& operator<<(std::ostream& out, Feed::State state) {
  constexpr std::array kNames{"kIdle", "kReady", "kNeedsPage", "kTooSlow"};
  return out << kNames.at(static_cast<std::size_t>(state));
}

namespace {

using State = Feed::State;

class FeedTest : public testing::Test {
 protected:
  void append(std::int64_t first_n, std::int64_t end_n) {
    append_frames(log_, first_n, end_n);
    view_.apply(log_.take_growth());
  }

  // Leaves the newest segment alone in the window.
  void trim() {
    log_.trim(0);
    view_.apply(log_.take_growth());
  }

  static LogView page(std::int64_t first_n, std::int64_t end_n) {
    TopicLog log;
    append_frames(log, first_n, end_n);
    return LogView(log);
  }

  // Writes as long as there is something.
  static std::string drain(Feed& feed) {
    std::string text;
    while (feed.state() == State::kReady) {
      std::array<iovec, 3> pieces;
      const std::size_t count = feed.gather(pieces);
      if (count == 0) {
        ADD_FAILURE() << "ready, with nothing to send at " << feed.next_n();
        break;
      }
      const std::string now = text_of({pieces.data(), count});
      EXPECT_EQ(feed.advance(now.size()), "");
      text += now;
    }
    return text;
  }

  TopicLog log_;
  LogView view_;
};

TEST_F(FeedTest, IsIdleWhileTheWindowIsEmpty) {
  const Feed first(view_, 1);
  EXPECT_EQ(first.state(), State::kIdle);
  view_.begin_at(42);
  const Feed next(view_, 42);
  EXPECT_EQ(next.state(), State::kIdle);
  EXPECT_EQ(first.state(), State::kNeedsPage);  // what is older has to come from the storage
}

TEST_F(FeedTest, IsReadyWhenTheWindowGrowsAndIdleWhenAllIsRead) {
  Feed feed(view_, 1);
  append(1, 11);
  EXPECT_EQ(feed.state(), State::kReady);
  EXPECT_EQ(drain(feed), frames_of(1, 11));
  EXPECT_EQ(feed.state(), State::kIdle);
  EXPECT_EQ(feed.next_n(), 11);
  append(11, 2'001);
  EXPECT_EQ(feed.state(), State::kReady);
  EXPECT_EQ(drain(feed), frames_of(11, 2'001));
  EXPECT_EQ(feed.state(), State::kIdle);
}

TEST_F(FeedTest, AheadOfTheWindowItWaits) {
  // Its position was told by the storage; the note to this core is still under way.
  append(1, 11);
  Feed feed(view_, 21);
  EXPECT_EQ(feed.state(), State::kIdle);
  append(11, 21);
  EXPECT_EQ(feed.state(), State::kIdle);
  append(21, 23);
  EXPECT_EQ(drain(feed), frames_of(21, 23));
}

TEST_F(FeedTest, BelowTheWindowItNeedsPagesUntilItHasCaughtUp) {
  append(501, 521);
  Feed feed(view_, 1);
  EXPECT_EQ(feed.state(), State::kNeedsPage);
  feed.set_page(page(1, 301));
  EXPECT_EQ(feed.state(), State::kReady);
  EXPECT_EQ(drain(feed), frames_of(1, 301));
  EXPECT_EQ(feed.state(), State::kNeedsPage);
  feed.set_page(page(301, 501));
  EXPECT_EQ(drain(feed), frames_of(301, 521));
  EXPECT_EQ(feed.state(), State::kIdle);
}

TEST_F(FeedTest, APageMayReachIntoTheWindow) {
  append(501, 521);
  Feed feed(view_, 451);
  feed.set_page(page(451, 511));
  EXPECT_EQ(drain(feed), frames_of(451, 521));
}

TEST_F(FeedTest, APageMayReachBeyondTheWindow) {
  append(501, 521);
  Feed feed(view_, 451);
  feed.set_page(page(451, 531));
  EXPECT_EQ(drain(feed), frames_of(451, 531));
  EXPECT_EQ(feed.state(), State::kIdle);
  append(521, 541);
  EXPECT_EQ(drain(feed), frames_of(531, 541));
}

TEST_F(FeedTest, TheWindowMayMoveOnWhileAPageIsRead) {
  append(501, 521);
  Feed feed(view_, 1);
  feed.set_page(page(1, 501));
  append(521, 5'001);
  trim();
  EXPECT_EQ(drain(feed), frames_of(1, 501));
  // It had not caught up, so this is no fault of its own.
  EXPECT_EQ(feed.state(), State::kNeedsPage);
}

TEST_F(FeedTest, WhoHadCaughtUpAndFallsOutIsTooSlow) {
  append(1, 11);
  Feed feed(view_, 1);
  EXPECT_EQ(drain(feed), frames_of(1, 11));
  append(11, 5'001);
  EXPECT_EQ(feed.state(), State::kReady);
  trim();
  EXPECT_EQ(feed.state(), State::kTooSlow);
  EXPECT_EQ(feed.next_n(), 11);
}

TEST_F(FeedTest, WhoReadsFramesRatherThanBytesFallsOutTheSameWay) {
  append(1, 11);
  Feed feed(view_, 1);
  EXPECT_EQ(feed.frame(), frame_of(1));
  feed.advance_frame();
  append(11, 5'001);
  trim();
  EXPECT_EQ(feed.state(), State::kTooSlow);
}

TEST_F(FeedTest, WhoHasReadNothingYetNeedsAPageInstead) {
  append(1, 11);
  const Feed feed(view_, 1);
  append(11, 5'001);
  trim();
  EXPECT_EQ(feed.state(), State::kNeedsPage);
}

TEST_F(FeedTest, AtTheWindowsFloorNothingIsLost) {
  append(1, 5'001);
  Feed feed(view_, 1);
  std::array<iovec, 1> pieces;
  ASSERT_EQ(feed.gather(pieces), 1u);
  feed.advance(pieces[0].iov_len);
  log_.trim(0);
  const std::int64_t floor_n = log_.floor_n();
  while (feed.next_n() < floor_n) feed.advance_frame();
  trim();
  EXPECT_EQ(feed.state(), State::kReady);
  EXPECT_EQ(drain(feed), frames_of(floor_n, 5'001));
}

TEST_F(FeedTest, SkipNamesExactlyWhatIsLeftOutAndGoesOnWithTheNewest) {
  append(1, 11);
  Feed feed(view_, 1);
  drain(feed);
  append(11, 5'001);
  trim();
  ASSERT_EQ(feed.state(), State::kTooSlow);
  const Gap gap = feed.skip();
  EXPECT_EQ(gap.from_n, 11);
  EXPECT_EQ(gap.to_n, 5'000);
  EXPECT_EQ(feed.state(), State::kIdle);
  append(5'001, 5'004);
  EXPECT_EQ(drain(feed), frames_of(5'001, 5'004));
}

TEST_F(FeedTest, WhoHasSkippedMayFallOutAgain) {
  append(1, 11);
  Feed feed(view_, 1);
  drain(feed);
  for (std::int64_t end_n : {5'001, 10'001}) {
    const std::int64_t next_n = feed.next_n();
    append(log_.end_n(), end_n);
    trim();
    ASSERT_EQ(feed.state(), State::kTooSlow);
    EXPECT_EQ(feed.skip().from_n, next_n);
  }
}

TEST_F(FeedTest, AdvanceReturnsTheRestOfAFrameThatLeftInPart) {
  append(1, 4);
  Feed feed(view_, 1);
  EXPECT_EQ(feed.advance(130), frame_of(2).substr(30));
  EXPECT_EQ(feed.next_n(), 3);
  EXPECT_EQ(feed.advance(0), "");
  EXPECT_EQ(feed.next_n(), 3);
  EXPECT_EQ(drain(feed), frame_of(3));
}

TEST_F(FeedTest, TheRestOfAPagesLastFrameIsReturnedAsWell) {
  append(501, 521);
  Feed feed(view_, 499);
  feed.set_page(page(499, 501));
  EXPECT_EQ(feed.advance(199), frame_of(500).substr(99));
  EXPECT_EQ(feed.next_n(), 501);
  EXPECT_EQ(drain(feed), frames_of(501, 521));
}

TEST_F(FeedTest, KeepsNoPageThatItHasRead) {
  append(301, 321);
  const auto page_of = [](std::weak_ptr<const Segment>& memory) {
    TopicLog log;
    append_frames(log, 1, 301);
    memory = log.extents().front().segment;
    return LogView(log);
  };
  std::weak_ptr<const Segment> memory;

  Feed by_bytes(view_, 1);
  by_bytes.set_page(page_of(memory));
  EXPECT_FALSE(memory.expired());
  EXPECT_EQ(drain(by_bytes), frames_of(1, 321));
  EXPECT_TRUE(memory.expired());

  Feed by_frames(view_, 1);
  by_frames.set_page(page_of(memory));
  while (by_frames.state() == State::kReady) by_frames.advance_frame();
  EXPECT_TRUE(memory.expired());
}

}  // namespace
}  // namespace vestnik::live
