// The index file of SQLite: it holds nothing more than the texts, and whatever happens to the file, to the disk or to
// the power, it ends equal to the messages.
#include <fmt/core.h>
#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <future>
#include <random>
#include <vector>

#include "conformance/faulty_disk.hpp"
#include "conformance/raw_sqlite.hpp"
#include "conformance/support.hpp"

namespace vestnik::conformance {
namespace {

using testing::HasSubstr;
namespace fs = std::filesystem;

constexpr auto kReplace = fs::copy_options::overwrite_existing;

class SqliteSearch : public testing::Test {
 protected:
  SqliteSearch() {
    open();
    must(store_->create_room(new_room("room", "room")));
  }

  void open() { store_ = must(storage::open_store("sqlite:" + path_, {})); }
  void close() { store_.reset(); }
  void send(int from, int to, std::string_view word = "text", std::chrono::seconds when = 1s) {
    std::vector<chat::Change> drafts;
    for (int i = from; i < to; ++i) drafts.push_back(draft_for("room", fmt::format("{} t{}", word, i)));
    for (auto& result : must(store_->append(drafts, at(when)))) must(std::move(result));
  }
  void edit(int from, int to, std::string_view word) {
    std::vector<chat::Change> edits;
    for (int i = from; i < to; ++i) edits.push_back(chat::Edit{"room", i, {}, fmt::format("{} {}", word, i)});
    for (auto& result : must(store_->append(edits, at(1s)))) must(std::move(result));
  }
  static std::int64_t count(chat::SearchStore& store, std::string_view query) {
    return std::ssize(must(chat::find_messages(store, search_query(query), {.limit = 1'000'000})).messages);
  }
  std::int64_t count(std::string_view query) { return count(*store_, query); }
  std::int64_t rows_in_index() { return ask_sql(index_path_, "SELECT count(*) FROM search_content"); }
  std::int64_t waiting_changes() { return ask_sql(path_, "SELECT count(*) FROM text_changes"); }
  void close_room() {
    must(store_->append(std::vector<chat::Change>{chat::Closing{.room_id = "room", .user_id = {}}}, at(2s)));
    while (must(store_->sweep_closed_rooms())) {
    }
  }
  // Behind the first pages of the index, which are looked at when it is opened.
  void damage_index() {
    std::fstream file(index_path_, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(8'192);
    file << std::string(fs::file_size(index_path_) - 8'192, 'x');
  }
  // Copies the files of a closed storage, those of the index or those of the database.
  void copy(const std::string& from, const std::string& to) { fs::copy_file(from, to, kReplace); }

  TempFolder folder_;
  const std::string path_ = folder_.file("a.db");
  const std::string index_path_ = path_ + "-search";
  std::unique_ptr<storage::Store> store_;
};

TEST_F(SqliteSearch, WhatIsGoneLeavesTheFile) {
  must(store_->create_room(new_room("other", "other")));
  send(0, 50);
  must(store_->append(std::vector<chat::Change>{draft_for("other", "text")}, at(1s)));
  index_all(*store_);
  EXPECT_EQ(rows_in_index(), 51);
  must(store_->append(std::vector<chat::Change>{chat::Deletion{"room", 10, {}}}, at(2s)));
  index_all(*store_);
  EXPECT_EQ(rows_in_index(), 50);
  auto draft = draft_for("room", "text");
  draft.message_limit = 5;
  must(store_->append(std::vector<chat::Change>{draft}, at(2s)));
  index_all(*store_);
  EXPECT_EQ(rows_in_index(), 6);
  must(store_->append(std::vector<chat::Change>{chat::Closing{.room_id = "room", .user_id = {}}}, at(2s)));
  close();  // before the index has learnt of it
  open();
  index_all(*store_);
  EXPECT_EQ(rows_in_index(), 1);
  EXPECT_EQ(ask_sql(index_path_, "SELECT count(*) FROM rooms"), 1);
}

TEST_F(SqliteSearch, ForgetsChangesThatTheIndexHas) {
  send(0, 20);
  edit(1, 11, "changed");
  EXPECT_EQ(waiting_changes(), 10);
  index_all(*store_);
  EXPECT_EQ(waiting_changes(), 0);
  EXPECT_EQ(count("changed"), 10);
}

TEST_F(SqliteSearch, AnIndexOlderThanTheDatabaseIsMadeAnew) {
  send(0, 20);
  index_all(*store_);
  close();
  copy(index_path_, folder_.file("old-index"));
  open();
  edit(1, 11, "changed");
  index_all(*store_);
  ASSERT_LT(waiting_changes(), 10) << "the database has forgotten some of them";
  close();
  copy(folder_.file("old-index"), index_path_);
  open();
  index_all(*store_);
  EXPECT_EQ(count("changed"), 10);
  EXPECT_EQ(count("text"), 10);
}

TEST_F(SqliteSearch, AnIndexNewerThanTheDatabaseIsMadeAnew) {
  send(0, 20);
  edit(1, 3, "changed");
  index_all(*store_);
  close();
  copy(path_, folder_.file("old"));
  open();
  send(20, 30);
  edit(1, 11, "lost");
  index_all(*store_);
  close();
  copy(folder_.file("old"), path_);
  open();
  index_all(*store_);
  EXPECT_EQ(count("lost"), 0);
  EXPECT_EQ(count("changed"), 2);
  EXPECT_EQ(count("text"), 18);
  EXPECT_EQ(rows_in_index(), 20);
}

TEST_F(SqliteSearch, AnIndexOfAnotherDatabaseIsMadeAnew) {
  send(0, 20);
  index_all(*store_);
  close();
  fs::remove(path_);
  open();
  must(store_->create_room(new_room("room", "room")));
  send(0, 30, "other");
  run_sql(path_, "DELETE FROM messages WHERE id = 20");  // which would tell one from the other, too
  index_all(*store_);
  EXPECT_EQ(count("other"), 29);
  EXPECT_EQ(rows_in_index(), 29);
}

TEST_F(SqliteSearch, AnIndexOfACopyThatGrewInAnotherWayIsMadeAnew) {
  send(0, 10);
  close();
  copy(path_, folder_.file("old"));
  open();
  send(10, 20);
  index_all(*store_);
  close();
  copy(folder_.file("old"), path_);
  open();
  send(10, 30, "other", 2s);
  index_all(*store_);
  EXPECT_EQ(count("other"), 20);
  EXPECT_EQ(rows_in_index(), 30);
}

TEST_F(SqliteSearch, ARoomIsNotTakenForTheOneBefore) {
  send(0, 20);
  index_all(*store_);
  close_room();
  must(store_->create_room(new_room("room", "room")));
  send(20, 25);
  index_all(*store_);
  EXPECT_EQ(rows_in_index(), 5);
  close_room();
  index_all(*store_);
  EXPECT_EQ(rows_in_index(), 0);
}

TEST_F(SqliteSearch, TakesInLongTextsInSmallPieces) {
  send(0, 100);
  index_all(*store_);
  edit(1, 101, std::string(100'000, 'x'));
  const auto step = must(store_->index_some(1'000));
  EXPECT_LT(step.messages, 50) << "some megabytes";
  EXPECT_TRUE(step.more);
  index_all(*store_);
  EXPECT_EQ(count("text"), 0);
}

TEST_F(SqliteSearch, ADamagedFileIsMadeAnew) {
  send(0, 2'000);
  index_all(*store_);
  close();
  damage_index();
  open();
  static_cast<void>(store_->index_some(7));
  send(2'000, 2'100);
  for (int i = 0; i < 3; ++i) static_cast<void>(store_->index_some(7));  // fails, and learns of the damage
  static_cast<void>(store_->search(search_query("text"), {}));
  index_all(*store_);
  EXPECT_EQ(count("text"), 2'100);
}

TEST_F(SqliteSearch, ASearchRightAfterTheStartWaitsForTheFile) {
  send(0, 10);
  auto found = std::async(std::launch::async, [this] { return store_->search(search_query("text"), {.limit = 50}); });
  EXPECT_EQ(found.wait_for(100ms), std::future_status::timeout);
  index_all(*store_);
  EXPECT_TRUE(found.get());
}

TEST_F(SqliteSearch, AFailureOfTheOldFileSparesTheNewOne) {
  send(0, 2'000);
  index_all(*store_);
  close();
  FaultyDisk disk;
  open();
  must(store_->index_some(1));
  EXPECT_EQ(count("absent"), 0);  // its reader has the first pages
  damage_index();
  disk.hold_reads(1, "-search");
  auto late = std::async(std::launch::async, [&] { return store_->search(search_query("text"), {}); });
  disk.wait_until_held();
  must(store_->clear_index());
  index_all(*store_);
  disk.heal();
  EXPECT_FALSE(late.get().has_value());
  EXPECT_EQ(must(store_->index_some(1)).messages, 0) << "nothing is begun anew";
  EXPECT_EQ(count("text"), 2'000);
  close();
}

TEST_F(SqliteSearch, SlowSearchesKeepNobodyFromTheHistory) {
  constexpr int kSearches = 4;  // as many as there are readers of the database
  close();
  FaultyDisk disk;
  open();
  send(0, 10);
  index_all(*store_);
  disk.hold_reads(kSearches, "-search");
  std::vector<std::future<Result<chat::FoundTexts>>> searches;
  for (int i = 0; i < kSearches; ++i)
    searches.push_back(std::async(std::launch::async, [&] { return store_->search(search_query("text"), {}); }));
  disk.wait_until_held();
  EXPECT_TRUE(store_->list_messages(query_for("room")).has_value());
  disk.heal();
  for (auto& search : searches) EXPECT_EQ(must(search.get()).messages.size(), 10U);
  close();
}

TEST_F(SqliteSearch, AFullDiskOfTheIndexIsNoneOfTheChat) {
  close();
  FaultyDisk disk;
  open();
  send(0, 10);
  index_all(*store_);
  disk.fail({.call = Call::kWrite, .code = SQLITE_FULL, .times = 1'000'000, .file_ending = "-search-wal"});
  send(10, 500);
  const auto step = store_->index_some(100);
  ASSERT_FALSE(step.has_value());
  EXPECT_EQ(step.error().code, ErrorCode::kUnavailable);
  EXPECT_THAT(step.error().detail, HasSubstr("The search index of sqlite:"));
  EXPECT_TRUE(store_->check().has_value()) << "the chat goes on";
  EXPECT_EQ(count("text"), 10) << "what is indexed is found";
  send(500, 510);
  disk.heal();
  index_all(*store_);
  EXPECT_EQ(count("text"), 510);
  close();
}

// The index may lose its last commits, the database never: together they end whole. The changes come when the index has
// the messages safely, so that they are lost if the database forgets them too early.
TEST_F(SqliteSearch, APowerCutLosesNothing) {
  close();
  std::mt19937 random(std::random_device{}());
  const auto any = [&random](int below) { return static_cast<int>(random() % static_cast<unsigned>(below)); };
  for (int round = 0; round < 20; ++round) {
    const TempFolder before;
    const TempFolder after;
    const auto path = before.file("a.db");
    FaultyDisk disk;
    auto store = must(storage::open_store("sqlite:" + path, {}));
    must(store->create_room(new_room("room", "room")));
    const auto write = [&](int count) {
      std::vector<chat::Change> changes;
      for (int i = 0; i < count; ++i) changes.push_back(draft_for("room", "text"));
      for (int i = 0; i < any(10); ++i) changes.push_back(chat::Edit{"room", 1 + any(count), {}, "new"});
      must(store->append(changes, at(1s)));
    };
    write(200);
    index_all(*store);
    store.reset();
    store = must(storage::open_store("sqlite:" + path, {}));
    for (int i = 0; i < any(10); ++i) {
      write(10);
      if (any(3) == 0) must(store->index_some(1 + any(50)));
    }
    disk.cut_power(path, after.path(), random);
    store.reset();

    store = must(storage::open_store("sqlite:" + after.file("a.db"), {}));
    index_all(*store);
    std::int64_t texts = 0;
    std::int64_t edited = 0;
    auto query = query_for("room");
    query.limit = INT32_MAX;
    for (const auto& message : must(store->list_messages(query))) ++(message.content == "new" ? edited : texts);
    ASSERT_GE(texts + edited, 200);
    ASSERT_EQ(count(*store, "text"), texts) << "round " << round;
    ASSERT_EQ(count(*store, "new"), edited) << "round " << round;
  }
}

}  // namespace
}  // namespace vestnik::conformance
