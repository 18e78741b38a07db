// A thin RAII cover of SQLite's C API (https://sqlite.org/c3ref/intro.html): connection, prepared statement,
// transaction.
#pragma once

#include <sqlite3.h>

#include <cassert>
#include <chrono>
#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "base/error.hpp"

namespace vestnik::storage::sqlite {

// What SQLite answered instead of a result.
struct Failure {
  int code = SQLITE_ERROR;  // extended result code
  std::string message;      // SQLite's words
};

template <typename T>
using Outcome = std::expected<T, Failure>;

using Deadline = std::chrono::steady_clock::time_point;

// One connection; used by one thread at a time. Waiting for a lock and long statements end at its deadline.
class Connection {
 public:
  // Opens the file, or creates it with the mode 0600, which SQLite gives the files beside it as well. Never follows
  // SQLite's special names, as `path` must be absolute.
  static Outcome<std::unique_ptr<Connection>> open(const std::string& path);

  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // Runs statements without parameters, such as a PRAGMA or a migration; rows are dropped.
  Outcome<void> execute(const char* sql);

  // From here on statements that wait for a lock fail with SQLITE_BUSY at `deadline`, others with SQLITE_INTERRUPT.
  void set_deadline(Deadline deadline) { deadline_ = deadline; }

  // For work that nobody waits for: from here on statements offer the processor to others every few instructions.
  // Otherwise some of those who wait for it would get it at the system's next tick only
  // (docs/adr/0007-search-index.md).
  void give_way();

  // Closing leaves the write-ahead log as it is instead of moving it into the database.
  void keep_log_on_close() { sqlite3_db_config(handle_, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr); }

  // Rows that the last INSERT, UPDATE or DELETE changed.
  std::int64_t changed_rows() const { return sqlite3_changes64(handle_); }
  bool in_transaction() const { return sqlite3_get_autocommit(handle_) == 0; }
  // The failure that `code` stands for, with the words of the last call.
  Failure failure(int code) const;
  sqlite3* handle() const { return handle_; }

 private:
  Connection() = default;
  static int on_busy(void* self, int attempts);
  static int on_progress(void* self);
  static int on_progress_giving_way(void* self);

  sqlite3* handle_ = nullptr;
  Deadline deadline_ = Deadline::max();
};

// The current row of a statement. Columns count from 0; damaged or unexpected values are converted, never trusted.
class Row {
 public:
  explicit Row(sqlite3_stmt* statement) : statement_(statement) {}

  std::int64_t integer(int column) const { return sqlite3_column_int64(statement_, column); }
  // Valid UTF-8: a text that was damaged is given as U+FFFD, so that one bad row does not spoil the answer around it.
  std::string text(int column) const;
  Time time(int column) const { return Time(std::chrono::microseconds(integer(column))); }

  std::optional<std::int64_t> maybe_integer(int column) const;
  std::optional<std::string> maybe_text(int column) const;
  std::optional<Time> maybe_time(int column) const;

 private:
  bool is_null(int column) const { return sqlite3_column_type(statement_, column) == SQLITE_NULL; }

  sqlite3_stmt* statement_;
};

// A statement prepared once and run many times with other parameters, which it only borrows while it runs.
class Statement {
 public:
  // A statement that cannot be prepared reports it at each run.
  Statement(Connection& connection, std::string_view sql);
  ~Statement() { sqlite3_finalize(statement_); }
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;

  // Runs to the end; rows are dropped.
  template <typename... Parameters>
  Outcome<void> run(const Parameters&... parameters) {
    return for_each([](Row) { return true; }, parameters...);
  }

  // What `read(Row)` makes of the first row; nullopt when there is none.
  template <typename Read, typename... Parameters>
  auto first(Read read, const Parameters&... parameters) -> Outcome<std::optional<std::invoke_result_t<Read, Row>>> {
    std::optional<std::invoke_result_t<Read, Row>> found;
    auto done = for_each(
        [&](Row row) {
          found = read(row);
          return false;
        },
        parameters...);
    if (!done) return std::unexpected(std::move(done.error()));
    return found;
  }

  // What `read(Row)` makes of every row.
  template <typename Read, typename... Parameters>
  auto all(Read read, const Parameters&... parameters) -> Outcome<std::vector<std::invoke_result_t<Read, Row>>> {
    std::vector<std::invoke_result_t<Read, Row>> rows;
    auto done = for_each(
        [&](Row row) {
          rows.push_back(read(row));
          return true;
        },
        parameters...);
    if (!done) return std::unexpected(std::move(done.error()));
    return rows;
  }

  // Calls `on_row(Row)` for each row until it returns false.
  template <typename OnRow, typename... Parameters>
  Outcome<void> for_each(OnRow on_row, const Parameters&... parameters) {
    assert(code_ != SQLITE_OK || sqlite3_bind_parameter_count(statement_) == static_cast<int>(sizeof...(parameters)));
    const Reset reset{statement_};
    int code = code_;
    int index = 0;
    ((code = code == SQLITE_OK ? bind(++index, parameters) : code), ...);
    if (code == SQLITE_OK) {
      do code = sqlite3_step(statement_);
      while (code == SQLITE_ROW && on_row(Row(statement_)));
    }
    if (code != SQLITE_DONE && code != SQLITE_ROW) return std::unexpected(connection_.failure(code));
    return {};
  }

 private:
  // Ends the run, so that no lock or snapshot is held longer.
  struct Reset {
    sqlite3_stmt* statement;
    ~Reset() { sqlite3_reset(statement); }
  };

  int bind(int index, std::int64_t value) { return sqlite3_bind_int64(statement_, index, value); }
  int bind(int index, std::string_view value) {
    return sqlite3_bind_text64(statement_, index, value.data() ? value.data() : "", value.size(), SQLITE_STATIC,
                               SQLITE_UTF8);
  }
  int bind(int index, Time value) { return bind(index, std::int64_t{value.time_since_epoch().count()}); }
  template <typename T>
  int bind(int index, const std::optional<T>& value) {
    return value ? bind(index, *value) : sqlite3_bind_null(statement_, index);
  }

  Connection& connection_;
  sqlite3_stmt* statement_ = nullptr;
  int code_;  // of the preparation
};

// Runs `body() -> Outcome<T>` between `begin` and COMMIT. When either fails, everything is rolled back.
template <typename Body>
auto in_transaction(Connection& connection, const char* begin, Body body) -> std::invoke_result_t<Body> {
  struct Rollback {
    Connection& connection;
    ~Rollback() {
      if (!connection.in_transaction()) return;
      connection.set_deadline(Deadline::max());
      // Should even this fail, the next BEGIN reports it.
      static_cast<void>(connection.execute("ROLLBACK"));
    }
  };
  if (auto begun = connection.execute(begin); !begun) return std::unexpected(std::move(begun.error()));
  const Rollback rollback{connection};
  auto result = body();
  if (!result) return result;
  if (auto done = connection.execute("COMMIT"); !done) return std::unexpected(std::move(done.error()));
  return result;
}

inline constexpr const char* kBeginRead = "BEGIN";             // one snapshot for several statements
inline constexpr const char* kBeginWrite = "BEGIN IMMEDIATE";  // the write lock first: nothing read can be stale

// The answer that a transaction gave, unless it failed.
template <typename T>
Result<T> answer_of(Result<Result<T>> answer) {
  if (!answer) return std::unexpected(std::move(answer.error()));
  return std::move(*answer);
}

}  // namespace vestnik::storage::sqlite
