// `vestnik history`: prints the messages of a time range, oldest first.
#pragma once

#include <cstdint>
#include <string>

#include "cli/server.hpp"

namespace vestnik::cli {

struct HistoryOptions {
  Server server;
  std::string from = "-10m";  // from <= created_at: RFC 3339, or back from the server's now such as "-10m"; empty: all
  std::string to;             // created_at < to, in the same forms; empty: what was there at the start
  std::uint64_t limit = 0;    // stop after so many; 0: no end
  bool json = false;          // each message as a JSON object, one a line
};

// 0 when the whole range was printed, 1 when the server refused or was lost, or after Ctrl-C.
// Main thread only: it takes over SIGINT, SIGTERM and SIGPIPE.
int run_history(const HistoryOptions& options);

}  // namespace vestnik::cli
