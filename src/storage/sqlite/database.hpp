// Opens the database file: folders, lock, settings, migrations, and the sentences when one of these fails.
#pragma once

#include <memory>
#include <string>

#include "base/error.hpp"
#include "storage/sqlite/connection.hpp"
#include "storage/sqlite/process_lock.hpp"

namespace vestnik::storage::sqlite {

// A database that is ours alone and has this version's schema.
class Database {
 public:
  // Creates what is missing. Errors: as open_store.
  static Result<Database> open(const std::string& path);

  // A connection to an existing database beside whoever has it. Errors: unavailable.
  static Result<std::unique_ptr<Connection>> connect_beside(const std::string& path);

  // The connection that writes; to be taken once.
  std::unique_ptr<Connection> take_writer() { return std::move(writer_); }
  // One more connection, which cannot write rows.
  Result<std::unique_ptr<Connection>> connect_reader() const;
  // One more connection, for checkpoints.
  Result<std::unique_ptr<Connection>> connect() const;

 private:
  Database(std::string path, ProcessLock lock) : path_(std::move(path)), lock_(std::move(lock)) {}

  std::string path_;  // as the operator wrote it
  ProcessLock lock_;
  std::unique_ptr<Connection> writer_;
};

}  // namespace vestnik::storage::sqlite
