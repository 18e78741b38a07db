// The database behind the store's back, as an operator with the sqlite3 command would see it.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>

#include "storage/sqlite/connection.hpp"

namespace vestnik::conformance {

// Runs statements at the database at `path`.
inline void run_sql(const std::string& path, const std::string& statements) {
  const auto connection = storage::sqlite::Connection::open(path);
  const auto done = (*connection)->execute(statements.c_str());
  if (!done) throw std::runtime_error(done.error().message);
}

// The first value of the first row.
inline std::int64_t ask_sql(const std::string& path, const std::string& question) {
  const auto connection = storage::sqlite::Connection::open(path);
  const auto answer =
      storage::sqlite::Statement(**connection, question).first([](storage::sqlite::Row row) { return row.integer(0); });
  if (!answer) throw std::runtime_error(answer.error().message);
  return answer->value();
}

}  // namespace vestnik::conformance
