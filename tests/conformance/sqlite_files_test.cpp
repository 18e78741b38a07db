// The files of a SQLite storage: one database under whatever name, for its owner alone, and noticed when they go.
#include <fcntl.h>
#include <fmt/core.h>
#include <gmock/gmock.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>

#include "conformance/support.hpp"

namespace vestnik::conformance {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

Result<std::unique_ptr<storage::Store>> open_at(const std::string& path, storage::OnFailure on_failure = {}) {
  return storage::open_store("sqlite:" + path, {.on_failure = std::move(on_failure)});
}

unsigned mode_of(const std::string& path) {
  struct stat status{};
  if (stat(path.c_str(), &status) != 0) throw std::runtime_error("there is no " + path);
  return status.st_mode & ALLPERMS;
}

// A folder with the database a/chat.db and other names for it.
class SqliteNames : public testing::Test {
 protected:
  SqliteNames() {
    fs::create_directory(folder_.path() / "b");
    must(must(open_at(file_))->create_room(new_room("room", "room")));
    fs::create_symlink(file_, folder_.path() / "b/file.db");
    fs::create_directory_symlink(folder_.path() / "a", folder_.path() / "folder");
    fs::create_symlink("file.db", folder_.path() / "b/twice.db");
    fs::create_symlink("../b", folder_.path() / "b/round");
  }
  std::vector<std::string> names() const {
    std::vector<std::string> names;
    for (const char* name : {"b/file.db", "b/twice.db", "folder/chat.db", "a/../a/./chat.db", "b/round/file.db"}) {
      names.push_back(folder_.file(name));
    }
    names.push_back(fs::relative(file_).string());
    return names;
  }

  TempFolder folder_;
  std::string file_ = folder_.file("a/chat.db");
};

TEST_F(SqliteNames, AllOfThemMeanOneDatabase) {
  for (const auto& name : names()) {
    const auto store = open_at(name);
    ASSERT_TRUE(store.has_value()) << name;
    EXPECT_TRUE((*store)->find_room("room").has_value()) << name;
    EXPECT_EQ(must(storage::attachments_folder("sqlite:" + name)), fs::canonical(file_).string() + "-attachments");
    must((*store)->index_some(10));
    EXPECT_TRUE(fs::exists(file_ + "-search")) << name;
  }
  for (const auto& entry : fs::directory_iterator(folder_.path() / "b")) EXPECT_TRUE(entry.is_symlink()) << entry;
}

TEST_F(SqliteNames, NoneIsASecondWayIn) {
  const auto store = must(open_at(names().front()));
  for (const auto& name : names()) {
    const auto second = open_at(name);
    ASSERT_FALSE(second.has_value()) << name;
    EXPECT_EQ(second.error().code, ErrorCode::kFailedPrecondition);
    EXPECT_THAT(second.error().detail, HasSubstr(fmt::format("(pid {})", getpid())));
  }
  EXPECT_FALSE(open_at(file_).has_value());
}

TEST_F(SqliteNames, AFileWithTwoNamesIsRefused) {
  fs::create_hard_link(file_, folder_.path() / "b/hard.db");
  for (const auto& name : {file_, folder_.file("b/hard.db")}) {
    const auto refused = open_at(name);
    ASSERT_FALSE(refused.has_value());
    EXPECT_EQ(refused.error().code, ErrorCode::kFailedPrecondition);
    EXPECT_THAT(refused.error().detail, HasSubstr(name));
    EXPECT_THAT(refused.error().detail, HasSubstr("2 names"));
  }
  fs::remove(folder_.path() / "b/hard.db");
  EXPECT_TRUE(open_at(file_).has_value());
}

TEST_F(SqliteNames, ALinkToNothingMakesWhatItLeadsTo) {
  fs::create_symlink(folder_.path() / "a/new.db", folder_.path() / "b/new.db");
  const auto store = open_at(folder_.file("b/new.db"));
  ASSERT_TRUE(store.has_value());
  EXPECT_TRUE(fs::exists(folder_.path() / "a/new.db-wal"));
  EXPECT_EQ(mode_of(folder_.file("a/new.db")), 0600U);
}

TEST_F(SqliteNames, AttachmentsBesideALinkAreNotForgotten) {
  const auto link = folder_.file("b/file.db");
  fs::create_directory(link + "-attachments");  // as earlier versions did
  const auto refused = storage::attachments_folder("sqlite:" + link);
  ASSERT_FALSE(refused.has_value());
  EXPECT_THAT(refused.error().detail, HasSubstr(fmt::format("Move the folder {}-attachments to", link)));
  fs::rename(link + "-attachments", file_ + "-attachments");
  EXPECT_TRUE(storage::attachments_folder("sqlite:" + link).has_value());
}

class SqliteModes : public testing::Test {
 protected:
  SqliteModes() : umask_(umask(022)) {}
  ~SqliteModes() override { umask(umask_); }

  TempFolder folder_;
  std::string path_ = folder_.file("new/deep/chat.db");

 private:
  mode_t umask_;
};

TEST_F(SqliteModes, WhatIsMadeIsForItsOwnerAlone) {
  const auto store = must(open_at(path_));
  must(store->create_room(new_room("room", "room")));
  const chat::Change draft = draft_for("room", "a private sentence");
  must(store->append({&draft, 1}, at(1s)));
  must(store->index_some(10));
  for (const char* folder : {"new", "new/deep"}) EXPECT_EQ(mode_of(folder_.file(folder)), 0700U) << folder;
  for (const auto& file : fs::directory_iterator(folder_.path() / "new/deep")) {
    EXPECT_EQ(mode_of(file.path()), 0600U) << file.path();
  }
  EXPECT_EQ(mode_of(path_ + "-wal"), 0600U);
  EXPECT_EQ(mode_of(path_ + "-search"), 0600U);
}

TEST_F(SqliteModes, WhatTheOperatorMadeStaysAsItIs) {
  fs::create_directories(fs::path(path_).parent_path());
  std::ofstream(path_).close();
  ASSERT_EQ(chmod(path_.c_str(), 0640), 0);
  must(open_at(path_));
  EXPECT_EQ(mode_of(path_), 0640U);
  EXPECT_EQ(mode_of(folder_.file("new")), 0755U);
}

TEST_F(SqliteModes, NobodyElseCanHoldTheLockOfAnEarlierVersion) {
  must(open_at(path_));
  const auto lock = path_ + ".lock";
  ASSERT_EQ(chmod(lock.c_str(), 0644), 0);
  must(open_at(path_));
  EXPECT_EQ(mode_of(lock), 0600U);
}

class SqliteLoss : public testing::TestWithParam<std::function<void(const std::string&)>> {
 protected:
  Result<chat::Appended> send() {
    const chat::Change draft = draft_for("room", "text");
    auto appended = store_->append({&draft, 1}, at(1s));
    if (!appended) return std::unexpected(appended.error());
    return std::move(appended->front());
  }

  TempFolder folder_;
  std::string path_ = folder_.file("data/chat.db");
  std::atomic<int> failures_ = 0;
  std::string detail_;
  std::unique_ptr<storage::Store> store_ = must(open_at(path_, [this](const Error& error) {
    ++failures_;
    detail_ = error.detail;
  }));
};
INSTANTIATE_TEST_SUITE_P(On, SqliteLoss,
                         testing::Values([](const std::string& path) { fs::remove_all(fs::path(path).parent_path()); },
                                         [](const std::string& path) { fs::remove(path); },
                                         [](const std::string& path) { fs::remove(path + "-wal"); },
                                         [](const std::string& path) {
                                           fs::rename(fs::path(path).parent_path(),
                                                      fs::path(path).parent_path().string() + ".gone");
                                         },
                                         [](const std::string& path) {
                                           fs::copy_file(path, path + ".copy");
                                           fs::rename(path + ".copy", path);
                                         }));

TEST_P(SqliteLoss, NothingIsAcknowledgedAnyMore) {
  must(store_->create_room(new_room("room", "room")));
  must(send());
  EXPECT_EQ(failures_, 0);
  try {
    GetParam()(path_);
  } catch (const fs::filesystem_error&) {
    GTEST_FAIL() << "the file system refused";
  }
  EXPECT_EQ(code_of(send()), ErrorCode::kUnavailable);
  EXPECT_EQ(failures_, 1);
  EXPECT_THAT(detail_, HasSubstr("was removed or replaced"));
  EXPECT_EQ(code_of(send()), ErrorCode::kUnavailable) << "nor later";
  EXPECT_EQ(code_of(store_->check()), ErrorCode::kUnavailable);
}

TEST_P(SqliteLoss, HealthShowsItWithoutAnyWrite) {
  GetParam()(path_);
  EXPECT_EQ(code_of(store_->check()), ErrorCode::kUnavailable);
  EXPECT_THAT(detail_, HasSubstr("was removed or replaced"));
}

}  // namespace
}  // namespace vestnik::conformance
