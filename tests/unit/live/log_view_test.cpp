#include "live/log_view.hpp"

#include <gtest/gtest.h>

#include <array>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "unit/live/frames.hpp"

namespace vestnik::live {
namespace {

class LogViewTest : public testing::Test {
 protected:
  void append(std::int64_t first_n, std::int64_t end_n, std::size_t bytes = 100) {
    append_frames(log_, first_n, end_n, bytes);
    view_.apply(log_.take_growth());
  }

  std::string gather(std::int64_t n, std::size_t pieces_max = 64) const {
    std::vector<iovec> pieces(pieces_max);
    pieces.resize(view_.gather(n, pieces));
    return text_of(pieces);
  }

  TopicLog log_;
  LogView view_;
};

TEST_F(LogViewTest, HasNothingBeforeTheWindowHasBegun) {
  EXPECT_EQ(view_.floor_n(), 0);
  EXPECT_EQ(view_.end_n(), 0);
  EXPECT_FALSE(view_.lost(1));
  EXPECT_EQ(gather(1), "");
  view_.apply(log_.take_growth());
  EXPECT_EQ(view_.end_n(), 0);
}

TEST_F(LogViewTest, AnEmptyWindowThatHasBegunLosesWhatIsOlder) {
  view_.begin_at(42);
  EXPECT_EQ(view_.floor_n(), 42);
  EXPECT_EQ(view_.end_n(), 42);
  EXPECT_TRUE(view_.lost(41));
  EXPECT_FALSE(view_.lost(42));
  EXPECT_EQ(gather(42), "");

  append(42, 45);
  EXPECT_EQ(view_.floor_n(), 42);
  EXPECT_EQ(view_.end_n(), 45);
  EXPECT_EQ(gather(42), frames_of(42, 45));
}

TEST_F(LogViewTest, AWindowMayBeginBelowWhereItWasExpectedTo) {
  // What was committed before a subscriber asked the storage may reach the core after the answer.
  view_.begin_at(42);
  append(40, 45);
  EXPECT_EQ(view_.floor_n(), 40);
  EXPECT_EQ(gather(40), frames_of(40, 45));
}

TEST_F(LogViewTest, GathersFromAnyFrameToTheEnd) {
  append(1, 501);
  for (std::int64_t n = 1; n <= 500; ++n) ASSERT_EQ(gather(n), frames_of(n, 501)) << "from " << n;
  EXPECT_EQ(gather(501), "");
  EXPECT_EQ(gather(9'999), "");
}

TEST_F(LogViewTest, GathersNoMorePiecesThanThereIsRoomFor) {
  append(1, 2'001);
  EXPECT_EQ(view_.gather(1, {}), 0u);
  const std::string one = gather(1, 1);
  const std::string two = gather(1, 2);
  EXPECT_FALSE(one.empty());
  EXPECT_GT(two.size(), one.size());
  EXPECT_TRUE(frames_of(1, 2'001).starts_with(two));
  EXPECT_TRUE(two.starts_with(one));
}

TEST_F(LogViewTest, DoesNotSeeWhatItWasNotToldOf) {
  append(1, 11);
  append_frames(log_, 11, 21);
  EXPECT_EQ(view_.end_n(), 11);
  EXPECT_EQ(gather(1), frames_of(1, 11));
  EXPECT_EQ(gather(11), "");
  view_.apply(log_.take_growth());
  EXPECT_EQ(gather(1), frames_of(1, 21));
}

TEST_F(LogViewTest, AdvancesByAnyNumberOfBytes) {
  append(1, 101, 70);  // two segments
  const std::string all = frames_of(1, 101, 70);
  for (std::size_t bytes = 0; bytes <= all.size(); ++bytes) {
    const auto [next_n, rest] = view_.advance(1, bytes);
    ASSERT_EQ(next_n, 1 + static_cast<std::int64_t>((bytes + 69) / 70)) << bytes << " bytes";
    ASSERT_EQ(rest, all.substr(bytes, (70 - bytes % 70) % 70)) << bytes << " bytes";
  }
}

TEST_F(LogViewTest, AdvancesFromTheMiddleOfASegment) {
  append(1, 301);
  const auto [next_n, rest] = view_.advance(7, 250);
  EXPECT_EQ(next_n, 10);
  EXPECT_EQ(rest, frame_of(9).substr(50));
}

TEST_F(LogViewTest, GivesEachFrame) {
  append(1, 301);
  for (std::int64_t n = 1; n <= 300; ++n) ASSERT_EQ(view_.frame(n), frame_of(n));
}

TEST_F(LogViewTest, LosesWhatTheLogHasTrimmed) {
  append(1, 1'001);
  log_.trim(0);
  EXPECT_FALSE(view_.lost(1));  // not told yet
  append(1'001, 1'002);
  EXPECT_EQ(view_.floor_n(), log_.floor_n());
  EXPECT_TRUE(view_.lost(log_.floor_n() - 1));
  EXPECT_FALSE(view_.lost(log_.floor_n()));
  EXPECT_EQ(gather(log_.floor_n() - 1), "");
  EXPECT_EQ(gather(log_.floor_n()), frames_of(log_.floor_n(), 1'002));
}

TEST_F(LogViewTest, KeepsWhatItKnowsWhileTheLogGoesOnWithoutIt) {
  append(1, 301);
  std::array<iovec, 64> pieces;
  const std::size_t count = view_.gather(1, pieces);
  append_frames(log_, 301, 20'001);
  log_.trim(0);
  EXPECT_EQ(text_of({pieces.data(), count}), frames_of(1, 301));
  EXPECT_EQ(gather(1), frames_of(1, 301));
}

TEST_F(LogViewTest, LetsGoOfTheMemoryThatTheLogHasTrimmed) {
  append(1, 301);
  const std::weak_ptr<const Segment> oldest = log_.extents().front().segment;
  append_frames(log_, 301, 5'001);
  log_.trim(0);
  EXPECT_FALSE(oldest.expired());
  view_.apply(log_.take_growth());
  EXPECT_TRUE(oldest.expired());
}

TEST_F(LogViewTest, TakesNoNoticeOfWhatItKnows) {
  append_frames(log_, 1, 11);
  const Growth first = log_.take_growth();
  append_frames(log_, 11, 201);
  const Growth second = log_.take_growth();
  append_frames(log_, 201, 5'001);
  log_.trim(64 * 1024);
  const Growth third = log_.take_growth();

  // A view that was made late knows everything; the notes that were under way to its core come all the same.
  view_.apply({.tail = log_.extents(), .floor_n = log_.floor_n()});
  for (const Growth* note : {&first, &second, &third, &first}) {
    view_.apply(*note);
    ASSERT_EQ(view_.floor_n(), log_.floor_n());
    ASSERT_EQ(view_.end_n(), 5'001);
    ASSERT_EQ(gather(view_.floor_n()), frames_of(log_.floor_n(), 5'001));
  }
}

TEST_F(LogViewTest, ALateNoteTakesNothingBack) {
  append_frames(log_, 1, 11);
  const Growth late = log_.take_growth();
  append(11, 21);  // into the same segment
  ASSERT_EQ(log_.extents().size(), 1u);
  view_.apply(late);
  EXPECT_EQ(view_.end_n(), 21);
  EXPECT_EQ(gather(1), frames_of(1, 21));
}

TEST_F(LogViewTest, ANoteMayTellOfMoreThanTheWindowHolds) {
  append_frames(log_, 1, 5'001);
  Growth growth = log_.take_growth();
  log_.trim(0);
  growth.floor_n = log_.floor_n();
  view_.apply(growth);
  EXPECT_EQ(view_.floor_n(), log_.floor_n());
  EXPECT_EQ(gather(view_.floor_n()), frames_of(log_.floor_n(), 5'001));
}

TEST_F(LogViewTest, FollowsAJumpOfTheLog) {
  append(1, 301);
  append(1'000, 1'010);
  EXPECT_TRUE(view_.lost(300));
  EXPECT_EQ(view_.floor_n(), 1'000);
  EXPECT_EQ(gather(1'000), frames_of(1'000, 1'010));
}

TEST(LogViewOfAPage, OutlivesTheLogItWasMadeOf) {
  LogView page = [] {
    TopicLog log;
    append_frames(log, 301, 801);
    return LogView(log);
  }();
  EXPECT_EQ(page.floor_n(), 301);
  EXPECT_EQ(page.end_n(), 801);
  const LogView moved = std::move(page);
  EXPECT_EQ(moved.frame(800), frame_of(800));
}

TEST(LogViewOfAPage, IsEmptyWhenNothingWasRead) {
  const LogView page{TopicLog()};
  EXPECT_EQ(page.end_n(), 0);
  std::array<iovec, 1> pieces;
  EXPECT_EQ(page.gather(1, pieces), 0u);
}

// Follows a view, and does something each time it is told of growth.
class Follower final : public Subscriber {
 public:
  explicit Follower(std::function<void()> action = [] {}) : action_(std::move(action)) {}
  void on_growth() override {
    ++told;
    action_();
  }
  int told = 0;

 private:
  std::function<void()> action_;
};

TEST(Subscribers, AreToldOnceEach) {
  LogView view;
  std::array<Follower, 3> followers;
  EXPECT_FALSE(view.has_subscribers());
  for (Follower& follower : followers) view.add(follower);
  EXPECT_TRUE(view.has_subscribers());
  view.notify();
  view.notify();
  for (const Follower& follower : followers) EXPECT_EQ(follower.told, 2);
}

TEST(Subscribers, LeaveWhenTheyAreDestroyed) {
  LogView view;
  Follower stays;
  view.add(stays);
  {
    Follower leaves;
    view.add(leaves);
  }
  view.notify();
  EXPECT_EQ(stays.told, 1);
  stays.unlink();
  EXPECT_FALSE(view.has_subscribers());
  view.notify();
  EXPECT_EQ(stays.told, 1);
}

TEST(Subscribers, MayLeaveWhileTheyAreTold) {
  LogView view;
  std::unique_ptr<Follower> destroyed;
  Follower first;
  destroyed = std::make_unique<Follower>([&] { destroyed.reset(); });
  Follower unlinked([&] { unlinked.unlink(); });
  Follower last;
  for (Follower* follower : {&first, destroyed.get(), &unlinked, &last}) view.add(*follower);
  view.notify();
  EXPECT_EQ(destroyed, nullptr);
  view.notify();
  EXPECT_EQ(first.told, 2);
  EXPECT_EQ(unlinked.told, 1);
  EXPECT_EQ(last.told, 2);
}

TEST(Subscribers, TheErrorOfOneDoesNotKeepTheNewsFromOthers) {
  LogView view;
  Follower first;
  Follower broken([] { throw std::runtime_error("a subscriber that fails"); });
  Follower last;
  for (Follower* follower : {&first, &broken, &last}) view.add(*follower);
  EXPECT_NO_THROW(view.notify());
  EXPECT_EQ(first.told, 1);
  EXPECT_EQ(last.told, 1);
}

TEST(Subscribers, MayOutliveTheView) {
  Follower follower;
  {
    LogView view;
    view.add(follower);
  }
  EXPECT_FALSE(follower.is_linked());
}

}  // namespace
}  // namespace vestnik::live
