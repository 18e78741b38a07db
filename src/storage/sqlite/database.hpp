// Opens the database file: folders, lock, settings, migrations, and the sentences when one of these fails.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/embedded.hpp"
#include "base/error.hpp"
#include "storage/files/file_identity.hpp"
#include "storage/sqlite/connection.hpp"
#include "storage/sqlite/process_lock.hpp"

namespace vestnik::storage::sqlite {

// A database that is ours alone and has this version's schema.
class Database {
 public:
  // Creates what is missing. Errors: as open_store.
  static Result<Database> open(const std::string& path, std::span<const EmbeddedFile> migrations);

  // A connection to an existing database beside whoever has it. Errors: unavailable.
  static Result<std::unique_ptr<Connection>> connect_beside(const std::string& path);

  // The path of its file, without links.
  const std::string& file() const { return file_; }
  // The failure of a database whose files are not where they were: what is written to them is lost when they are
  // closed. Any thread; takes some microseconds.
  std::optional<Failure> lost_file() const;

  // The connection that writes; to be taken once.
  std::unique_ptr<Connection> take_writer() { return std::move(writer_); }
  // One more connection, which cannot write rows.
  Result<std::unique_ptr<Connection>> connect_reader() const;
  // One more connection, for checkpoints.
  Result<std::unique_ptr<Connection>> connect() const;

 private:
  Database(std::string path, std::string file, ProcessLock lock)
      : path_(std::move(path)), file_(std::move(file)), lock_(std::move(lock)) {}

  std::string path_;  // as the operator wrote it
  std::string file_;
  std::vector<files::FileIdentity> files_;  // that a commit needs
  ProcessLock lock_;
  std::unique_ptr<Connection> writer_;
};

}  // namespace vestnik::storage::sqlite
