// A lock file that keeps a second process from opening the same database.
#pragma once

#include <string>

#include "base/error.hpp"

namespace vestnik::storage::sqlite {

// Held while it lives; the system lets go of it when the process ends in whatever way, so it never has to be removed by
// hand.
class ProcessLock {
 public:
  // Locks `<file>.lock`, which then holds the process id as text; `file` is the path of the database's file itself,
  // `database` what the sentences call it. Only the owner of the lock's file may open it, or others could hold it.
  // Errors: failed_precondition (another process has it, the sentence says which), unavailable (the file cannot be
  // made, the sentence says why).
  static Result<ProcessLock> acquire(const std::string& file, const std::string& database);

  ProcessLock(ProcessLock&& other) noexcept;
  ProcessLock& operator=(ProcessLock&&) = delete;
  ~ProcessLock();

 private:
  explicit ProcessLock(int descriptor) : descriptor_(descriptor) {}

  int descriptor_;
};

}  // namespace vestnik::storage::sqlite
