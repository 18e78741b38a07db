#include "storage/sqlite/connection.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <thread>

#include "base/text.hpp"

namespace vestnik::storage::sqlite {
namespace {

// Instructions of SQLite's machine between two looks at the clock; some 50 microseconds.
constexpr int kInstructionsPerLook = 4'096;
// Between two moments at which others may have the processor: some microseconds, as much as a text takes to be indexed.
constexpr int kInstructionsPerTurn = 20;
constexpr std::chrono::milliseconds kBusyPause{1};
constexpr std::string_view kDamagedText = "\uFFFD";

// SQLite counts the bytes of all connections under one lock by default: a thread of low priority that is interrupted
// there would hold up the one that writes. Once a connection is open anywhere in the process this changes nothing.
void never_count_memory() {
  [[maybe_unused]] static const int answer = sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}

// Only a new file is opened and closed here: closing any descriptor of another one would take SQLite's locks away. What
// cannot be made is told by SQLite.
void make_private_file(const std::string& path) {
  constexpr mode_t kMode = 0600;
  const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, kMode);
  if (file >= 0) ::close(file);
}

}  // namespace

Outcome<std::unique_ptr<Connection>> Connection::open(const std::string& path) {
  never_count_memory();
  make_private_file(path);
  std::unique_ptr<Connection> connection(new Connection);
  // Each connection is used by one thread at a time, so SQLite need not lock it.
  const int code = sqlite3_open_v2(path.c_str(), &connection->handle_,
                                   SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, nullptr);
  if (code != SQLITE_OK) return std::unexpected(connection->failure(code));
  sqlite3_extended_result_codes(connection->handle_, 1);
  sqlite3_busy_handler(connection->handle_, &Connection::on_busy, connection.get());
  sqlite3_progress_handler(connection->handle_, kInstructionsPerLook, &Connection::on_progress, connection.get());
  return connection;
}

Connection::~Connection() {
  sqlite3_close(handle_);
}

Outcome<void> Connection::execute(const char* sql) {
  const int code = sqlite3_exec(handle_, sql, nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) return std::unexpected(failure(code));
  return {};
}

void Connection::give_way() {
  sqlite3_progress_handler(handle_, kInstructionsPerTurn, &Connection::on_progress_giving_way, this);
}

Failure Connection::failure(int code) const {
  const bool is_last = handle_ != nullptr && sqlite3_extended_errcode(handle_) == code;
  return {.code = code, .message = is_last ? sqlite3_errmsg(handle_) : sqlite3_errstr(code)};
}

int Connection::on_busy(void* self, int) {
  if (std::chrono::steady_clock::now() >= static_cast<Connection*>(self)->deadline_) return 0;
  std::this_thread::sleep_for(kBusyPause);
  return 1;
}

int Connection::on_progress(void* self) {
  return std::chrono::steady_clock::now() >= static_cast<Connection*>(self)->deadline_ ? 1 : 0;
}

int Connection::on_progress_giving_way(void* self) {
  std::this_thread::yield();
  return on_progress(self);
}

std::string Row::text(int column) const {
  const auto* bytes = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column));
  if (bytes == nullptr) return {};
  const std::string_view text(bytes, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column)));
  return std::string(is_valid_utf8(text) ? text : kDamagedText);
}

std::optional<std::int64_t> Row::maybe_integer(int column) const {
  if (is_null(column)) return std::nullopt;
  return integer(column);
}

std::optional<std::string> Row::maybe_text(int column) const {
  if (is_null(column)) return std::nullopt;
  return text(column);
}

std::optional<Time> Row::maybe_time(int column) const {
  if (is_null(column)) return std::nullopt;
  return time(column);
}

Statement::Statement(Connection& connection, std::string_view sql)
    : connection_(connection),
      code_(sqlite3_prepare_v3(connection.handle(), sql.data(), static_cast<int>(sql.size()), SQLITE_PREPARE_PERSISTENT,
                               &statement_, nullptr)) {}

}  // namespace vestnik::storage::sqlite
