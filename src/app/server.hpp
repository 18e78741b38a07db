// The whole server, wired from its parts.
#pragma once

#include <span>
#include <string>

#include "app/config.hpp"

namespace vestnik::app {

// Starts the server, logs the `warnings` about its settings, serves until SIGTERM or SIGINT, stops in stages, and
// returns the exit code of the process: 0 after an orderly stop, 1 when it could not start (the log has the sentence).
int serve(const ServerConfig& config, std::span<const std::string> warnings);

}  // namespace vestnik::app
