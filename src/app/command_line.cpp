#include "app/command_line.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>

#include "app/options.hpp"
#include "base/visible.hpp"

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
constexpr std::array<std::string_view, 4> kSections = {"serve", "write", "watch", "history"};

// The subcommands with their tables, and what the tables set.
struct Program {
  ServerConfig server;
  cli::WriteOptions write;
  cli::WatchOptions watch;
  cli::HistoryOptions history;
  std::array<Command, 4> commands = {serve_command(server), write_command(write), watch_command(watch),
                                     history_command(history)};

  const Command* find(std::string_view name) const {
    const auto* found = std::ranges::find(commands, name, &Command::name);
    return found == commands.end() ? nullptr : found;
  }
};

void add_options(CLI::App& app, const Command& command) {
  for (const Option& option : command.options) {
    const std::string flag = fmt::format("--{}", option.name);
    CLI::Option* const added =
        option.value.shape == Value::Shape::kSwitch ? app.add_flag(flag) : app.add_option(flag)->expected(1);
    added->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  }
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

Failure refuse_extra(const Command* command, const std::string& extra) {
  const std::string shown = shorten(visible(extra.substr(0, extra.find('='))), 80);
  if (command == nullptr) {
    if (extra.starts_with('-')) {
      return refuse(
          fmt::format("{} stands before the command: write vestnik COMMAND {}, such as vestnik serve.", shown, shown));
    }
    std::vector<std::string_view> names(kSections.begin(), kSections.end());
    names.push_back(kVersion);
    return refuse(fmt::format("{} is not a command of vestnik{}", shown, suggest(shown, names)));
  }
  if (!extra.starts_with('-')) {
    return refuse(fmt::format("\"{}\" has no option before it: vestnik {} takes only options, such as --{}.", shown,
                              command->name, command->options.front().name));
  }
  const std::string_view bare = std::string_view(shown).substr(std::min(shown.find_first_not_of('-'), shown.size()));
  return refuse(fmt::format("{} is not an option of vestnik {}{}", shown, command->name,
                            suggest(bare, names_of(*command), "--")));
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

// Variables of the customary deployment with PostgreSQL and Redis. Data must not go elsewhere in silence.
std::optional<std::string> refuse_database(const Environment& environment, bool store_given) {
  const auto host = environment.find("DB_HOST");
  if (host == environment.end() || host->second.empty() || store_given) return std::nullopt;
  return "DB_HOST in the environment asks for PostgreSQL, which this version cannot use yet: give --store or "
         "VESTNIK_STORE "
         "(such as sqlite:data/vestnik.db) to store elsewhere, or remove DB_HOST.";
}

bool is_known(const Program& program, std::string_view variable) {
  return variable == environment_name(kConfig) || std::ranges::any_of(program.commands, [&](const Command& command) {
           return std::ranges::any_of(command.options,
                                      [&](const Option& each) { return environment_name(each.name) == variable; });
         });
}

std::vector<std::string> warnings_of(const Program& program, const Environment& environment) {
  std::vector<std::string> warnings;
  for (const auto& [name, value] : environment) {
    if (value.empty()) continue;
    if (name == "REDIS_HOST") {
      warnings.emplace_back("REDIS_HOST is set, but this version works without Redis: it is not used.");
    } else if (name == "DB_HOST") {
      warnings.emplace_back("DB_HOST is set, but the storage is given by its own option: DB_HOST is not used.");
    } else if (name.starts_with("VESTNIK_") && !is_known(program, name)) {
      warnings.push_back(fmt::format("{} is set, but there is no such option: it is not used.", visible(name)));
    }
  }
  return warnings;
}

// What remains to be checked or completed when every option by itself is right.
std::optional<std::string> complete(Program& program, std::string_view command, const std::set<std::string_view>& given,
                                    const Environment& environment) {
  if (command == "serve") {
    if (auto sentence = refuse_database(environment, given.contains("store"))) return sentence;
    return find_conflict(program.server);
  }
  if (command == "history") {
    if (given.contains("last") && (given.contains("from") || given.contains("to"))) {
      return "--last stands beside --from or --to: give either how far back, or a range.";
    }
    if (given.contains("to") && !given.contains("from")) program.history.from.clear();
  }
  return std::nullopt;
}

// What stands on the command line, before any value is looked at.
struct Words {
  std::string command;  // empty: none
  NamedValues flags;
  bool version = false;
};

std::expected<Words, Exit> read_words(const Program& program, int argc, const char* const* argv) {
  CLI::App app;
  app.allow_extras();
  app.require_subcommand(0, 1);
  Words words;
  app.add_flag("--version", words.version);
  app.add_subcommand(std::string(kVersion))->allow_extras();
  for (const Command& command : program.commands) {
    CLI::App* const subcommand = app.add_subcommand(std::string(command.name));
    subcommand->allow_extras();
    add_options(*subcommand, command);
  }

  const auto chosen = [&app, &program]() -> const Command* {
    const auto parsed = app.get_subcommands();
    return parsed.empty() ? nullptr : program.find(parsed.front()->get_name());
  };
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    return show(chosen() != nullptr ? help_of(*chosen()) : help_of(program.commands));
  } catch (const CLI::ArgumentMismatch& error) {
    return refuse_missing_value(chosen(), error.what());
  } catch (const CLI::ParseError& error) {
    return refuse(fmt::format("{}.", error.what()));
  }
  if (const auto extras = app.remaining(true); !extras.empty()) return refuse_extra(chosen(), extras.front());
  if (const auto parsed = app.get_subcommands(); !parsed.empty()) {
    words.command = parsed.front()->get_name();
    words.flags = flags_of(*parsed.front());
  }
  return words;
}

// Gives every option of the command its value.
std::optional<Exit> set_options(Program& program, const Command& command, const Words& words,
                                const Environment& environment) {
  const auto source = find_settings_file(words.flags, environment);
  if (!source) return source.error();
  NamedValues file;
  if (!source->path.empty()) {
    auto settings = read_settings(*source, command, kSections);
    if (!settings) return refuse(std::move(settings).error()).error();
    file = *std::move(settings);
  }
  const auto given =
      apply(command, {.flags = words.flags, .environment = environment, .file = file, .file_path = source->path});
  if (!given) return refuse(given.error()).error();
  if (auto sentence = complete(program, command.name, *given, environment)) return refuse(*std::move(sentence)).error();
  return std::nullopt;
}

}  // namespace

std::expected<CommandLine, Exit> parse_command_line(int argc, const char* const* argv, const Environment& environment) {
  Program program;
  const auto words = read_words(program, argc, argv);
  if (!words) return Failure(words.error());
  if (words->version || words->command == kVersion) return VersionCommand{};
  const Command* const command = program.find(words->command);
  if (command == nullptr) return show(help_of(program.commands));
  if (auto wrong = set_options(program, *command, *words, environment)) return Failure(*std::move(wrong));

  if (command->name == "serve") return ServeCommand{program.server, warnings_of(program, environment)};
  if (command->name == "write") return program.write;
  if (command->name == "watch") return program.watch;
  return program.history;
}

}  // namespace vestnik::app
