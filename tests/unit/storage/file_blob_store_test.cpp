#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>

#include "base/sha256.hpp"
#include "storage/files/blob_store.hpp"
#include "unit/storage/temporary_folder.hpp"

namespace vestnik::storage {
namespace {

constexpr std::uint64_t kRoom = 1 << 20;

std::unique_ptr<FileBlobStore> open_store(const TemporaryFolder& folder, std::uint64_t bytes_max = kRoom,
                                          std::string_view owner = "one") {
  auto store = FileBlobStore::open(folder.path() + "/blobs", owner, bytes_max);
  if (!store) throw std::runtime_error(store.error().detail);
  return std::move(*store);
}

std::string digest(std::string_view content) {
  Sha256 hash;
  hash.add(content);
  return hash.finish();
}

Blob put(FileBlobStore& store, std::string_view content) {
  auto upload = store.begin();
  EXPECT_TRUE(upload && (*upload)->write(content));
  auto blob = (*upload)->finish();
  EXPECT_TRUE(blob && (*upload)->keep());
  return *blob;
}

std::string read_all(BlobReader& reader) {
  std::string content(reader.size() + 10, '?');
  const auto bytes = reader.read(0, content);
  EXPECT_TRUE(bytes);
  content.resize(bytes.value_or(0));
  return content;
}

TEST(FileBlobStore, GivesBackWhatWasPut) {
  const TemporaryFolder folder;
  const auto store = open_store(folder);
  const Blob blob = put(*store, "hello");
  EXPECT_EQ(blob.sha256, digest("hello"));
  EXPECT_EQ(blob.size, 5U);
  auto reader = store->open(blob.sha256);
  ASSERT_TRUE(reader);
  EXPECT_EQ(read_all(**reader), "hello");
  std::string piece(3, '?');
  EXPECT_EQ((*reader)->read(3, piece).value_or(0), 2U);
  EXPECT_EQ(piece.substr(0, 2), "lo");
}

TEST(FileBlobStore, NamesAreDigestsOnly) {
  const TemporaryFolder folder;
  const auto store = open_store(folder);
  put(*store, "hello");
  for (const std::string name : {"", "..", "../owner", "owner", "2c/../../owner"}) {
    const auto reader = store->open(name);
    ASSERT_FALSE(reader);
    EXPECT_EQ(reader.error().code, ErrorCode::kNotFound);
    EXPECT_TRUE(store->remove(name));
  }
  EXPECT_TRUE(std::filesystem::exists(folder.path() + "/blobs/owner"));
}

TEST(FileBlobStore, WhatIsNotKeptLeavesNothing) {
  const TemporaryFolder folder;
  const auto store = open_store(folder);
  {
    auto upload = store->begin();
    ASSERT_TRUE((*upload)->write("half"));
    EXPECT_EQ(store->used_bytes(), 4U);
    EXPECT_EQ(folder.count_files("blobs/incoming"), 1U);
  }
  {
    auto upload = store->begin();
    ASSERT_TRUE((*upload)->write("whole, but not kept"));
    ASSERT_TRUE((*upload)->finish());
  }
  EXPECT_EQ(folder.count_files("blobs/incoming"), 0U);
  EXPECT_EQ(store->used_bytes(), 0U);
  EXPECT_TRUE(store->list().value().empty());
}

TEST(FileBlobStore, TheSameContentIsHeldOnce) {
  const TemporaryFolder folder;
  const auto store = open_store(folder);
  put(*store, "hello");
  put(*store, "hello");
  EXPECT_EQ(store->list().value().size(), 1U);
  EXPECT_EQ(store->used_bytes(), 5U);
  EXPECT_EQ(folder.count_files("blobs/incoming"), 0U);
}

TEST(FileBlobStore, ADamagedFileIsReplaced) {
  const TemporaryFolder folder;
  const auto store = open_store(folder);
  const Blob blob = put(*store, "hello");
  std::filesystem::resize_file(folder.path() + "/blobs/" + blob.sha256.substr(0, 2) + "/" + blob.sha256, 2);
  put(*store, "hello");
  EXPECT_EQ(read_all(**store->open(blob.sha256)), "hello");
}

TEST(FileBlobStore, HoldsNoMoreThanItMay) {
  const TemporaryFolder folder;
  const auto store = open_store(folder, 10);
  const Blob blob = put(*store, "12345678");
  auto upload = store->begin();
  ASSERT_TRUE((*upload)->write("ab"));
  const auto beyond = (*upload)->write("c");
  ASSERT_FALSE(beyond);
  EXPECT_EQ(beyond.error().code, ErrorCode::kResourceExhausted);
  EXPECT_NE(beyond.error().detail.find("--max-attachments-total-bytes"), std::string::npos);
  upload->reset();
  EXPECT_EQ(store->used_bytes(), 8U);
  ASSERT_TRUE(store->remove(blob.sha256));
  EXPECT_EQ(store->used_bytes(), 0U);
  put(*store, "1234567890");
}

TEST(FileBlobStore, RemovedContentIsGoneButForItsReaders) {
  const TemporaryFolder folder;
  const auto store = open_store(folder);
  const Blob blob = put(*store, "hello");
  auto reader = store->open(blob.sha256);
  ASSERT_TRUE(store->remove(blob.sha256));
  ASSERT_TRUE(store->remove(blob.sha256)) << "removing twice is no error";
  EXPECT_EQ(read_all(**reader), "hello");
  EXPECT_EQ(store->open(blob.sha256).error().code, ErrorCode::kNotFound);
}

TEST(FileBlobStore, AnInterruptedUploadIsSweptAtTheNextStart) {
  const TemporaryFolder folder;
  put(*open_store(folder), "hello");
  std::ofstream(folder.path() + "/blobs/incoming/left-by-a-kill") << "half";
  const auto store = open_store(folder);
  EXPECT_EQ(folder.count_files("blobs/incoming"), 0U);
  EXPECT_EQ(store->used_bytes(), 5U);
  EXPECT_EQ(store->list().value().front().sha256, digest("hello"));
}

TEST(FileBlobStore, SaysOnceWhatItFound) {
  const TemporaryFolder folder;
  const Blob blob = put(*open_store(folder), "hello");
  const auto store = open_store(folder);
  const auto found = store->take_found();
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].sha256, blob.sha256);
  EXPECT_EQ(found[0].size, 5U);
  EXPECT_TRUE(store->take_found().empty());
}

TEST(FileBlobStore, AFileThatCannotBeCountedIsAnError) {
  const TemporaryFolder folder;
  const std::string shelf = folder.path() + "/blobs/ab/";
  std::filesystem::create_directories(shelf);
  for (const char digit : {'0', '1', '2', '3'}) std::ofstream(shelf + "ab" + std::string(62, digit)) << "counted";
  EXPECT_EQ(open_store(folder)->used_bytes(), 28U);
  for (const char digit : {'4', '5', '6'}) std::filesystem::create_directory(shelf + "ab" + std::string(62, digit));
  const auto store = FileBlobStore::open(folder.path() + "/blobs", "one", kRoom);
  ASSERT_FALSE(store);
  EXPECT_NE(store.error().detail.find("/blobs"), std::string::npos) << store.error().detail;
}

TEST(FileBlobStore, IsOneProcessesAndOneDatabases) {
  const TemporaryFolder folder;
  {
    const auto store = open_store(folder);
    const auto second = FileBlobStore::open(folder.path() + "/blobs", "one", kRoom);
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().code, ErrorCode::kFailedPrecondition);
  }
  const auto other = FileBlobStore::open(folder.path() + "/blobs", "two", kRoom);
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().code, ErrorCode::kFailedPrecondition);
  EXPECT_NE(other.error().detail.find("another database"), std::string::npos);
  open_store(folder);
}

TEST(FileBlobStore, IsTakenOverByADatabaseThatKnowsAllOfIt) {
  const TemporaryFolder folder;
  const std::string ours = put(*open_store(folder), "ours").sha256;
  const auto open_as_two = [&](const FileBlobStore::IsKnown& is_known) {
    return FileBlobStore::open(folder.path() + "/blobs", "two", kRoom, {}, is_known).has_value();
  };
  EXPECT_FALSE(open_as_two({}));
  EXPECT_FALSE(open_as_two([](auto) { return false; }));
  EXPECT_TRUE(open_as_two([&](auto sha256) { return sha256 == ours; }));
  EXPECT_TRUE(open_as_two({})) << "from then on it is theirs";
  EXPECT_FALSE(FileBlobStore::open(folder.path() + "/blobs", "one", kRoom)) << "and nobody else's";
}

TEST(FileBlobStore, KeepsNothingInAFolderThatWasReplaced) {
  const TemporaryFolder folder;
  std::vector<std::string> failures;
  const auto store = FileBlobStore::open(folder.path() + "/blobs", "one", kRoom,
                                         [&](const Error& error) { failures.push_back(error.detail); });
  ASSERT_TRUE(store);
  auto upload = (*store)->begin();
  ASSERT_TRUE(upload && (*upload)->write("content") && (*upload)->finish());
  std::filesystem::rename(folder.path() + "/blobs", folder.path() + "/moved");
  std::filesystem::create_directory(folder.path() + "/blobs");
  EXPECT_FALSE((*upload)->keep());
  ASSERT_EQ(failures.size(), 1U);
  EXPECT_NE(failures[0].find("removed or replaced"), std::string::npos) << failures[0];
}

TEST(FileBlobStore, SaysWhichFolderCannotBeUsed) {
  const TemporaryFolder folder;
  std::ofstream(folder.path() + "/file") << "not a folder";
  const auto store = FileBlobStore::open(folder.path() + "/file/blobs", "one", kRoom);
  ASSERT_FALSE(store);
  EXPECT_EQ(store.error().code, ErrorCode::kUnavailable);
  EXPECT_NE(store.error().detail.find("/file/blobs"), std::string::npos) << store.error().detail;
}

TEST(FileBlobStore, ATemporaryOneLeavesNothing) {
  const TemporaryFolder folder;
  ASSERT_EQ(setenv("TMPDIR", folder.path().c_str(), 1), 0);
  const std::string of_a_killed_process = folder.path() + "/vestnik-attachments-killed";
  const std::string of_one_without_a_lock = folder.path() + "/vestnik-attachments-unlocked";
  const std::string of_one_that_starts = folder.path() + "/vestnik-attachments-starts";
  for (const auto& path : {of_a_killed_process, of_one_without_a_lock, of_one_that_starts}) {
    std::filesystem::create_directory(path);
  }
  std::ofstream(of_a_killed_process + "/lock") << "";
  const auto long_ago = std::filesystem::file_time_type::clock::now() - std::chrono::minutes(2);
  for (const auto& path : {of_a_killed_process, of_one_without_a_lock}) {
    std::filesystem::last_write_time(path, long_ago);
  }
  {
    auto store = FileBlobStore::open_temporary(kRoom);
    ASSERT_TRUE(store);
    const Blob blob = put(**store, "hello");
    EXPECT_FALSE(std::filesystem::exists(of_a_killed_process));
    EXPECT_FALSE(std::filesystem::exists(of_one_without_a_lock));
    EXPECT_TRUE(std::filesystem::remove(of_one_that_starts));
    ASSERT_TRUE(FileBlobStore::open_temporary(kRoom)) << "beside one that is in use";
    EXPECT_TRUE((*store)->open(blob.sha256));
  }
  ASSERT_EQ(unsetenv("TMPDIR"), 0);
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

}  // namespace
}  // namespace vestnik::storage
