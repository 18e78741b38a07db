#include "storage/sqlite/sqlite_store.hpp"

#include <fmt/core.h>

#include <utility>

namespace vestnik::storage {
namespace {

using sqlite::Outcome;
using sqlite::Reader;
using sqlite::Writer;

// More would only wait for the same cores and the same disk.
constexpr int kReaders = 4;

// The value that a transaction gave, or an error when it gave none.
template <typename T>
Result<T> value_or_error(Result<std::optional<T>> value, ErrorCode code, std::string detail) {
  if (!value) return std::unexpected(std::move(value.error()));
  if (!*value) return fail(code, std::move(detail));
  return std::move(**value);
}

}  // namespace

Result<std::unique_ptr<chat::ChatStore>> SqliteStore::open(const std::string& path, const StoreOptions& options) {
  auto database = sqlite::Database::open(path);
  if (!database) return std::unexpected(std::move(database.error()));
  auto checkpoints = database->connect();
  if (!checkpoints) return std::unexpected(std::move(checkpoints.error()));
  std::vector<std::unique_ptr<Reader>> readers;
  for (int i = 0; i < kReaders; ++i) {
    auto connection = database->connect_reader();
    if (!connection) return std::unexpected(std::move(connection.error()));
    readers.push_back(std::make_unique<Reader>(std::move(*connection)));
  }
  return std::unique_ptr<chat::ChatStore>(new SqliteStore("sqlite:" + path, options.timeout, std::move(*database),
                                                          std::move(*checkpoints), std::move(readers)));
}

SqliteStore::SqliteStore(std::string description, std::chrono::milliseconds timeout, sqlite::Database database,
                         std::unique_ptr<sqlite::Connection> checkpoints, std::vector<std::unique_ptr<Reader>> readers)
    : timeout_(timeout),
      state_(std::move(description), timeout),
      database_(std::move(database)),
      writer_(database_.take_writer()),
      readers_(std::move(readers)),
      checkpointer_(writer_.connection(), std::move(checkpoints), state_) {}

SqliteStore::~SqliteStore() {
  // The last connection to close copies the log into the database and deletes it. Once a write has failed in doubt,
  // this would be the fsync that must not be repeated: then the log stays as it is for the next start.
  if (state_.failure()) writer_.connection().keep_log_on_close();
}

template <typename Body>
auto SqliteStore::write(Body body) -> Result<ValueOf<Body, Writer&>> {
  const auto until = deadline();
  const std::unique_lock lock(writer_mutex_, until);
  if (!lock) return std::unexpected(state_.timed_out());
  auto& connection = writer_.connection();
  checkpointer_.before_write();
  if (auto failure = state_.failure()) return std::unexpected(std::move(*failure));
  connection.set_deadline(until);
  auto result = sqlite::in_transaction(connection, sqlite::kBeginWrite, [&] { return body(writer_); });
  if (!result) return std::unexpected(state_.on_write_failure(result.error()));
  state_.on_written();
  return std::move(*result);
}

template <typename Body>
auto SqliteStore::read(Body body) -> Result<ValueOf<Body, Reader&>> {
  const auto until = deadline();
  const auto reader = readers_.acquire(until);
  if (!reader) return std::unexpected(state_.timed_out());
  auto& connection = reader->connection();
  connection.set_deadline(until);
  auto result = sqlite::in_transaction(connection, sqlite::kBeginRead, [&] { return body(*reader); });
  if (!result) return std::unexpected(state_.on_read_failure(result.error()));
  return std::move(*result);
}

Result<chat::User> SqliteStore::create_user(const chat::NewUser& user) {
  return value_or_error(write([&](Writer& writer) { return writer.create_user(user); }), ErrorCode::kAlreadyExists,
                        fmt::format("The username \"{}\" is taken.", user.username));
}

Result<chat::User> SqliteStore::get_user(chat::UserId id) {
  return value_or_error(read([&](Reader& reader) { return reader.get_user(id); }), ErrorCode::kNotFound,
                        fmt::format("There is no user {}.", id));
}

Result<std::vector<chat::User>> SqliteStore::list_users(std::int64_t offset, std::int32_t limit) {
  return read([&](Reader& reader) { return reader.list_users(offset, limit); });
}

Result<chat::Room> SqliteStore::create_room(const chat::NewRoom& room) {
  return value_or_error(write([&](Writer& writer) { return writer.create_room(room); }), ErrorCode::kAlreadyExists,
                        fmt::format("The room \"{}\" exists.", room.info.name));
}

Result<chat::Room> SqliteStore::find_room(std::string_view id_or_name) {
  return value_or_error(read([&](Reader& reader) { return reader.find_room(id_or_name); }), ErrorCode::kNotFound,
                        fmt::format("There is no room \"{:.64}\".", id_or_name));
}

Result<std::vector<chat::Room>> SqliteStore::list_rooms(std::int64_t offset, std::int32_t limit) {
  return read([&](Reader& reader) { return reader.list_rooms(offset, limit); });
}

Result<std::vector<Result<chat::Appended>>> SqliteStore::append(std::span<const chat::Draft> drafts, Time now) {
  return write([&](Writer& writer) { return writer.append(drafts, now); });
}

Result<std::vector<chat::Message>> SqliteStore::list_messages(const chat::HistoryQuery& query) {
  return read([&](Reader& reader) { return reader.list_messages(query); });
}

Result<chat::StoreStats> SqliteStore::stats(Time since) {
  return read([&](Reader& reader) { return reader.stats(since); });
}

Result<void> SqliteStore::check() {
  if (auto failure = state_.failure()) return std::unexpected(std::move(*failure));
  if (state_.is_disk_full()) {
    // Only writing tells whether there is room again.
    const auto written = write([](Writer& writer) { return writer.probe(); });
    if (!written) return std::unexpected(written.error());
  }
  const auto answered = read([](Reader& reader) { return reader.probe(); });
  if (!answered) return std::unexpected(answered.error());
  return {};
}

}  // namespace vestnik::storage
