#include "storage/open_store.hpp"

#include <fmt/core.h>

#include <array>
#include <filesystem>
#include <string>
#include <system_error>

#include "storage/memory/memory_store.hpp"
#include "storage/sqlite/sqlite_store.hpp"

namespace vestnik::storage {
namespace {

using Opened = Result<std::unique_ptr<Store>>;

Opened open_memory(std::string_view rest, const StoreOptions&) {
  if (!rest.empty()) return fail(ErrorCode::kInvalidArgument, "The storage memory: takes nothing after the colon.");
  return std::make_unique<MemoryStore>();
}

Opened open_sqlite(std::string_view path, const StoreOptions& options) {
  if (path.empty()) {
    return fail(ErrorCode::kInvalidArgument, "The storage sqlite: needs a path, such as sqlite:data/vestnik.db.");
  }
  std::error_code unreadable;  // opening tells why
  if (options.must_exist && !std::filesystem::exists(path, unreadable) && !unreadable) {
    return fail(ErrorCode::kNotFound, fmt::format("There is no database {}.", path));
  }
  return SqliteStore::open(std::string(path), options);
}

struct Storage {
  std::string_view scheme;
  Opened (*open)(std::string_view rest, const StoreOptions& options);
};

constexpr std::string_view kMemory = "memory:";
constexpr std::string_view kSqlite = "sqlite:";
constexpr std::array kStorages = {
    Storage{kMemory, open_memory},
    Storage{kSqlite, open_sqlite},
};

}  // namespace

Opened open_store(std::string_view url, const StoreOptions& options) {
  for (const auto& [scheme, open] : kStorages) {
    if (url.starts_with(scheme)) return open(url.substr(scheme.size()), options);
  }
  // Only the scheme is repeated: what follows it may hold a password.
  const auto scheme = url.substr(0, url.find(':'));
  return fail(ErrorCode::kInvalidArgument,
              fmt::format("There is no storage \"{}\"; this version has memory: and sqlite:<path>.", scheme));
}

std::optional<std::string> attachments_folder(std::string_view url) {
  if (!url.starts_with(kSqlite)) return std::nullopt;
  return fmt::format("{}-attachments", url.substr(kSqlite.size()));
}

}  // namespace vestnik::storage
