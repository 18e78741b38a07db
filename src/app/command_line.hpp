// The command line of `vestnik`: subcommands whose options come from flags, environment and a file.
#pragma once

#include <expected>
#include <string>
#include <variant>
#include <vector>

#include "app/config.hpp"
#include "app/environment.hpp"
#include "app/keys.hpp"
#include "app/reindex.hpp"
#include "app/repair_times.hpp"
#include "cli/history.hpp"
#include "cli/rooms.hpp"
#include "cli/session.hpp"
#include "cli/watch.hpp"
#include "cli/write.hpp"

namespace vestnik::app {

struct ServeCommand {
  ServerConfig config;
  std::vector<std::string> warnings;  // sentences to be logged: settings that are known but have no effect
};

struct VersionCommand {};

using CommandLine = std::variant<ServeCommand, ReindexOptions, RepairTimesOptions, cli::WriteOptions, cli::WatchOptions,
                                 cli::HistoryOptions, cli::ListRooms, cli::CreateRoom, cli::ShowRoom, cli::SetRoom,
                                 cli::CloseRoom, cli::JoinRoom, cli::LeaveRoom, cli::ListMembers, cli::OpenSession,
                                 cli::ShowSession, cli::CloseSession, CreateKey, ListKeys, RevokeKey, VersionCommand>;

// Why there is nothing to run: help was asked for (code 0), or a setting is wrong (code 2, one sentence).
struct Exit {
  int code = 0;
  std::string message;  // without a newline at the end
  bool to_stdout = false;
};

// For each option the first of: flag, VESTNIK_<NAME>, its customary name (PORT, LOG_LEVEL,
// MAX_CONNECTIONS), the file of --config, the default. Reads that file and nothing else.
std::expected<CommandLine, Exit> parse_command_line(int argc, const char* const* argv,
                                                    const Environment& environment = process_environment());

}  // namespace vestnik::app
