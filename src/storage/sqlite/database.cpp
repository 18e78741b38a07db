#include "storage/sqlite/database.hpp"

#include <fmt/core.h>

#include <filesystem>
#include <string_view>
#include <system_error>
#include <utility>

#include "storage/files/private_folder.hpp"
#include "storage/sqlite/database_file.hpp"
#include "storage/sqlite/migrations.hpp"
#include "storage/sqlite/sql/database.hpp"

namespace vestnik::storage::sqlite {
namespace {

// Durability and memory of a connection. Each commit is on the disk when it returns (FULL). Checkpoints are the
// checkpointer's. Reading goes through the page cache (KiB when negative), never through mmap, where an error of the
// disk would be a signal that ends the process.
constexpr const char* kSettings = R"(
  PRAGMA synchronous = FULL;
  PRAGMA wal_autocheckpoint = 0;
  PRAGMA mmap_size = 0;
  PRAGMA temp_store = MEMORY)";
constexpr const char* kWriterSettings = "PRAGMA cache_size = -32768";
constexpr const char* kReaderSettings = "PRAGMA cache_size = -8192; PRAGMA query_only = ON";

// The operator has just started us and looks on; another program may hold the file for a moment.
constexpr std::chrono::seconds kOpenTimeout{5};

Result<void> create_folder_of(const std::string& path) {
  const auto folder = std::filesystem::absolute(path).parent_path();
  if (const auto error = files::make_private_folders(folder.string())) {
    return cannot_open(path, fmt::format("the folder {} cannot be made ({})", folder.string(), error.message()));
  }
  return {};
}

Result<std::unique_ptr<Connection>> connect_to(const std::string& file, const std::string& path) {
  auto connection = Connection::open(file);
  if (!connection) return cannot_open(path, connection.error().message);
  (*connection)->set_deadline(std::chrono::steady_clock::now() + kOpenTimeout);
  if (const auto set = (*connection)->execute(kSettings); !set) return cannot_open(path, set.error().message);
  return std::move(*connection);
}

Result<void> prepare_file(Connection& writer, const std::string& path, std::span<const EmbeddedFile> migrations) {
  if (sqlite3_db_readonly(writer.handle(), "main") == 1) return cannot_open(path, "it cannot be written");
  const auto mode = Statement(writer, sql::kUseWriteAheadLog).first([](Row row) { return row.text(0); });
  if (!mode) return cannot_open(path, mode.error().message);
  if (mode->value_or("") != "wal") {
    return cannot_open(path, "its file system has no shared memory for a write-ahead log");
  }
  return migrate(writer, path, migrations, system_now());
}

}  // namespace

Result<Database> Database::open(const std::string& path, std::span<const EmbeddedFile> migrations) {
  if (auto created = create_folder_of(path); !created) return std::unexpected(std::move(created.error()));
  auto file = path_of_file(path);
  if (!file) return std::unexpected(std::move(file.error()));
  auto lock = ProcessLock::acquire(*file, path);
  if (!lock) return std::unexpected(std::move(lock.error()));

  Database database(path, std::move(*file), std::move(*lock));
  auto writer = database.connect();
  if (!writer) return std::unexpected(std::move(writer.error()));
  if (const auto set = (*writer)->execute(kWriterSettings); !set) return cannot_open(path, set.error().message);
  if (auto prepared = prepare_file(**writer, path, migrations); !prepared)
    return std::unexpected(std::move(prepared.error()));
  database.writer_ = std::move(*writer);
  for (const char* suffix : {"", "-wal", ".lock"}) {  // without its lock another process could write, too
    auto identity = files::FileIdentity::of(database.file_ + suffix);
    if (!identity) return cannot_open(path, fmt::format("{}{} was removed", database.file_, suffix));
    database.files_.push_back(std::move(*identity));
  }
  return database;
}

Result<std::unique_ptr<Connection>> Database::connect_beside(const std::string& path) {
  auto file = path_of_file(path);
  if (!file) return std::unexpected(std::move(file.error()));
  return connect_to(*file, path);
}

std::optional<Failure> Database::lost_file() const {
  for (const files::FileIdentity& file : files_) {
    if (!file.is_gone()) continue;
    return Failure{.code = SQLITE_IOERR,
                   .message = fmt::format("the file {} was removed or replaced while it was in use", file.path())};
  }
  return std::nullopt;
}

Result<std::unique_ptr<Connection>> Database::connect() const {
  return connect_to(file_, path_);
}

Result<std::unique_ptr<Connection>> Database::connect_reader() const {
  auto connection = connect_to(file_, path_);
  if (!connection) return connection;
  if (const auto set = (*connection)->execute(kReaderSettings); !set) return cannot_open(path_, set.error().message);
  return connection;
}

}  // namespace vestnik::storage::sqlite
