#include "storage/sqlite/search_index.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <map>
#include <set>
#include <system_error>

#include "storage/sqlite/search_tokenizer.hpp"

namespace vestnik::storage::sqlite {
namespace {

// Everything here can be made again from the messages, so a commit need not wait for the disk (NORMAL): a power cut
// takes the last commits, never the consistency of the file (https://sqlite.org/pragma.html#pragma_synchronous).
constexpr const char* kIndexSettings = R"(
  PRAGMA synchronous = NORMAL;
  PRAGMA mmap_size = 0;
  PRAGMA temp_store = MEMORY)";
// The log is moved into the file by the commit that fills it: rarely, as it waits for the disk.
constexpr const char* kIndexWriterSettings =
    "PRAGMA journal_mode = WAL; PRAGMA cache_size = -32768; PRAGMA wal_autocheckpoint = 8192";
// A view of each place of each term (https://sqlite.org/fts5.html#the_fts5vocab_virtual_table_module).
constexpr const char* kIndexReaderSettings = R"(
  PRAGMA cache_size = -8192;
  CREATE VIRTUAL TABLE temp.places USING fts5vocab(main, search, instance);
  PRAGMA query_only = ON)";

// Grows whenever the tables change; the version of the file has that of the tokens, too.
constexpr int kTablesVersion = 5;
// Words of which FTS5 unites the lists in some milliseconds.
constexpr std::int64_t kRareMax = 20'000;

int file_version() {
  return 1'000'000 * kTablesVersion + chat::search_tokens_version();
}

constexpr const char* kDropTables =
    "DROP TABLE IF EXISTS search; DROP TABLE IF EXISTS progress; DROP TABLE IF EXISTS rooms";
// The table keeps a copy of the texts, from which FTS5 knows what to take out of the index when a message changes.
// Lists are merged half as often as by default: that writes a quarter less, and searching takes no longer.
constexpr const char* kCreateTables = R"(
  CREATE VIRTUAL TABLE search USING fts5(room, content, tokenize = 'vestnik', columnsize = 0);
  INSERT INTO search (search, rank) VALUES ('automerge', 8);
  CREATE TABLE progress (message_id INTEGER NOT NULL, change INTEGER NOT NULL, written_at INTEGER NOT NULL,
                         database_made_at INTEGER NOT NULL) STRICT;
  INSERT INTO progress VALUES (0, 0, 0, 0);
  CREATE TABLE rooms (key INTEGER PRIMARY KEY, floor INTEGER NOT NULL DEFAULT 0) STRICT)";

constexpr std::string_view kVersion = "PRAGMA user_version";
constexpr std::string_view kPosition = "SELECT message_id, change, written_at, database_made_at FROM progress";
constexpr std::string_view kSetPosition =
    "UPDATE progress SET message_id = ?1, change = ?2, written_at = ?3, database_made_at = ?4";
constexpr std::string_view kPut = "REPLACE INTO search (rowid, room, content) VALUES (?1, ?2, ?3)";
constexpr std::string_view kRemove = "DELETE FROM search WHERE rowid = ?1";
constexpr std::string_view kFind = R"(
  SELECT rowid FROM search WHERE search MATCH ?1 AND rowid >= ?2 AND rowid < ?3 ORDER BY rowid DESC LIMIT ?4)";
constexpr std::string_view kFindInRoom =
    "SELECT rowid FROM search WHERE search MATCH ?1 AND rowid < ?2 ORDER BY rowid LIMIT ?3";
constexpr std::string_view kPlacesOf =
    "SELECT count(*) FROM (SELECT 1 FROM temp.places WHERE term >= ?1 AND term < ?2 LIMIT ?3)";
constexpr std::string_view kRooms = "SELECT key, floor FROM rooms";
constexpr std::string_view kAddRoom = "INSERT OR IGNORE INTO rooms (key) VALUES (?1)";
constexpr std::string_view kSetFloor = "UPDATE rooms SET floor = ?2 WHERE key = ?1";
constexpr std::string_view kForgetRoom = "DELETE FROM rooms WHERE key = ?1";

Outcome<std::unique_ptr<Connection>> connect(const std::string& path, const char* settings) {
  auto connection = Connection::open(std::filesystem::absolute(path).string());
  if (!connection) return connection;
  if (auto set = (*connection)->execute(kIndexSettings); !set) return std::unexpected(std::move(set.error()));
  if (auto set = (*connection)->execute(settings); !set) return std::unexpected(std::move(set.error()));
  if (auto done = register_search_tokenizer(**connection); !done) return std::unexpected(std::move(done.error()));
  return connection;
}

Outcome<void> make_tables(Connection& connection) {
  return in_transaction(connection, kBeginWrite, [&]() -> Outcome<void> {
    if (auto dropped = connection.execute(kDropTables); !dropped) return dropped;
    if (auto created = connection.execute(kCreateTables); !created) return created;
    return connection.execute(fmt::format("PRAGMA user_version = {}", file_version()).c_str());
  });
}

Outcome<std::unique_ptr<Connection>> connect_writer(const std::string& path) {
  auto connection = connect(path, kIndexWriterSettings);
  if (!connection) return connection;
  (*connection)->give_way();
  const auto version = Statement(**connection, kVersion).first([](Row row) { return row.integer(0); });
  if (!version) return std::unexpected(version.error());
  if (*version != file_version()) {
    if (auto made = make_tables(**connection); !made) return std::unexpected(std::move(made.error()));
  }
  // An index whose first page is sound may still be unreadable.
  for (const std::string_view statement : {kPosition, kRooms}) {
    if (auto read = Statement(**connection, statement).run(); !read) return std::unexpected(std::move(read.error()));
  }
  return connection;
}

Outcome<IndexPosition> read_position(Statement& statement) {
  auto position = statement.first([](Row row) {
    return IndexPosition{.message_id = row.integer(0),
                         .change = row.integer(1),
                         .written_at = row.time(2),
                         .database_made_at = row.time(3)};
  });
  if (!position) return std::unexpected(std::move(position.error()));
  return position->value_or(IndexPosition{});
}

// The last text of each message, in the order of ids: FTS5 gathers a transaction in memory for as long as the rows come
// in this order, each of them once.
std::map<chat::MessageId, const TextToIndex*> last_of_each(std::span<const TextToIndex> texts) {
  std::map<chat::MessageId, const TextToIndex*> last;
  for (const TextToIndex& text : texts) last.insert_or_assign(text.id, &text);
  return last;
}

}  // namespace

bool is_damage(const Failure& failure) {
  constexpr int kPrimaryCode = 0xFF;
  const int code = failure.code & kPrimaryCode;
  return code == SQLITE_CORRUPT || code == SQLITE_NOTADB;
}

void remove_index(const std::string& path) {
  for (const auto* suffix : {"", "-wal", "-shm"}) {
    std::error_code error;  // what cannot be removed fails again when it is opened
    std::filesystem::remove(path + suffix, error);
  }
}

Outcome<std::unique_ptr<SearchIndex>> SearchIndex::open(const std::string& path) {
  auto connection = connect_writer(path);
  if (!connection && is_damage(connection.error())) {
    remove_index(path);
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
      find_in_room_(*connection_, kFindInRoom),
      rooms_(*connection_, kRooms),
      add_room_(*connection_, kAddRoom),
      set_floor_(*connection_, kSetFloor),
      forget_room_(*connection_, kForgetRoom) {}

Outcome<IndexPosition> SearchIndex::position() {
  return read_position(position_);
}

Outcome<void> SearchIndex::apply(std::span<const TextToIndex> texts, IndexPosition position) {
  return in_transaction(*connection_, kBeginWrite, [&]() -> Outcome<void> {
    std::set<std::int64_t> rooms;
    for (const auto& [id, text] : last_of_each(texts)) {
      if (text->content && rooms.insert(text->room_key).second) {
        if (auto added = add_room_.run(text->room_key); !added) return added;
      }
      auto done = text->content
                      ? put_.run(id, std::string_view(fmt::format_int(text->room_key).c_str()), *text->content)
                      : remove_.run(id);
      if (!done) return done;
    }
    return set_position_.run(position.message_id, position.change, position.written_at, position.database_made_at);
  });
}

Outcome<std::vector<IndexedRoom>> SearchIndex::rooms() {
  return rooms_.all([](Row row) { return IndexedRoom{.key = row.integer(0), .floor = row.integer(1)}; });
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

Outcome<bool> SearchIndex::make_durable() {
  int in_log = 0;
  int moved = 0;
  const int code =
      sqlite3_wal_checkpoint_v2(connection_->handle(), nullptr, SQLITE_CHECKPOINT_PASSIVE, &in_log, &moved);
  if (code == SQLITE_BUSY) return false;
  if (code != SQLITE_OK) return std::unexpected(connection_->failure(code));
  return in_log == moved;
}

Outcome<std::unique_ptr<SearchReader>> SearchReader::open(const std::string& path) {
  auto connection = connect(path, kIndexReaderSettings);
  if (!connection) return std::unexpected(std::move(connection.error()));
  return std::make_unique<SearchReader>(std::move(*connection));
}

SearchReader::SearchReader(std::unique_ptr<Connection> connection)
    : connection_(std::move(connection)),
      find_(*connection_, kFind),
      places_of_(*connection_, kPlacesOf),
      position_(*connection_, kPosition) {}

Outcome<std::vector<chat::MessageId>> SearchReader::find(const chat::SearchQuery& query, const IdFilter& filter) {
  const auto expression =
      match_expression(query, filter.room_key, [this](std::string_view front) { return is_rare(front); });
  if (!expression) return std::unexpected(expression.error());
  return find_.all([](Row row) { return row.integer(0); }, std::string_view(*expression), filter.from, filter.before,
                   std::int64_t{filter.limit});
}

Outcome<bool> SearchReader::is_rare(std::string_view front) {
  const std::string end = std::string(front) + '\xFF';  // behind all that begin so
  const auto places = places_of_.first([](Row row) { return row.integer(0); }, front, std::string_view(end), kRareMax);
  if (!places) return std::unexpected(places.error());
  return places->value_or(0) < kRareMax;
}

Outcome<IndexPosition> SearchReader::position() {
  return read_position(position_);
}

}  // namespace vestnik::storage::sqlite
