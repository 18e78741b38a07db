#include "storage/sqlite/search_index.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <system_error>

#include "storage/sqlite/search_tokenizer.hpp"

namespace vestnik::storage::sqlite {
namespace {

// Everything here can be made again from the messages, so a commit need not wait for the disk (NORMAL): a power cut
// takes the last commits, never the consistency of the file (https://sqlite.org/pragma.html#pragma_synchronous).
constexpr const char* kSettings = R"(
  PRAGMA synchronous = NORMAL;
  PRAGMA mmap_size = 0;
  PRAGMA temp_store = MEMORY)";
constexpr const char* kWriterSettings = "PRAGMA journal_mode = WAL; PRAGMA cache_size = -32768";
constexpr const char* kReaderSettings = "PRAGMA cache_size = -8192; PRAGMA query_only = ON";

constexpr const char* kDropTables = "DROP TABLE IF EXISTS search; DROP TABLE IF EXISTS progress";
// The table keeps a copy of the texts, from which FTS5 knows what to take out of the index when a message changes.
constexpr const char* kCreateTables = R"(
  CREATE VIRTUAL TABLE search USING fts5(room, content, tokenize = 'vestnik', columnsize = 0);
  CREATE TABLE progress (position INTEGER NOT NULL) STRICT;
  INSERT INTO progress (position) VALUES (0))";

constexpr std::string_view kVersion = "PRAGMA user_version";
constexpr std::string_view kPosition = "SELECT position FROM progress";
constexpr std::string_view kSetPosition = "UPDATE progress SET position = ?1";
constexpr std::string_view kPut = "REPLACE INTO search (rowid, room, content) VALUES (?1, ?2, ?3)";
constexpr std::string_view kRemove = "DELETE FROM search WHERE rowid = ?1";
constexpr std::string_view kFind = R"(
  SELECT rowid FROM search WHERE search MATCH ?1 AND rowid >= ?2 AND rowid < ?3 ORDER BY rowid DESC LIMIT ?4)";
constexpr std::string_view kFindInRoom =
    "SELECT rowid FROM search WHERE search MATCH ?1 AND rowid < ?2 ORDER BY rowid LIMIT ?3";

Outcome<std::unique_ptr<Connection>> connect(const std::string& path, const char* settings) {
  auto connection = Connection::open(std::filesystem::absolute(path).string());
  if (!connection) return connection;
  if (auto set = (*connection)->execute(kSettings); !set) return std::unexpected(std::move(set.error()));
  if (auto set = (*connection)->execute(settings); !set) return std::unexpected(std::move(set.error()));
  if (auto done = register_search_tokenizer(**connection); !done) return std::unexpected(std::move(done.error()));
  return connection;
}

Outcome<void> make_tables(Connection& connection) {
  return in_transaction(connection, kBeginWrite, [&]() -> Outcome<void> {
    if (auto dropped = connection.execute(kDropTables); !dropped) return dropped;
    if (auto created = connection.execute(kCreateTables); !created) return created;
    return connection.execute(fmt::format("PRAGMA user_version = {}", chat::kSearchTokensVersion).c_str());
  });
}

Outcome<std::unique_ptr<Connection>> connect_writer(const std::string& path) {
  auto connection = connect(path, kWriterSettings);
  if (!connection) return connection;
  const auto version = Statement(**connection, kVersion).first([](Row row) { return row.integer(0); });
  if (!version) return std::unexpected(version.error());
  if (*version != chat::kSearchTokensVersion) {
    if (auto made = make_tables(**connection); !made) return std::unexpected(std::move(made.error()));
  }
  // An index whose first page is sound may still be unreadable.
  const auto position = Statement(**connection, kPosition).first([](Row row) { return row.integer(0); });
  if (!position) return std::unexpected(position.error());
  return connection;
}

bool is_damage(const Failure& failure) {
  constexpr int kPrimaryCode = 0xFF;
  const int code = failure.code & kPrimaryCode;
  return code == SQLITE_CORRUPT || code == SQLITE_NOTADB;
}

void remove_files(const std::string& path) {
  for (const auto* suffix : {"", "-wal", "-shm"}) {
    std::error_code error;  // what cannot be removed fails again when it is opened
    std::filesystem::remove(path + suffix, error);
  }
}

Outcome<std::int64_t> read_position(Statement& statement) {
  auto position = statement.first([](Row row) { return row.integer(0); });
  if (!position) return std::unexpected(std::move(position.error()));
  return position->value_or(0);
}

}  // namespace

Outcome<std::unique_ptr<SearchIndex>> SearchIndex::open(const std::string& path) {
  auto connection = connect_writer(path);
  if (!connection && is_damage(connection.error())) {
    remove_files(path);
    connection = connect_writer(path);
  }
  if (!connection) return std::unexpected(std::move(connection.error()));
  return std::make_unique<SearchIndex>(std::move(*connection));
}

SearchIndex::SearchIndex(std::unique_ptr<Connection> connection)
    : connection_(std::move(connection)),
      position_(*connection_, kPosition),
      set_position_(*connection_, kSetPosition),
      put_(*connection_, kPut),
      remove_(*connection_, kRemove),
      find_in_room_(*connection_, kFindInRoom) {}

Outcome<std::int64_t> SearchIndex::position() {
  return read_position(position_);
}

Outcome<void> SearchIndex::apply(std::span<const TextToIndex> texts, std::int64_t position) {
  return in_transaction(*connection_, kBeginWrite, [&]() -> Outcome<void> {
    for (const TextToIndex& text : texts) {
      auto done = text.content
                      ? put_.run(text.id, std::string_view(fmt::format_int(text.room_key).c_str()), *text.content)
                      : remove_.run(text.id);
      if (!done) return done;
    }
    return set_position_.run(position);
  });
}

Outcome<std::int64_t> SearchIndex::remove_of_room(std::int64_t room_key, chat::MessageId before, std::int32_t limit) {
  return in_transaction(*connection_, kBeginWrite, [&]() -> Outcome<std::int64_t> {
    const std::string expression = match_room(room_key);
    auto ids = find_in_room_.all([](Row row) { return row.integer(0); }, std::string_view(expression), before,
                                 std::int64_t{limit});
    if (!ids) return std::unexpected(std::move(ids.error()));
    for (const chat::MessageId id : *ids) {
      if (auto removed = remove_.run(id); !removed) return std::unexpected(std::move(removed.error()));
    }
    return static_cast<std::int64_t>(ids->size());
  });
}

Outcome<void> SearchIndex::clear() {
  return make_tables(*connection_);
}

Outcome<std::unique_ptr<SearchReader>> SearchReader::open(const std::string& path) {
  auto connection = connect(path, kReaderSettings);
  if (!connection) return std::unexpected(std::move(connection.error()));
  return std::make_unique<SearchReader>(std::move(*connection));
}

SearchReader::SearchReader(std::unique_ptr<Connection> connection)
    : connection_(std::move(connection)), find_(*connection_, kFind), position_(*connection_, kPosition) {}

Outcome<std::vector<chat::MessageId>> SearchReader::find(const chat::SearchQuery& query, const SearchFilter& filter) {
  const std::string expression = match_expression(query, filter.room_key);
  return find_.all([](Row row) { return row.integer(0); }, std::string_view(expression), filter.from, filter.before,
                   std::int64_t{filter.limit});
}

Outcome<std::int64_t> SearchReader::position() {
  return read_position(position_);
}

}  // namespace vestnik::storage::sqlite
