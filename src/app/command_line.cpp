#include "app/command_line.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>

#include "app/options.hpp"
#include "base/ids.hpp"
#include "base/visible.hpp"
#include "chat/api_keys.hpp"

namespace vestnik::app {
namespace {

using Failure = std::unexpected<Exit>;

Failure refuse(std::string sentence) {
  return Failure(Exit{.code = 2, .message = std::move(sentence)});
}
Failure show(std::string text) {
  return Failure(Exit{.code = 0, .message = std::move(text), .to_stdout = true});
}

constexpr std::string_view kConfig = "config";
constexpr std::string_view kVersion = "version";
constexpr std::string_view kHelp = "help";
constexpr const char* kOperand = "operand";

// A command that keeps what its table sets.
template <typename Options>
Command keeping(Command (*table)(Options&)) {
  const auto options = std::make_shared<Options>();
  Command command = table(*options);
  command.result = [options]() -> CommandLine { return *options; };
  return command;
}

// Variables of the customary deployment with PostgreSQL and Redis. Data must not go elsewhere in silence.
std::optional<std::string> refuse_database(const Environment& environment, bool store_given) {
  const auto host = environment.find("DB_HOST");
  if (host == environment.end() || host->second.empty() || store_given) return std::nullopt;
  return "DB_HOST in the environment asks for PostgreSQL, which this version cannot use yet: give --store or "
         "VESTNIK_STORE "
         "(such as sqlite:data/vestnik.db) to store elsewhere, or remove DB_HOST.";
}

Command serving(const Environment& environment) {
  const auto config = std::make_shared<ServerConfig>();
  Command command = serve_command(*config);
  command.complete = [config, &environment](const std::set<std::string_view>& given) {
    auto sentence = refuse_database(environment, given.contains("store"));
    return sentence ? sentence : find_conflict(*config);
  };
  command.result = [config]() -> CommandLine { return ServeCommand{.config = *config, .warnings = {}}; };
  return command;
}

std::vector<Command> all_commands(const Environment& environment) {
  return {serving(environment),          keeping(reindex_command),       keeping(repair_times_command),
          keeping(write_command),        keeping(watch_command),         keeping(history_command),
          keeping(list_rooms_command),   keeping(create_room_command),   keeping(show_room_command),
          keeping(set_room_command),     keeping(close_room_command),    keeping(join_room_command),
          keeping(leave_room_command),   keeping(list_members_command),  keeping(open_session_command),
          keeping(show_session_command), keeping(close_session_command), keeping(create_key_command),
          keeping(list_keys_command),    keeping(revoke_key_command)};
}

using Commands = std::span<const Command>;

const Command* find_command(Commands commands, std::string_view name) {
  const auto found = std::ranges::find(commands, name, &Command::name);
  return found == commands.end() ? nullptr : &*found;
}

const Group* find_group(std::string_view name) {
  const auto found = std::ranges::find(groups(), name, &Group::name);
  return found == groups().end() ? nullptr : &*found;
}

void add_options(CLI::App& app, const Command& command) {
  for (const Option& option : command.options) {
    const std::string flag = fmt::format("--{}", option.name);
    CLI::Option* const added =
        option.value.shape == Value::Shape::kSwitch ? app.add_flag(flag) : app.add_option(flag)->expected(1);
    added->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  }
  if (command.operand) app.add_option(kOperand)->expected(1);
  app.add_option(fmt::format("--{}", kConfig))->expected(1)->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
}

// CLI11 only says "--port: 1 required TEXT missing"; the table knows what would be right.
Failure refuse_missing_value(const Command* command, std::string_view complaint) {
  const std::string_view flag = complaint.substr(0, complaint.find(':'));
  if (command != nullptr && flag.starts_with("--")) {
    const auto option = std::ranges::find(command->options, flag.substr(2), &Option::name);
    if (option != command->options.end()) {
      return refuse(fmt::format("{} has no value: give {}.", flag, option->value.expected));
    }
  }
  return refuse(fmt::format("{} has no value.", flag));
}

// What was named on the command line: a command, a group alone, or nothing (both are null).
struct Chosen {
  const Command* command = nullptr;
  const Group* group = nullptr;
};

Failure refuse_unknown_command(Commands commands, const Group* group, const std::string& shown) {
  std::vector<std::string_view> names;
  for (const Command& command : commands) {
    if (group_of(command) == (group == nullptr ? "" : group->name)) names.push_back(own_name_of(command));
  }
  if (group != nullptr) {
    return refuse(fmt::format("{} is not a command of vestnik {}{}", shown, group->name, suggest(shown, names)));
  }
  const auto own = std::ranges::find(commands, std::string_view(shown), own_name_of);
  if (own != commands.end()) {
    return refuse(fmt::format("{} is not a command of vestnik; did you mean {}?", shown, own->name));
  }
  for (const Group& each : groups()) names.push_back(each.name);
  names.push_back(kVersion);
  names.push_back(kHelp);
  const std::string suggestion = suggest(shown, names);
  return refuse(fmt::format("{} is not a command of vestnik{}", shown,
                            suggestion == "." ? "; vestnik help lists them." : suggestion));
}

Failure refuse_extra(Commands commands, const Chosen& chosen, const std::string& extra) {
  // A UUID may be the secret of a session.
  const std::string shown = chat::is_api_key(extra)  ? "(an API key)"
                            : looks_like_uuid(extra) ? "(a UUID)"
                                                     : shorten(visible(extra.substr(0, extra.find('='))), 80);
  const Command* const command = chosen.command;
  if (command == nullptr) {
    if (!extra.starts_with('-')) return refuse_unknown_command(commands, chosen.group, shown);
    const std::string_view group = chosen.group == nullptr ? "" : chosen.group->name;
    const auto example = std::ranges::find(commands, group, group_of);
    return refuse(fmt::format("{} stands before the command: write vestnik {}COMMAND {}, such as vestnik {}.", shown,
                              group.empty() ? "" : fmt::format("{} ", group), shown, example->name));
  }
  if (!extra.starts_with('-')) {
    if (command->operand) {
      return refuse(
          fmt::format("\"{}\" is one too many: vestnik {} takes one {} and options. Put a name with spaces "
                      "into quotes.",
                      shown, command->name, command->operand->value.unit));
    }
    return refuse(fmt::format("\"{}\" has no option before it: vestnik {} takes only options, such as --{}.", shown,
                              command->name, command->options.front().name));
  }
  const std::string_view bare = std::string_view(shown).substr(std::min(shown.find_first_not_of('-'), shown.size()));
  const std::vector<std::string_view> known = names_of(*command);
  if (std::ranges::find(known, bare) != known.end()) {
    return refuse(fmt::format("{} stands before the command: write vestnik {} {}.", shown, command->name, shown));
  }
  const std::string suggestion = suggest(bare, known, "--");
  const std::string ending =
      suggestion == "." ? fmt::format("; vestnik {} --help lists them.", command->name) : suggestion;
  return refuse(fmt::format("{} is not an option of vestnik {}{}", shown, command->name, ending));
}

NamedValues flags_of(const CLI::App& app) {
  NamedValues flags;
  for (const CLI::Option* option : app.get_options()) {
    if (option->count() > 0 && !option->get_lnames().empty()) flags[option->get_lnames().front()] = option->results();
  }
  return flags;
}

std::expected<SettingsFile, Exit> find_settings_file(const NamedValues& flags, const Environment& environment) {
  if (const auto flag = flags.find(kConfig); flag != flags.end()) {
    const std::size_t times = flag->second.size();
    if (times != 1) return refuse(fmt::format("--config is given {} times: give it once.", times));
    return SettingsFile{flag->second.front(), "--config"};
  }
  const std::string name = environment_name(kConfig);
  const auto variable = environment.find(name);
  return SettingsFile{variable == environment.end() ? "" : variable->second, name};
}

bool is_known(Commands commands, std::string_view variable) {
  return variable == environment_name(kConfig) || std::ranges::any_of(commands, [&](const Command& command) {
           return std::ranges::any_of(command.options,
                                      [&](const Option& each) { return environment_name(each.name) == variable; });
         });
}

std::vector<std::string> warnings_of(Commands commands, const Environment& environment) {
  std::vector<std::string> warnings;
  for (const auto& [name, value] : environment) {
    if (value.empty()) continue;
    if (name == "REDIS_HOST") {
      warnings.emplace_back("REDIS_HOST is set, but this version works without Redis: it is not used.");
    } else if (name == "DB_HOST") {
      warnings.emplace_back("DB_HOST is set, but the storage is given by its own option: DB_HOST is not used.");
    } else if (name.starts_with("VESTNIK_") && !is_known(commands, name)) {
      warnings.push_back(fmt::format("{} is set, but there is no such option: it is not used.", visible(name)));
    }
  }
  return warnings;
}

// What stands on the command line, before any value is looked at.
struct Words {
  Chosen chosen;
  NamedValues flags;
  std::optional<std::string> operand;
  bool version = false;
};

// The subcommand for this command, in that of its group when it has one.
CLI::App& add_command(CLI::App& app, const Command& command) {
  CLI::App* parent = &app;
  if (const std::string group(group_of(command)); !group.empty()) {
    const auto made = app.get_subcommands([&group](const CLI::App* each) { return each->get_name() == group; });
    parent = made.empty() ? app.add_subcommand(group)->allow_extras()->require_subcommand(0, 1) : made.front();
  }
  return *parent->add_subcommand(std::string(own_name_of(command)))->allow_extras();
}

Chosen chosen_of(const CLI::App& app, Commands commands) {
  const auto first = app.get_subcommands();
  if (first.empty()) return {};
  const std::string name = first.front()->get_name();
  const auto second = first.front()->get_subcommands();
  return {.command = find_command(commands, second.empty() ? name : name + " " + second.front()->get_name()),
          .group = find_group(name)};
}

std::string help_of(const Chosen& chosen, Commands commands, std::size_t width) {
  if (chosen.command != nullptr) return help_of(*chosen.command, width);
  return chosen.group != nullptr ? help_of(*chosen.group, commands, width) : help_of(commands, width);
}

// The help of what these words name: nothing, a command, a group and perhaps a command of it.
std::expected<std::string, Exit> help_on(Commands commands, std::span<const char* const> words, std::size_t width) {
  const auto is_name = [](const char* word) { return !std::string_view(word).starts_with('-'); };
  const auto names = words.first(static_cast<std::size_t>(std::ranges::find_if_not(words, is_name) - words.begin()));
  if (names.empty()) return help_of(commands, width);
  const std::string first = names.front();
  if (const Command* command = find_command(commands, first)) return help_of(*command, width);
  const Group* const group = find_group(first);
  if (group == nullptr) {
    if (first == kVersion || first == kHelp) return help_of(commands, width);
    return refuse_unknown_command(commands, nullptr, shorten(visible(first), 80));
  }
  if (names.size() == 1) return help_of(*group, commands, width);
  const std::string second = names[1];
  if (const Command* command = find_command(commands, first + " " + second)) return help_of(*command, width);
  return refuse_unknown_command(commands, group, shorten(visible(second), 80));
}

std::expected<Words, Exit> read_words(Commands commands, int argc, const char* const* argv, std::size_t width) {
  const std::span<const char* const> arguments(argv, static_cast<std::size_t>(argc));
  if (argc > 1 && arguments[1] == kHelp) {
    auto help = help_on(commands, arguments.subspan(2), width);
    return help ? show(*std::move(help)) : Failure(std::move(help.error()));
  }
  CLI::App app;
  app.allow_extras();
  app.require_subcommand(0, 1);
  Words words;
  app.add_flag("--version", words.version);
  CLI::App* const version = app.add_subcommand(std::string(kVersion))->allow_extras();
  for (const Command& command : commands) add_options(add_command(app, command), command);

  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    const Chosen chosen = chosen_of(app, commands);
    if (chosen.command != nullptr) return show(help_of(chosen, commands, width));
    auto help = help_on(commands, arguments.subspan(1), width);  // a name before it may be none
    return help ? show(*std::move(help)) : Failure(std::move(help.error()));
  } catch (const CLI::ArgumentMismatch& error) {
    return refuse_missing_value(chosen_of(app, commands).command, error.what());
  } catch (const CLI::ParseError& error) {
    return refuse(fmt::format("{}.", error.what()));
  }
  words.chosen = chosen_of(app, commands);
  words.version = words.version || version->parsed();
  auto extras = app.remaining(true);
  std::erase(extras, "--");  // behind it, what begins with a dash is no option
  if (!extras.empty()) return refuse_extra(commands, words.chosen, extras.front());
  const CLI::App* leaf = &app;
  while (!leaf->get_subcommands().empty()) leaf = leaf->get_subcommands().front();
  words.flags = flags_of(*leaf);
  if (const auto* operand = leaf->get_option_no_throw(kOperand); operand != nullptr && operand->count() > 0) {
    words.operand = operand->results().front();
  }
  return words;
}

// Gives every option of the command, and its operand, a value.
std::optional<Exit> set_options(Commands commands, const Command& command, const Words& words,
                                const Environment& environment) {
  const auto source = find_settings_file(words.flags, environment);
  if (!source) return source.error();
  NamedValues file;
  if (!source->path.empty()) {
    auto settings = read_settings(*source, command, commands);
    if (!settings) return refuse(std::move(settings).error()).error();
    file = *std::move(settings);
  }
  auto given =
      apply(command, {.flags = words.flags, .environment = environment, .file = file, .file_path = source->path});
  if (!given) return refuse(given.error()).error();
  if (words.operand) {
    if (auto wrong = apply_operand(*command.operand, *words.operand)) return refuse(*std::move(wrong)).error();
    given->insert(command.operand->name);
  } else if (command.operand && command.operand_needed) {
    return refuse(fmt::format("vestnik {} needs {}: the {}.", command.name, command.operand->value.unit,
                              command.operand->help))
        .error();
  }
  if (!command.complete) return std::nullopt;
  if (auto sentence = command.complete(*given)) return refuse(*std::move(sentence)).error();
  return std::nullopt;
}

}  // namespace

std::expected<CommandLine, Exit> parse_command_line(int argc, const char* const* argv, const Environment& environment) {
  const std::vector<Command> commands = all_commands(environment);
  const std::size_t width = help_width(environment);
  const auto words = read_words(commands, argc, argv, width);
  if (!words) return Failure(words.error());
  if (words->version) return VersionCommand{};
  const Command* const command = words->chosen.command;
  if (command == nullptr) return show(help_of(words->chosen, commands, width));
  if (auto wrong = set_options(commands, *command, *words, environment)) return Failure(*std::move(wrong));

  CommandLine line = command->result();
  if (auto* const serve = std::get_if<ServeCommand>(&line)) serve->warnings = warnings_of(commands, environment);
  return line;
}

}  // namespace vestnik::app
