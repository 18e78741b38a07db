// The signals that ask a server to stop, as values that the main thread waits for; all others that would end it without
// order are ignored.
#pragma once

#include <chrono>

namespace vestnik::runtime {

class Signals {
 public:
  // Blocks SIGTERM, SIGINT, SIGHUP (unless it is ignored, as under nohup), SIGPWR and SIGXCPU in this thread and in
  // every thread it starts afterwards. Ignores SIGPIPE, SIGXFSZ (writing then fails with EFBIG), SIGUSR1, SIGUSR2,
  // those of timers and of input and output, and all real-time signals. SIGQUIT still dumps core. First in main().
  Signals();

  // Waits for one of those that ask to stop and returns its number; 0 when none came within `timeout`.
  int wait(std::chrono::milliseconds timeout);
};

}  // namespace vestnik::runtime
