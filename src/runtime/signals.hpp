// SIGTERM and SIGINT as values that the main thread waits for.
#pragma once

#include <chrono>

namespace vestnik::runtime {

class Signals {
 public:
  // Blocks both signals in this thread and in every thread it starts afterwards, and ignores SIGPIPE. First in main().
  Signals();

  // Waits for one of them and returns its number; 0 when none came within `timeout`.
  int wait(std::chrono::milliseconds timeout);
};

}  // namespace vestnik::runtime
