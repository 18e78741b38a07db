#include <fmt/format.h>

#include <algorithm>

#include "app/options.hpp"

namespace vestnik::app {
namespace {

constexpr std::size_t kHelpColumn = 40;
constexpr std::string_view kDurations =
    "DURATION is a whole number and ms, s, m, h or d, such as 250ms, 90s, 10m, 1h, 7d.\n";
constexpr std::string_view kSizes =
    "SIZE is a number of bytes, or of KiB, MiB, GiB or TiB, such as 1000, 64KiB, 4MiB.\n";
constexpr std::string_view kLayers =
    "Each option is taken from the flag, else from the environment variable, else from the file of --config\n"
    "(TOML or INI, one `name = value` a line, optionally below `[{}]`), else its default.\n";

void append_line(std::string& out, std::string_view left, std::string_view right) {
  if (left.size() + 4 > kHelpColumn) {
    fmt::format_to(std::back_inserter(out), "  {}\n{:{}}{}\n", left, "", kHelpColumn, right);
  } else {
    fmt::format_to(std::back_inserter(out), "  {:<{}}{}\n", left, kHelpColumn - 2, right);
  }
}

void append_option(std::string& out, const Option& option) {
  append_line(out, fmt::format("--{} {}", option.name, option.value.unit), option.help);
  std::string origin = option.value.initial.empty() ? "" : fmt::format("default {}; ", option.value.initial);
  origin += environment_name(option.name);
  if (!option.customary.empty()) origin += fmt::format(" or {}", option.customary);
  fmt::format_to(std::back_inserter(out), "{:{}}[{}]\n", "", kHelpColumn, origin);
}

void append_command(std::string& out, std::string_view name, std::string_view purpose) {
  fmt::format_to(std::back_inserter(out), "  {:<10}{}\n", name, purpose);
}

bool uses(const Command& command, std::string_view unit) {
  return std::ranges::any_of(command.options, [unit](const Option& option) { return option.value.unit == unit; });
}

}  // namespace

std::string help_of(const Command& command) {
  std::string out = fmt::format("{}\n\nUsage: vestnik {}", command.purpose, command.name);
  if (command.operand) {
    const std::string_view unit = command.operand->value.unit;
    out += command.operand_needed ? fmt::format(" {}", unit) : fmt::format(" [{}]", unit);
  }
  fmt::format_to(std::back_inserter(out), " [options]\n\nExamples:\n{}\n", command.examples);
  if (command.operand) {
    out += '\n';
    append_line(out, command.operand->value.unit, command.operand->help);
  }
  std::string_view group;
  for (const Option& option : command.options) {
    if (option.group != group) fmt::format_to(std::back_inserter(out), "\n{}:\n", option.group);
    group = option.group;
    append_option(out, option);
  }
  out += "\nOther:\n";
  append_line(out, "--config FILE", "file with settings");
  fmt::format_to(std::back_inserter(out), "{:{}}[{}]\n", "", kHelpColumn, environment_name("config"));
  append_line(out, "-h, --help", "this text");
  out += '\n';
  out += fmt::format(fmt::runtime(kLayers), section_of(command));
  if (uses(command, "DURATION")) out += kDurations;
  if (uses(command, "SIZE")) out += kSizes;
  out.pop_back();
  return out;
}

std::string help_of(const Group& group, std::span<const Command> commands) {
  std::string out = fmt::format("{}\n\nUsage: vestnik {} COMMAND [options]\n\nCommands:\n", group.purpose, group.name);
  for (const Command& command : commands) {
    if (group_of(command) == group.name) append_command(out, own_name_of(command), command.purpose);
  }
  fmt::format_to(std::back_inserter(out),
                 "\nExamples:\n{}\n\n`vestnik {} COMMAND --help` lists the options of a command.", group.examples,
                 group.name);
  return out;
}

std::string help_of(std::span<const Command> commands) {
  std::string out =
      "Vestnik is a messaging server: people and programs talk in rooms in real time.\n\n"
      "Usage: vestnik COMMAND [options]\n\nCommands:\n";
  for (const Command& command : commands) {
    if (group_of(command).empty()) append_command(out, command.name, command.purpose);
  }
  for (const Group& group : groups()) append_command(out, group.name, group.purpose);
  append_command(out, "version", "Prints the version.");
  out +=
      "\nExamples:\n"
      "  vestnik serve\n"
      "      the server, with pages, API and docs on http://localhost:5000 and its data in ./data/\n"
      "  vestnik watch\n"
      "      in another terminal: the messages of the room stream as they arrive\n"
      "  echo \"Hello\" | vestnik write\n"
      "      in a third one: a message into the room stream\n"
      "  export VESTNIK_SESSION=$(vestnik session open Anna); vestnik room create team\n"
      "      from then on as Anna, who opens a room of her own\n\n"
      "`vestnik COMMAND --help` lists the options of a command.";
  return out;
}

}  // namespace vestnik::app
