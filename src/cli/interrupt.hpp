// Ctrl-C and SIGTERM as a question that loops ask. Main thread only.
#pragma once

namespace vestnik::cli {

// While it lives: SIGINT and SIGTERM are noted (a second one ends the process at once), SIGPIPE is ignored, so that
// writing to a closed pipe is an error that can be seen.
class InterruptGuard {
 public:
  InterruptGuard();
  ~InterruptGuard();
  InterruptGuard(const InterruptGuard&) = delete;
  InterruptGuard& operator=(const InterruptGuard&) = delete;
};

// Whether SIGINT or SIGTERM came since the guard was made.
bool interrupted();

}  // namespace vestnik::cli
