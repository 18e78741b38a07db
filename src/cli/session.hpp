// `vestnik session`: opens the secret with which the other commands act as a user, shows whom it is, and closes it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "cli/server.hpp"

namespace vestnik::cli {

struct OpenSession {
  Server server;
  std::optional<std::string> display_name;  // of a new guest
  std::optional<std::int64_t> user_id;      // instead: an existing user, where the server is open to all
  bool json = false;                        // the whole answer instead of the secret
};

struct ShowSession {
  Server server;
  bool json = false;
};

struct CloseSession {
  Server server;
};

// Each: 0 when it was done, 1 when the server refused or was not there (said on standard error).
// Main thread only: they take over SIGINT, SIGTERM and SIGPIPE.

// The secret alone on standard output, so that `$(...)` gets it; on standard error what to do with it.
int run(const OpenSession& options);
int run(const ShowSession& options);
int run(const CloseSession& options);

}  // namespace vestnik::cli
