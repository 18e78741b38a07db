// `vestnik watch`: shows the messages of a room in the order of their arrival.
#pragma once

#include <cstdint>
#include <string>

#include "cli/server.hpp"

namespace vestnik::cli {

struct WatchOptions {
  Server server;
  std::string after;        // position to resume after; empty: from now on
  bool json = false;        // each message as the server sent it, one a line
  std::uint64_t count = 0;  // stop after so many; 0: no end
};

// Runs until `count` is reached or Ctrl-C (0 for both), or the server refuses for good (1).
// Main thread only: it takes over SIGINT, SIGTERM and SIGPIPE.
int run_watch(const WatchOptions& options);

}  // namespace vestnik::cli
