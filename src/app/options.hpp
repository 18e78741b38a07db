// The options of one command as a table, and the layers that give them values.
#pragma once

#include <expected>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "app/command_line.hpp"
#include "app/config.hpp"
#include "app/environment.hpp"
#include "app/values.hpp"

namespace vestnik::app {

struct Option {
  std::string_view name;   // "max-page": the flag --max-page, VESTNIK_MAX_PAGE, and max-page or max_page in a file
  std::string_view group;  // its heading in the help
  std::string_view help;
  Value value;
  std::string_view customary = {};  // another environment variable, which VESTNIK_<NAME> overrides
};

struct Command {
  std::string_view name;  // one word, or that of its group and its own: "room create"
  std::string_view purpose;
  std::string_view examples;
  std::vector<Option> options;
  std::optional<Option> operand = {};  // what stands on the command line without a flag, such as the name of a room
  bool operand_needed = true;

  // What no single option can say, when each by itself is right: a sentence, or nullopt. `given`: the names of those
  // that were set.
  using Complete = std::function<std::optional<std::string>(const std::set<std::string_view>& given)>;
  Complete complete = {};
  std::function<CommandLine()> result = {};  // what the options were set to
};

// Commands of two words are told about together.
struct Group {
  std::string_view name;
  std::string_view purpose;
  std::string_view examples;
};

// The tables. What they set must outlive them.
Command serve_command(ServerConfig& config);
Command reindex_command(ReindexOptions& options);
Command repair_times_command(RepairTimesOptions& options);
Command write_command(cli::WriteOptions& options);
Command watch_command(cli::WatchOptions& options);
Command history_command(cli::HistoryOptions& options);

Command list_rooms_command(cli::ListRooms& options);
Command create_room_command(cli::CreateRoom& options);
Command show_room_command(cli::ShowRoom& options);
Command set_room_command(cli::SetRoom& options);
Command close_room_command(cli::CloseRoom& options);
Command join_room_command(cli::JoinRoom& options);
Command leave_room_command(cli::LeaveRoom& options);
Command list_members_command(cli::ListMembers& options);

Command open_session_command(cli::OpenSession& options);
Command show_session_command(cli::ShowSession& options);
Command close_session_command(cli::CloseSession& options);

Command create_key_command(CreateKey& options);
Command list_keys_command(ListKeys& options);
Command revoke_key_command(RevokeKey& options);

std::span<const Group> groups();

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

// Sets the operand. A sentence when it is wrong.
std::optional<std::string> apply_operand(const Option& operand, const std::string& text);

struct SettingsFile {
  std::string path;
  std::string given_as;  // "--config" or its variable
};

// The settings in a TOML or INI file that are for `command`: those outside of sections and those in its own section.
// A sentence when the file cannot be read, has a section of none of the `commands`, or a key that the command does not
// know.
std::expected<NamedValues, std::string> read_settings(const SettingsFile& source, const Command& command,
                                                      std::span<const Command> commands);

// "room create" -> "room.create"
std::string section_of(const Command& command);

// The name in `names` that was probably meant, or an empty text.
std::string_view find_similar(std::string_view name, std::span<const std::string_view> names);

// The end of a sentence about an unknown name: "; did you mean --port?", or "." when nothing is similar.
std::string suggest(std::string_view name, std::span<const std::string_view> names, std::string_view prefix = "");

std::vector<std::string_view> names_of(const Command& command);

// "room create" -> "room" and "create"; the group of a command of one word is empty.
std::string_view group_of(const Command& command);
std::string_view own_name_of(const Command& command);

// Help of one command, of a group, and of the whole program, in lines of at most `width` characters where words allow.
std::string help_of(const Command& command, std::size_t width);
std::string help_of(const Group& group, std::span<const Command> commands, std::size_t width);
std::string help_of(std::span<const Command> commands, std::size_t width);

// The width of the terminal: COLUMNS, what the terminal says, or 100 where there is none.
std::size_t help_width(const Environment& environment);

}  // namespace vestnik::app
