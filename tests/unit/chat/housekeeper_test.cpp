// Housekeeping on a running core, with time and the storage in the hands of the test.
#include "chat/housekeeper.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <exception>
#include <future>
#include <optional>
#include <string>
#include <vector>

#include "chat/chat_service.hpp"
#include "unit/chat/fake_attachments.hpp"
#include "unit/chat/fake_keys.hpp"
#include "unit/chat/writer_fixture.hpp"

namespace vestnik::chat {
namespace {

using testing::ElementsAre;
using testing::SizeIs;

constexpr std::chrono::milliseconds kTtl = 10min;
constexpr std::chrono::milliseconds kGuestRoomTtl = 0ms;  // they stay, as on an open server
const Error kDiskFull{.code = ErrorCode::kUnavailable, .detail = "the disk is full"};

// A clock that knows how often it was asked, so that a test can wait until the housekeeper has looked.
class WatchedClock {
 public:
  Time operator()() {
    const std::scoped_lock lock(mutex_);
    ++looks_;
    looked_.notify_all();
    return now_;
  }
  void set(Time now) {
    const std::scoped_lock lock(mutex_);
    now_ = now;
  }
  // Waits for that many looks from now on.
  bool wait_for_looks(int count) {
    std::unique_lock lock(mutex_);
    return looked_.wait_for(lock, kPatience, [this, end = looks_ + count] { return looks_ >= end; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable looked_;
  Time now_ = kNow;
  int looks_ = 0;
};

class HousekeeperTest : public WriterTest {
 protected:
  HousekeeperTest()
      : sessions_(
            store_, keys_, rooms_, kTtl, Access::kSessions, [this] { return now_.load(); },
            [this] { return now_.load(); }) {
    writer_.emplace(
        store_, cores_, MessageWriter::Options{}, [this](std::span<const Committed> batch) { publish(batch); },
        [this] { return now_.load(); }, metrics_);
    housekeeper_.emplace(
        store_, rooms_, sessions_, attachments_, *writer_, pool_, kGuestRoomTtl, [this] { return clock_(); }, metrics_);
  }
  ~HousekeeperTest() override {
    store_.let_appends_go();
    writer_->stop();
    pool_.join();
    cores_.stop();  // with it ends run()
  }

  void keep_house() { asio::co_spawn(cores_[0].context(), housekeeper_->run(cores_[0]), asio::detached); }
  void set_time(Time now) {
    now_ = now;
    clock_.set(now);
  }

  RoomPtr open_room(const std::string& name, std::optional<Time> expires_at, std::optional<UserId> owner = {}) {
    RoomInfo info{.id = "id of " + name, .name = name, .epoch = "k3", .created_at = kNow, .owner_id = owner};
    const RoomRules rules{.expires_at = expires_at};
    EXPECT_TRUE(store_.create_room({info, rules}).has_value());
    return rooms_.add(std::move(info), rules);
  }

  // The rooms that were asked to be closed, in the order in which they were.
  std::vector<std::string> closings() const {
    std::vector<std::string> rooms;
    for (const auto& batch : store_.batches()) {
      for (const Change& change : batch) rooms.push_back(std::get<Closing>(change).room_id);
    }
    return rooms;
  }

  RoomDirectory rooms_;
  std::atomic<Time> now_ = kNow;
  WatchedClock clock_;
  FakeKeyStore key_store_;
  ApiKeys keys_{key_store_, [this] { return now_.load(); }};
  Sessions sessions_;
  FakeAttachmentStore attachment_store_;
  FakeBlobStore blobs_;
  AttachmentService attachments_{attachment_store_, blobs_, {}, [this] { return now_.load(); }};
  runtime::BlockingPool pool_{1, 16};
  std::optional<Housekeeper> housekeeper_;

 private:
  void publish(std::span<const Committed> batch) {
    for (const auto& [room, event, request_id] : batch) {
      if (std::holds_alternative<RoomClosed>(event->what)) rooms_.remove(room->id, event->n);
    }
  }
};

TEST_F(HousekeeperTest, ClosesARoomWhenItsTimeHasPassed) {
  const RoomPtr room = open_room("kitchen", kNow + 1s);
  open_room("attic", kNow + 1h);
  open_room("hall", {});
  keep_house();
  ASSERT_TRUE(clock_.wait_for_looks(2));
  EXPECT_THAT(closings(), SizeIs(0));
  set_time(kNow + 1s);
  ASSERT_TRUE(store_.wait_for_appends(1));
  ASSERT_TRUE(clock_.wait_for_looks(3));
  EXPECT_THAT(closings(), ElementsAre(room->id));
  const auto closing = std::get<Closing>(store_.batches()[0][0]);
  EXPECT_EQ(closing.reason, CloseReason::kExpired);
  EXPECT_EQ(closing.expires_at, kNow + 1s) << "only if it still expires then";
  EXPECT_EQ(room->last_n(), 1);
  EXPECT_NE(rooms_.find("attic"), nullptr);
}

TEST_F(HousekeeperTest, AsksOnceWhileTheClosingIsUnderWay) {
  const RoomPtr room = open_room("kitchen", kNow);
  store_.hold_appends();
  keep_house();
  ASSERT_TRUE(store_.wait_for_appends(1));
  ASSERT_TRUE(clock_.wait_for_looks(3));
  store_.let_appends_go();
  ASSERT_TRUE(clock_.wait_for_looks(3));
  EXPECT_THAT(closings(), ElementsAre(room->id));
}

TEST_F(HousekeeperTest, GoesOnAfterAClosingThatFailed) {
  const RoomPtr room = open_room("kitchen", kNow);
  store_.script(Call::kAppend, {kDiskFull, kDiskFull});
  keep_house();
  ASSERT_TRUE(store_.wait_for_appends(3));
  ASSERT_TRUE(clock_.wait_for_looks(3));
  EXPECT_THAT(closings(), ElementsAre(room->id, room->id, room->id));
  EXPECT_EQ(rooms_.find("kitchen"), nullptr);
}

TEST_F(HousekeeperTest, FollowsATimeThatWasPutOff) {
  const RoomPtr room = open_room("kitchen", kNow + 1s);
  rooms_.set_rules(room->id, {.expires_at = kNow + 1h});
  set_time(kNow + 1s);
  keep_house();
  ASSERT_TRUE(clock_.wait_for_looks(2));
  EXPECT_THAT(closings(), SizeIs(0));
  set_time(kNow + 1h);
  ASSERT_TRUE(store_.wait_for_appends(1));
}

TEST_F(HousekeeperTest, LeavesARoomWhoseTimeIsBeingPutOff) {
  const RoomPtr room = open_room("kitchen", kNow);
  RulesPatch patch;
  patch.expires_at.emplace(kNow + 1h);
  const Change extension = RulesChange{.room_id = room->id, .patch = patch};
  ASSERT_TRUE(store_.append({&extension, 1}, kNow).has_value());  // and the directory is still to hear of it
  keep_house();
  ASSERT_TRUE(store_.wait_for_appends(2));
  ASSERT_TRUE(clock_.wait_for_looks(2));
  EXPECT_NE(rooms_.find("kitchen"), nullptr);
  EXPECT_TRUE(store_.find_room("kitchen").has_value());
}

TEST_F(HousekeeperTest, ClosesWhatExpiredTogether) {
  for (int i = 0; i < 100; ++i) open_room("room " + std::to_string(i), kNow);
  keep_house();
  ASSERT_TRUE(store_.wait_for_appends(1));
  ASSERT_TRUE(clock_.wait_for_looks(2));
  EXPECT_THAT(closings(), SizeIs(100));
  EXPECT_EQ(metrics_.counter("rooms_expired_total", "").value(), 100);
  EXPECT_EQ(rooms_.size(), 0u);
}

TEST_F(HousekeeperTest, EndsSessionsAndGoesOnWhenThatFails) {
  ASSERT_TRUE(sessions_.create({}, "Ann").has_value());
  keep_house();
  ASSERT_TRUE(clock_.wait_for_looks(2));
  EXPECT_EQ(store_.calls(Call::kEndSession), 0u);
  store_.fail_next(Call::kEndSession, kDiskFull);
  set_time(kNow + kTtl);
  ASSERT_TRUE(store_.wait_for(Call::kEndSession, 1));
  ASSERT_TRUE(clock_.wait_for_looks(3));
  EXPECT_EQ(store_.calls(Call::kEndSession), 1u);
  EXPECT_EQ(sessions_.size(), 1u);
  set_time(kNow + kTtl + 1s);
  ASSERT_TRUE(store_.wait_for(Call::kEndSession, 2));
  ASSERT_TRUE(clock_.wait_for_looks(2));
  EXPECT_EQ(sessions_.size(), 0u);
}

TEST_F(HousekeeperTest, ClosesTheRoomsOfGuestsInWhichNobodyWrites) {
  const auto guest = sessions_.create({}, "Ann");
  const auto account = store_.create_user({.username = "ben"});
  housekeeper_.emplace(
      store_, rooms_, sessions_, attachments_, *writer_, pool_, 5s, [this] { return clock_(); }, metrics_);
  const RoomPtr idle = open_room("idle", {}, guest->session.user.id);
  const RoomPtr busy = open_room("busy", {}, guest->session.user.id);
  open_room("of an account", {}, account->id);
  open_room("of nobody", {});
  busy->note_active(kNow + 1s);
  set_time(kNow + 5s);
  keep_house();
  ASSERT_TRUE(clock_.wait_for_looks(4));
  EXPECT_THAT(closings(), SizeIs(0));
  set_time(kNow + 6s);
  ASSERT_TRUE(store_.wait_for_appends(1));
  ASSERT_TRUE(clock_.wait_for_looks(3));
  EXPECT_THAT(closings(), ElementsAre(idle->id));
}

TEST_F(HousekeeperTest, BeginsNothingWhenTheServerStops) {
  open_room("kitchen", kNow);
  store_.leave_pieces(1, 3);
  housekeeper_->stop();
  writer_->stop();
  std::promise<void> ended;
  asio::co_spawn(cores_[0].context(), housekeeper_->run(cores_[0]),
                 [&ended](const std::exception_ptr&) { ended.set_value(); });
  ASSERT_EQ(ended.get_future().wait_for(kPatience), std::future_status::ready);
  EXPECT_THAT(closings(), SizeIs(0));
  EXPECT_EQ(store_.calls(Call::kSweep), 0u);
}

TEST_F(HousekeeperTest, SweepsWhatAnEarlierRunLeftUntilNothingIsLeft) {
  store_.leave_pieces(1, 3);
  store_.fail_next(Call::kSweep, kDiskFull);
  keep_house();
  ASSERT_TRUE(store_.wait_for(Call::kSweep, 4));
  ASSERT_TRUE(clock_.wait_for_looks(3));
  EXPECT_EQ(store_.calls(Call::kSweep), 4u);
}

TEST_F(HousekeeperTest, SweepsAfterEveryClosing) {
  store_.leave_pieces(2, 0);
  keep_house();
  ASSERT_TRUE(store_.wait_for(Call::kSweep, 1));
  for (const std::size_t round : {1u, 2u}) {
    open_room("kitchen", kNow);
    ASSERT_TRUE(store_.wait_for(Call::kSweep, 1 + 2 * round));
    ASSERT_TRUE(clock_.wait_for_looks(3));
    EXPECT_EQ(store_.calls(Call::kSweep), 1 + 2 * round);
  }
}

TEST_F(HousekeeperTest, SweepsAfterAChangeOfRules) {
  const RoomPtr room = open_room("kitchen", {});
  keep_house();
  ASSERT_TRUE(store_.wait_for(Call::kSweep, 1));
  ASSERT_TRUE(clock_.wait_for_looks(2));
  store_.leave_pieces(1, 2);
  rooms_.set_rules(room->id, {.message_limit = 1});
  ASSERT_TRUE(store_.wait_for(Call::kSweep, 3));
  ASSERT_TRUE(clock_.wait_for_looks(3));
  EXPECT_EQ(store_.calls(Call::kSweep), 3u);
}

TEST_F(HousekeeperTest, RemovesTheAttachmentsThatMessagesLetGo) {
  keep_house();
  ASSERT_TRUE(attachment_store_.wait_for_looks(1, kPatience)) << "an earlier run may have left some";
  ASSERT_TRUE(clock_.wait_for_looks(3));
  EXPECT_EQ(attachment_store_.looks(), 1);
  attachment_store_.leave(250);
  ASSERT_TRUE(attachment_store_.wait_for_looks(4, kPatience));
  ASSERT_TRUE(clock_.wait_for_looks(3));
  EXPECT_EQ(attachment_store_.left(), 0u);
  EXPECT_THAT(blobs_.removed(), SizeIs(250));
  EXPECT_EQ(attachment_store_.looks(), 4);
}

TEST_F(HousekeeperTest, TriesAgainToRemoveAttachments) {
  attachment_store_.leave(1);
  attachment_store_.fail_next_look(kDiskFull);
  keep_house();
  ASSERT_TRUE(attachment_store_.wait_for_looks(1, kPatience));
  ASSERT_TRUE(clock_.wait_for_looks(3));
  EXPECT_EQ(attachment_store_.looks(), 1) << "not at once";
  set_time(kNow + 5s);
  ASSERT_TRUE(attachment_store_.wait_for_looks(2, kPatience));
  ASSERT_TRUE(clock_.wait_for_looks(2));
  EXPECT_EQ(attachment_store_.left(), 0u);
}

TEST_F(HousekeeperTest, LooksForUploadsThatWaitTooLong) {
  keep_house();
  ASSERT_TRUE(attachment_store_.wait_for_looks(1, kPatience));
  ASSERT_TRUE(clock_.wait_for_looks(2));
  set_time(kNow + 10min);
  ASSERT_TRUE(attachment_store_.wait_for_looks(2, kPatience));
}

TEST_F(HousekeeperTest, AsksTheStorageNothingWhileNothingIsDue) {
  for (int i = 0; i < 1'000; ++i) open_room("room " + std::to_string(i), kNow + 1h + std::chrono::seconds(i));
  for (int i = 0; i < 1'000; ++i) ASSERT_TRUE(sessions_.create({}, "guest").has_value());
  keep_house();
  ASSERT_TRUE(store_.wait_for(Call::kSweep, 1));
  ASSERT_TRUE(clock_.wait_for_looks(2));
  const auto calls = store_.calls();
  ASSERT_TRUE(clock_.wait_for_looks(5));
  EXPECT_EQ(store_.calls(), calls);
  EXPECT_EQ(attachment_store_.looks(), 1);
  EXPECT_EQ(pool_.waiting(), 0u);
}

}  // namespace
}  // namespace vestnik::chat
