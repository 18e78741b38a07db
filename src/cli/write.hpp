// `vestnik write`: writes messages into a room, one call to the API for each.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "cli/server.hpp"

namespace vestnik::cli {

struct WriteOptions {
  Server server;
  std::optional<std::int64_t> user_id;  // author; must exist
  std::optional<std::string> username;  // author as shown
  std::int64_t first_seq = 1;           // client_seq of the first message
  bool generate = false;                // arbitrary texts instead of the lines of standard input
  double rate = 0;                      // messages a second; 0: as fast as the server takes them
  std::uint64_t count = 0;              // stop after so many; 0: no end
  std::uint32_t connections = 1;        // with more than one the order is not kept
  std::chrono::milliseconds retry_for = std::chrono::seconds(30);  // how long one message is tried again
};

// Runs until the input ends, `count` is reached or Ctrl-C. 0 when every message was accepted, 1 otherwise.
// Main thread only: it takes over SIGINT, SIGTERM and SIGPIPE.
int run_write(const WriteOptions& options);

}  // namespace vestnik::cli
