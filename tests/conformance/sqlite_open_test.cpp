// Opening SQLite databases: what is made, what is refused and in which words, migrations, damaged files.
#include <fmt/core.h>
#include <gmock/gmock.h>
#include <unistd.h>

#include <array>
#include <fstream>
#include <random>
#include <vector>

#include "conformance/raw_sqlite.hpp"
#include "conformance/support.hpp"
#include "storage/sqlite/migrations.hpp"

namespace vestnik::conformance {
namespace {

using testing::HasSubstr;

Result<std::unique_ptr<chat::ChatStore>> open_at(const std::string& path) {
  return storage::open_store("sqlite:" + path, {});
}

// The error of a database that must not open; it names the path.
Error refusal_of(const std::string& path) {
  auto opened = open_at(path);
  if (opened) throw std::runtime_error("it was opened: " + path);
  EXPECT_THAT(opened.error().detail, HasSubstr(path));
  return opened.error();
}

void write_file(const std::string& path, std::string_view bytes) {
  std::ofstream(path, std::ios::binary) << bytes;
}

// A closed database with the room "room" of `count` messages.
void make_database(const std::string& path, int count) {
  const auto store = must(open_at(path));
  must(store->create_room(new_room("room", "room")));
  std::vector<chat::Change> drafts;
  for (int i = 1; i <= count; ++i) drafts.push_back(draft_for("room", fmt::format("message {}", i)));
  must(store->append(drafts, at(1s)));
}

TEST(OpenStore, ExplainsWhatAUrlMayBe) {
  for (const char* url :
       {"", "memory", "postgres://user:secret@host/db", "redis://host:6379/0", "sqlite", "memory:x", "sqlite:"}) {
    const auto opened = storage::open_store(url, {});
    ASSERT_FALSE(opened.has_value()) << url;
    EXPECT_EQ(opened.error().code, ErrorCode::kInvalidArgument) << url;
    EXPECT_THAT(opened.error().detail, testing::Not(HasSubstr("secret")));
  }
  EXPECT_THAT(storage::open_store("postgres://host/db", {}).error().detail, HasSubstr("\"postgres\""));
}

TEST(SqliteOpen, MakesFoldersAndFile) {
  const TempFolder folder;
  const auto path = folder.file("a/b/c.db");
  EXPECT_TRUE(must(open_at(path))->check().has_value());
  EXPECT_TRUE(std::filesystem::exists(path));
  EXPECT_FALSE(std::filesystem::exists(path + "-wal")) << "a clean end leaves one file";
}

TEST(SqliteOpen, AdoptsAnEmptyFile) {
  const TempFolder folder;
  write_file(folder.file("a.db"), "");
  EXPECT_TRUE(must(open_at(folder.file("a.db")))->check().has_value());
}

TEST(SqliteOpen, TakesNoSpecialNames) {
  const TempFolder folder;
  const auto before = std::filesystem::current_path();
  std::filesystem::current_path(folder.path());
  must(open_at(":memory:"));
  must(open_at("file:x?mode=memory"));
  std::filesystem::current_path(before);
  EXPECT_TRUE(std::filesystem::exists(folder.file(":memory:")));
  EXPECT_TRUE(std::filesystem::exists(folder.file("file:x?mode=memory")));
}

TEST(SqliteOpen, RefusesASecondProcess) {
  const TempFolder folder;
  const auto path = folder.file("a.db");
  {
    const auto store = must(open_at(path));
    const auto error = refusal_of(path);
    EXPECT_EQ(error.code, ErrorCode::kFailedPrecondition);
    EXPECT_THAT(error.detail, HasSubstr(fmt::format("(pid {})", getpid())));
  }
  must(open_at(path));
}

TEST(SqliteOpen, RefusesWhatIsNoDatabase) {
  const TempFolder folder;
  const auto path = folder.file("a.db");
  write_file(path, std::string(10'000, 'x'));
  EXPECT_THAT(refusal_of(path).detail, HasSubstr("file is not a database"));
  EXPECT_EQ(std::filesystem::file_size(path), 10'000U) << "it was left alone";
}

TEST(SqliteOpen, RefusesADatabaseOfAnotherProgram) {
  const TempFolder folder;
  const auto path = folder.file("a.db");
  run_sql(path, "CREATE TABLE photos (id INTEGER)");
  const auto error = refusal_of(path);
  EXPECT_EQ(error.code, ErrorCode::kFailedPrecondition);
  EXPECT_THAT(error.detail, HasSubstr("another program"));
  EXPECT_EQ(ask_sql(path, "SELECT count(*) FROM sqlite_schema"), 1) << "nothing was added";
}

TEST(SqliteOpen, RefusesPathsThatCannotBe) {
  const TempFolder folder;
  write_file(folder.file("file"), "");
  EXPECT_THAT(refusal_of(folder.file("file/a.db")).detail, HasSubstr("folder"));
  EXPECT_THAT(refusal_of(folder.path().string()).detail, HasSubstr("it is a folder"));
  EXPECT_EQ(refusal_of("/proc/a.db").code, ErrorCode::kUnavailable) << "a folder that takes no files";
  EXPECT_EQ(refusal_of("/proc/a/b.db").code, ErrorCode::kUnavailable);
}

TEST(SqliteOpen, RefusesANewerVersion) {
  const TempFolder folder;
  const auto path = folder.file("a.db");
  make_database(path, 1);
  run_sql(path, "INSERT INTO migrations (version, name, checksum, applied_at) VALUES (99, '0099_future.sql', 'x', 0)");
  const auto error = refusal_of(path);
  EXPECT_EQ(error.code, ErrorCode::kFailedPrecondition);
  EXPECT_THAT(error.detail, HasSubstr("newer version"));
  EXPECT_THAT(error.detail, HasSubstr("0099_future.sql"));
}

TEST(SqliteOpen, RefusesAChangedMigration) {
  const TempFolder folder;
  const auto path = folder.file("a.db");
  make_database(path, 1);
  run_sql(path, "UPDATE migrations SET checksum = '0000000000000000' WHERE version = 1");
  const auto error = refusal_of(path);
  EXPECT_EQ(error.code, ErrorCode::kFailedPrecondition);
  EXPECT_THAT(error.detail, HasSubstr("was changed"));
  EXPECT_THAT(error.detail, HasSubstr("0001_chat.sql"));
}

TEST(Migrations, AreAppliedOnceAndWhollyOrNotAtAll) {
  using storage::sqlite::migrate;
  const TempFolder folder;
  const auto path = folder.file("a.db");
  const EmbeddedFile first{.path = "0001_a.sql", .bytes = "CREATE TABLE a (x); INSERT INTO a VALUES (1);"};
  const EmbeddedFile broken{.path = "0002_b.sql", .bytes = "CREATE TABLE b (x); INSERT INTO nowhere VALUES (1);"};
  const EmbeddedFile repaired{.path = "0002_b.sql", .bytes = "CREATE TABLE b (x);"};
  {
    const auto connection = storage::sqlite::Connection::open(path);
    EXPECT_EQ(code_of(migrate(**connection, path, std::array{first, broken}, at(0s))), ErrorCode::kUnavailable);
    EXPECT_EQ(ask_sql(path, "SELECT count(*) FROM a"), 1);
    EXPECT_EQ(ask_sql(path, "SELECT count(*) FROM sqlite_schema WHERE name = 'b'"), 0);
    EXPECT_EQ(ask_sql(path, "SELECT max(version) FROM migrations"), 1);
    must(migrate(**connection, path, std::array{first, repaired}, at(0s)));
    must(migrate(**connection, path, std::array{first, repaired}, at(0s)));
  }
  EXPECT_EQ(ask_sql(path, "SELECT count(*) FROM a"), 1);
  EXPECT_EQ(ask_sql(path, "SELECT count(*) FROM b"), 0);
  EXPECT_EQ(ask_sql(path, "SELECT count(*) FROM migrations"), 2);
}

TEST(SqliteDamage, ABadRowDoesNotSpoilItsPage) {
  const TempFolder folder;
  const auto path = folder.file("a.db");
  make_database(path, 5);
  run_sql(path, "UPDATE messages SET content = CAST(x'41ff42' AS TEXT), username = CAST(x'c3' AS TEXT) WHERE n = 3");
  const auto store = must(open_at(path));
  const auto page = must(store->list_messages(query_for("room")));
  ASSERT_EQ(page.size(), 5U);
  EXPECT_EQ(page[2].content, "\uFFFD");
  EXPECT_EQ(page[2].username, "\uFFFD");
  EXPECT_EQ(page[1].content, "message 4");
}

TEST(SqliteDamage, IsAnErrorAndNeverACrash) {
  const TempFolder folder;
  const auto path = folder.file("a.db");
  make_database(path, 2'000);
  std::ifstream in(path, std::ios::binary);
  const std::string sound((std::istreambuf_iterator<char>(in)), {});
  std::mt19937 random(1);
  int noticed = 0;
  for (int round = 0; round < 100; ++round) {
    auto damaged = sound;
    for (int i = 0; i < 200; ++i) damaged[random() % damaged.size()] = static_cast<char>(random());
    if (round % 4 == 0) damaged.resize(random() % damaged.size());
    if (round % 2 == 0) damaged.replace(0, 4'096, sound, 0, 4'096);
    write_file(path, damaged);
    const auto store = open_at(path);
    if (!store) {
      ++noticed;
      continue;
    }
    auto query = query_for("room");
    query.limit = 5'000;
    if (!(*store)->list_messages(query)) ++noticed;
    static_cast<void>((*store)->list_users(0, 100));
    static_cast<void>((*store)->stats(at(0s)));
    const chat::Change draft = draft_for("room", "more");
    static_cast<void>((*store)->append({&draft, 1}, at(2s)));
    static_cast<void>((*store)->check());
  }
  EXPECT_GT(noticed, 50);
}

}  // namespace
}  // namespace vestnik::conformance
