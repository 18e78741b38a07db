#include "storage/open_store.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <string>
#include <system_error>

#include "storage/memory/memory_delivery.hpp"
#include "storage/memory/memory_store.hpp"
#include "storage/sqlite/key_file.hpp"
#include "storage/sqlite/sqlite_delivery.hpp"
#include "storage/sqlite/sqlite_store.hpp"

namespace vestnik::storage {
namespace {

using Opened = Result<std::unique_ptr<Store>>;

Opened open_memory(std::string_view rest, const StoreOptions&) {
  if (!rest.empty()) return fail(ErrorCode::kInvalidArgument, "The storage memory: takes nothing after the colon.");
  return std::make_unique<MemoryStore>();
}

Result<void> check_path(std::string_view path, bool must_exist) {
  if (path.empty()) {
    return fail(ErrorCode::kInvalidArgument, "The storage sqlite: needs a path, such as sqlite:data/vestnik.db.");
  }
  std::error_code unreadable;  // opening tells why
  if (must_exist && !std::filesystem::exists(path, unreadable) && !unreadable) {
    return fail(ErrorCode::kNotFound, fmt::format("There is no database {}.", path));
  }
  return {};
}

Opened open_sqlite(std::string_view path, const StoreOptions& options) {
  if (auto ok = check_path(path, options.must_exist); !ok) return std::unexpected(std::move(ok.error()));
  return SqliteStore::open(std::string(path), options);
}

using OpenedKeys = Result<std::unique_ptr<chat::KeyStore>>;

OpenedKeys open_memory_keys(std::string_view) {
  return fail(ErrorCode::kInvalidArgument, "The storage memory: keeps no API keys; use sqlite:PATH.");
}

OpenedKeys open_sqlite_keys(std::string_view path) {
  if (auto ok = check_path(path, true); !ok) return std::unexpected(std::move(ok.error()));
  return sqlite::KeyFile::open(std::string(path));
}

using OpenedDelivery = Result<std::unique_ptr<DeliveryStore>>;

OpenedDelivery open_memory_delivery(std::string_view, const StoreOptions&) {
  return std::make_unique<MemoryDelivery>();
}

OpenedDelivery open_sqlite_delivery(std::string_view path, const StoreOptions& options) {
  if (auto ok = check_path(path, options.must_exist); !ok) return std::unexpected(std::move(ok.error()));
  return SqliteDelivery::open(std::string(path), options);
}

struct Storage {
  std::string_view scheme;
  Opened (*open)(std::string_view rest, const StoreOptions& options);
  OpenedDelivery (*open_delivery)(std::string_view rest, const StoreOptions& options);
  OpenedKeys (*open_keys)(std::string_view rest);
};

constexpr std::string_view kMemory = "memory:";
constexpr std::string_view kSqlite = "sqlite:";
constexpr std::array kStorages = {
    Storage{kMemory, open_memory, open_memory_delivery, open_memory_keys},
    Storage{kSqlite, open_sqlite, open_sqlite_delivery, open_sqlite_keys},
};

const Storage* find_storage(std::string_view url) {
  const auto found = std::ranges::find_if(kStorages, [url](const auto& each) { return url.starts_with(each.scheme); });
  return found == kStorages.end() ? nullptr : &*found;
}

std::unexpected<Error> no_storage(std::string_view url) {
  // Only the scheme is repeated: what follows it may hold a password.
  const auto scheme = url.substr(0, url.find(':'));
  return fail(ErrorCode::kInvalidArgument,
              fmt::format("There is no storage \"{}\"; this version has memory: and sqlite:<path>.", scheme));
}

}  // namespace

Opened open_store(std::string_view url, const StoreOptions& options) {
  const Storage* const storage = find_storage(url);
  if (storage == nullptr) return no_storage(url);
  return storage->open(url.substr(storage->scheme.size()), options);
}

OpenedDelivery open_delivery(std::string_view url, const StoreOptions& options) {
  const Storage* const storage = find_storage(url);
  if (storage == nullptr) return no_storage(url);
  return storage->open_delivery(url.substr(storage->scheme.size()), options);
}

OpenedKeys open_keys(std::string_view url) {
  const Storage* const storage = find_storage(url);
  if (storage == nullptr) return no_storage(url);
  return storage->open_keys(url.substr(storage->scheme.size()));
}

Result<std::optional<std::string>> attachments_folder(std::string_view url) {
  namespace fs = std::filesystem;
  constexpr std::string_view kSuffix = "-attachments";
  if (!url.starts_with(kSqlite)) return std::nullopt;
  const std::string path(url.substr(kSqlite.size()));
  std::error_code error;
  const fs::path real = fs::canonical(path, error);
  if (error) return fail(ErrorCode::kUnavailable, fmt::format("The database {} is gone: {}.", path, error.message()));
  const std::string beside_link = fmt::format("{}{}", path, kSuffix);
  std::string beside_file = fmt::format("{}{}", real.string(), kSuffix);
  // Opening tells what is wrong with a folder that cannot be looked at.
  if (fs::exists(beside_link, error) && !fs::exists(beside_file, error)) {
    return fail(ErrorCode::kFailedPrecondition,
                fmt::format("{} is a link, and its attachments are beside the link. Move the folder {} to {}.", path,
                            beside_link, beside_file));
  }
  return beside_file;
}

}  // namespace vestnik::storage
