// Makes the storage that a URL names.
#pragma once

#include <chrono>
#include <memory>
#include <string_view>

#include "base/error.hpp"
#include "storage/store.hpp"

namespace vestnik::storage {

struct StoreOptions {
  std::chrono::milliseconds timeout{5'000};  // the longest one call may take
};

// Opens `memory:` or `sqlite:<path>`, creates folders and files, and applies migrations. Errors are sentences for the
// operator: invalid_argument (not such a URL), failed_precondition (a database from a newer version, in use by another
// process, changed migration), unavailable (cannot be opened or written: which path and why).
Result<std::unique_ptr<Store>> open_store(std::string_view url, const StoreOptions& options);

}  // namespace vestnik::storage
