// The options of one subcommand as a table, and the layers that give them values.
#pragma once

#include <expected>
#include <map>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "app/config.hpp"
#include "app/environment.hpp"
#include "app/values.hpp"
#include "cli/history.hpp"
#include "cli/watch.hpp"
#include "cli/write.hpp"

namespace vestnik::app {

struct Option {
  std::string_view name;   // "max-page": the flag --max-page, VESTNIK_MAX_PAGE, and max-page or max_page in a file
  std::string_view group;  // its heading in the help
  std::string_view help;
  Value value;
  std::string_view customary = {};  // another environment variable, which VESTNIK_<NAME> overrides
};

struct Command {
  std::string_view name;
  std::string_view purpose;
  std::string_view examples;
  std::vector<Option> options;
};

// The tables. What they set must outlive them.
Command serve_command(ServerConfig& config);
Command write_command(cli::WriteOptions& options);
Command watch_command(cli::WatchOptions& options);
Command history_command(cli::HistoryOptions& options);

// "max-page" -> "VESTNIK_MAX_PAGE"
std::string environment_name(std::string_view option);

using NamedValues = std::map<std::string, std::vector<std::string>, std::less<>>;

struct Layers {
  const NamedValues& flags;  // by option name
  const Environment& environment;
  const NamedValues& file;  // by option name
  std::string_view file_path;
};

// Sets each option from the first layer that has it. The names of those that were set, or a sentence about the first
// wrong one.
std::expected<std::set<std::string_view>, std::string> apply(const Command& command, const Layers& layers);

struct SettingsFile {
  std::string path;
  std::string given_as;  // "--config" or its variable
};

// The settings in a TOML or INI file that are for `command`: those outside of sections and those in its own section.
// A sentence when the file cannot be read, has an unknown section, or a key that the command does not know.
std::expected<NamedValues, std::string> read_settings(const SettingsFile& source, const Command& command,
                                                      std::span<const std::string_view> sections);

// The name in `names` that was probably meant, or an empty text.
std::string_view find_similar(std::string_view name, std::span<const std::string_view> names);

// The end of a sentence about an unknown name: "; did you mean --port?", or "." when nothing is similar.
std::string suggest(std::string_view name, std::span<const std::string_view> names, std::string_view prefix = "");

std::vector<std::string_view> names_of(const Command& command);

// Help of one subcommand, and of the whole program.
std::string help_of(const Command& command);
std::string help_of(std::span<const Command> commands);

}  // namespace vestnik::app
