// What a storage is opened with.
#pragma once

#include <chrono>

#include "storage/on_failure.hpp"

namespace vestnik::storage {

struct StoreOptions {
  std::chrono::milliseconds timeout{5'000};  // the longest one call may take
  bool must_exist = false;                   // a file that is not there is an error instead of a new storage
  OnFailure on_failure;                      // of calls, and of what the storage does by itself
};

}  // namespace vestnik::storage
