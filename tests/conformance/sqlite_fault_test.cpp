// SQLite on a bad disk: what was acknowledged stays, what was refused is not there, and a doubtful disk is not written
// again.
#include <fmt/core.h>
#include <gmock/gmock.h>

#include <chrono>
#include <random>
#include <thread>
#include <vector>

#include "conformance/faulty_disk.hpp"
#include "conformance/raw_sqlite.hpp"
#include "conformance/support.hpp"

namespace vestnik::conformance {
namespace {

using testing::HasSubstr;

// A storage with one room, in which every message's content is its number.
class Numbered {
 public:
  Numbered(std::string path, const storage::StoreOptions& options)
      : path_(std::move(path)), options_(options), store_(must(storage::open_store("sqlite:" + path_, options_))) {
    must(store_->create_room(new_room("room", "room")));
  }

  chat::ChatStore& store() { return *store_; }
  void close() { store_.reset(); }
  void reopen() {
    close();
    store_ = must(storage::open_store("sqlite:" + path_, options_));
  }

  // Appends the next `count` messages of about `size` bytes; an error unless all were acknowledged.
  Result<void> append(int count, std::size_t size) {
    std::vector<chat::Change> drafts;
    for (int i = 1; i <= count; ++i) drafts.push_back(draft_for("room", content_of(acknowledged_ + i, size)));
    const auto results = store_->append(drafts, at(1s));
    if (!results) return std::unexpected(results.error());
    acknowledged_ += count;
    return {};
  }

  std::int64_t acknowledged() const { return acknowledged_; }

  // That `store` holds the acknowledged messages and no others, except `doubtful` more.
  void expect_whole(chat::ChatStore& store, std::int64_t doubtful) {
    auto query = query_for("room");
    query.order = chat::Order::kAscending;
    query.limit = INT32_MAX;
    const auto messages = must(store.list_messages(query));
    EXPECT_GE(std::ssize(messages), acknowledged_) << "something acknowledged is lost";
    EXPECT_LE(std::ssize(messages), acknowledged_ + doubtful) << "something refused is there";
    for (std::size_t i = 0; i < messages.size(); ++i) {
      const auto n = static_cast<std::int64_t>(i + 1);
      ASSERT_EQ(messages[i].n, n);
      ASSERT_TRUE(messages[i].content.starts_with(content_of(n, 0)));
    }
    EXPECT_EQ(must(store.find_room("room")).counter, std::ssize(messages));
  }

 private:
  static std::string content_of(std::int64_t n, std::size_t size) {
    return fmt::format("{};{}", n, std::string(size, 'x'));
  }

  std::string path_;
  storage::StoreOptions options_;
  std::unique_ptr<chat::ChatStore> store_;
  std::int64_t acknowledged_ = 0;
};

// The space ends at each write of a transaction in turn.
TEST(SqliteFault, AFullDiskRefusesAndRecovers) {
  const TempFolder folder;
  FaultyDisk disk;
  Numbered numbered(folder.file("a.db"), {});
  must(numbered.append(10, 200));
  int faults = 0;
  for (int after = 0; after < 100; ++after) {
    disk.fail({.call = Call::kWrite, .code = SQLITE_FULL, .after = after, .times = 1'000});
    const auto result = numbered.append(20, 300);
    if (!result) {
      ++faults;
      EXPECT_EQ(result.error().code, ErrorCode::kUnavailable);
      EXPECT_THAT(result.error().detail, HasSubstr("the disk is full"));
      EXPECT_GT(result.error().retry_after, 0s);
      EXPECT_FALSE(numbered.store().check().has_value()) << "not ready while it is full";
    }
    numbered.expect_whole(numbered.store(), 0);
    disk.heal();
    EXPECT_TRUE(numbered.store().check().has_value()) << "there is space again";
    must(numbered.append(1, 200));
    if (after % 10 == 0) {
      numbered.reopen();
      numbered.expect_whole(numbered.store(), 0);
    }
  }
  EXPECT_GT(faults, 3) << "the fault must have met writes";
}

// A commit that could not be written or synced is not known to be durable, so nothing more is acknowledged until a
// restart.
TEST(SqliteFault, AFailedWriteOrSyncEndsWriting) {
  for (const auto& [call, code] :
       {std::pair(Call::kSync, SQLITE_IOERR_FSYNC), std::pair(Call::kWrite, SQLITE_IOERR_WRITE)}) {
    const TempFolder folder;
    FaultyDisk disk;
    Numbered numbered(folder.file("a.db"), {});
    must(numbered.append(5, 200));
    disk.fail({.call = call, .code = code, .times = 1});
    EXPECT_EQ(code_of(numbered.append(3, 200)), ErrorCode::kUnavailable);
    ASSERT_TRUE(disk.has_failed());

    EXPECT_EQ(code_of(numbered.append(3, 200)), ErrorCode::kUnavailable) << "the disk is well again, but who knows";
    EXPECT_EQ(code_of(numbered.store().create_user({.username = "u", .email = {}})), ErrorCode::kUnavailable);
    EXPECT_EQ(code_of(numbered.store().check()), ErrorCode::kUnavailable);
    numbered.expect_whole(numbered.store(), 0);
    numbered.reopen();
    numbered.expect_whole(numbered.store(), 3);
    EXPECT_TRUE(numbered.store().check().has_value());
  }
}

// A checkpoint whose sync failed must not be repeated either, not even by closing.
TEST(SqliteFault, AFailedCheckpointEndsWriting) {
  const TempFolder folder;
  FaultyDisk disk;
  Numbered numbered(folder.file("a.db"), {});
  // Commits sync the log; only checkpoints sync the database.
  disk.fail({.call = Call::kSync, .code = SQLITE_IOERR_FSYNC, .times = 1, .file_ending = "a.db"});
  int commits = 0;
  while (commits < 2'000 && numbered.append(20, 4'000)) ++commits;
  EXPECT_LT(commits, 2'000) << "of 80 kB each; the log is copied after 32 MiB";
  ASSERT_TRUE(disk.has_failed());
  EXPECT_FALSE(numbered.store().check().has_value());
  numbered.close();
  EXPECT_TRUE(std::filesystem::exists(folder.file("a.db-wal"))) << "the log still holds what the database may lack";
  numbered.reopen();
  numbered.expect_whole(numbered.store(), 20);
}

TEST(SqliteFault, APowerCutKeepsWhatWasAcknowledged) {
  const TempFolder folder;
  const auto seed = std::random_device{}();
  SCOPED_TRACE(fmt::format("seed {}", seed));
  std::mt19937 random(seed);
  FaultyDisk disk;
  Numbered numbered(folder.file("a.db"), {});
  for (int round = 0; round < 60; ++round) {
    must(numbered.append(1 + static_cast<int>(random() % 10), random() % 1'000));
    if (round % 20 == 10) numbered.reopen();
    const auto after_cut = folder.path() / "after";
    disk.cut_power(folder.file("a.db"), after_cut, random);
    numbered.expect_whole(*must(storage::open_store("sqlite:" + (after_cut / "a.db").string(), {})), 0);
    if (HasFailure()) return;
  }
}

// Also in the middle of checkpoints, which are due every 32 MiB.
TEST(SqliteFault, APowerCutDuringCheckpointsKeepsWhatWasAcknowledged) {
  const TempFolder folder;
  const auto seed = std::random_device{}();
  SCOPED_TRACE(fmt::format("seed {}", seed));
  std::mt19937 random(seed);
  FaultyDisk disk;
  Numbered numbered(folder.file("a.db"), {});
  for (int round = 0; round < 12; ++round) {
    for (int i = 0; i < 10; ++i) must(numbered.append(10, 60'000));
    const auto after_cut = folder.path() / "after";
    disk.cut_power(folder.file("a.db"), after_cut, random);
    numbered.expect_whole(*must(storage::open_store("sqlite:" + (after_cut / "a.db").string(), {})), 0);
    if (HasFailure()) return;
  }
}

TEST(SqliteLog, StaysBoundedUnderContinuousLoad) {
  const TempFolder folder;
  Numbered numbered(folder.file("a.db"), {});
  std::jthread reader([&](const std::stop_token& stop) {
    auto query = query_for("room");
    query.limit = 5;
    while (!stop.stop_requested()) static_cast<void>(numbered.store().list_messages(query));
  });
  std::uintmax_t largest = 0;
  for (int i = 0; i < 300; ++i) {
    must(numbered.append(10, 60'000));
    largest = std::max(largest, std::filesystem::file_size(folder.file("a.db-wal")));
  }
  EXPECT_GT(largest, 16U << 20) << "the load must be larger than the log";
  EXPECT_LT(largest, 96U << 20) << "of some 180 MiB written";
}

// Another program holds the database: a call waits for its deadline, not longer, and harms nothing.
TEST(SqliteTimeout, ALockedDatabaseIsTooLate) {
  const TempFolder folder;
  const auto path = folder.file("a.db");
  Numbered numbered(path, {.timeout = 1s});
  {
    const auto other = storage::sqlite::Connection::open(path);
    ASSERT_TRUE((*other)->execute("BEGIN IMMEDIATE"));
    const auto begin = std::chrono::steady_clock::now();
    EXPECT_EQ(code_of(numbered.append(1, 10)), ErrorCode::kDeadlineExceeded);
    const auto waited = std::chrono::steady_clock::now() - begin;
    EXPECT_GE(waited, 990ms);
    EXPECT_LT(waited, 4s);
    EXPECT_TRUE(numbered.store().check().has_value()) << "reading goes on";
  }
  must(numbered.append(1, 10));
  numbered.expect_whole(numbered.store(), 0);
}

}  // namespace
}  // namespace vestnik::conformance
