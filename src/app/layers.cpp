#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "app/options.hpp"
#include "base/visible.hpp"

namespace vestnik::app {
namespace {

constexpr std::size_t kQuotedMax = 80;  // code points of a wrong value that are repeated

std::string quote(std::string_view text) {
  return fmt::format("\"{}\"", shorten(visible(text), kQuotedMax));
}

std::string key_of(std::string_view name) {
  std::string key(name);
  std::ranges::replace(key, '_', '-');
  return key;
}

std::vector<std::string> split_at_commas(std::string_view text) {
  std::vector<std::string> parts;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find(',', begin), text.size());
    parts.emplace_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return parts;
}

// What one layer says about one option, and how to name it as the user wrote it.
struct Given {
  std::vector<std::string> values;
  std::string name;    // "--port", "VESTNIK_PORT", "port"
  std::string origin;  // " in vestnik.toml", or empty
  char joint = ' ';    // between name and value
};

std::optional<Given> find_given(const Option& option, const Layers& layers) {
  if (const auto flag = layers.flags.find(option.name); flag != layers.flags.end()) {
    return Given{flag->second, fmt::format("--{}", option.name), "",
                 option.value.shape == Value::Shape::kSwitch ? '=' : ' '};
  }
  for (const std::string& variable : {environment_name(option.name), std::string(option.customary)}) {
    const auto found = layers.environment.find(variable);
    if (found == layers.environment.end() || found->second.empty()) continue;
    return Given{{found->second}, variable, " in the environment", '='};
  }
  if (const auto entry = layers.file.find(option.name); entry != layers.file.end()) {
    return Given{entry->second, std::string(option.name), fmt::format(" in {}", layers.file_path), '='};
  }
  return std::nullopt;
}

std::optional<std::string> set(const Option& option, Given given) {
  if (option.value.shape == Value::Shape::kList) {
    std::vector<std::string> parts;
    for (const std::string& value : given.values) std::ranges::move(split_at_commas(value), std::back_inserter(parts));
    given.values = std::move(parts);
  } else if (given.values.size() != 1) {
    return fmt::format("{}{} is given {} times: give it once.", given.name, given.origin, given.values.size());
  }
  for (const std::string& value : given.values) {
    const auto reason = option.value.set(value);
    if (reason && option.value.secret) {
      return fmt::format("{}{} {}: give {}.", given.name, given.origin, *reason, option.value.expected);
    }
    if (reason) {
      return fmt::format("{}{}{}{} {}: give {}.", given.name, given.joint, quote(value), given.origin, *reason,
                         option.value.expected);
    }
  }
  return std::nullopt;
}

// CLI11 puts these around the entries of a section.
bool is_section_mark(const CLI::ConfigItem& item) {
  return item.name == "++" || item.name == "--";
}

// On its way into [room.create] CLI11 marks [room], too.
bool opens_group(const CLI::ConfigItem& item, std::span<const Command> commands) {
  return is_section_mark(item) && item.parents.size() == 1 &&
         std::ranges::any_of(commands, [&](const Command& each) { return group_of(each) == item.parents.front(); });
}

}  // namespace

std::string environment_name(std::string_view option) {
  std::string name = "VESTNIK_";
  for (const char c : option) name += c == '-' ? '_' : static_cast<char>(c >= 'a' && c <= 'z' ? c - 32 : c);
  return name;
}

std::expected<std::set<std::string_view>, std::string> apply(const Command& command, const Layers& layers) {
  std::set<std::string_view> names;
  for (const Option& option : command.options) {
    auto given = find_given(option, layers);
    if (!given) continue;
    if (auto wrong = set(option, *std::move(given))) return std::unexpected(*std::move(wrong));
    names.insert(option.name);
  }
  return names;
}

std::optional<std::string> apply_operand(const Option& operand, const std::string& text) {
  return set(operand, {.values = {text}, .name = operand.value.unit, .origin = ""});
}

std::string section_of(const Command& command) {
  std::string section(command.name);
  std::ranges::replace(section, ' ', '.');
  return section;
}

std::expected<NamedValues, std::string> read_settings(const SettingsFile& source, const Command& command,
                                                      std::span<const Command> commands) {
  const std::string& path = source.path;
  const std::string shown = fmt::format("{} {}", source.given_as, quote(path));
  std::error_code ignored;
  if (std::filesystem::is_directory(path, ignored)) {
    return std::unexpected(fmt::format("{} is a folder: give a file.", shown));
  }
  std::ifstream file(path);
  const int reason = errno;
  if (!file) {
    return std::unexpected(fmt::format("{} cannot be read ({}): give a TOML or INI file.", shown,
                                       std::generic_category().message(reason)));
  }
  std::vector<CLI::ConfigItem> items;
  try {
    items = CLI::ConfigTOML().from_config(file);
  } catch (const CLI::Error& error) {
    return std::unexpected(fmt::format("{} is not TOML or INI: {}.", shown, error.what()));
  }

  NamedValues settings;
  const std::vector<std::string_view> names = names_of(command);
  std::vector<std::string> sections;
  for (const Command& each : commands) sections.push_back(section_of(each));
  for (const CLI::ConfigItem& item : items) {
    if (opens_group(item, commands)) continue;
    const std::string section = fmt::format("{}", fmt::join(item.parents, "."));
    if (!section.empty() && std::ranges::find(sections, section) == sections.end()) {
      const std::vector<std::string_view> known(sections.begin(), sections.end());
      return std::unexpected(
          fmt::format("[{}] in {} is not the name of a command{}", visible(section), path, suggest(section, known)));
    }
    if (is_section_mark(item) || (!section.empty() && section != section_of(command))) continue;
    std::string key = key_of(item.name);
    if (std::ranges::find(names, key) == names.end()) {
      return std::unexpected(fmt::format("{} in {} is not an option of vestnik {}{}", quote(item.fullname()), path,
                                         command.name, suggest(key, names)));
    }
    std::ranges::copy(item.inputs, std::back_inserter(settings[std::move(key)]));
  }
  return settings;
}

std::string_view group_of(const Command& command) {
  const std::size_t space = command.name.find(' ');
  return space == command.name.npos ? std::string_view() : command.name.substr(0, space);
}

std::string_view own_name_of(const Command& command) {
  return command.name.substr(command.name.find(' ') + 1);
}

std::vector<std::string_view> names_of(const Command& command) {
  std::vector<std::string_view> names;
  for (const Option& option : command.options) names.push_back(option.name);
  return names;
}

std::string_view find_similar(std::string_view name, std::span<const std::string_view> names) {
  // Levenshtein distance, one row at a time; with more wrong letters it is another word.
  std::string_view best;
  std::size_t best_distance = name.size() <= 3 ? 2 : name.size() / 3 + 2;
  if (name.size() > kQuotedMax) return best;
  for (const std::string_view candidate : names) {
    std::vector<std::size_t> row(candidate.size() + 1);
    for (std::size_t i = 0; i < row.size(); ++i) row[i] = i;
    for (std::size_t i = 1; i <= name.size(); ++i) {
      std::size_t diagonal = std::exchange(row[0], i);
      for (std::size_t j = 1; j < row.size(); ++j) {
        const std::size_t replaced = diagonal + (name[i - 1] == candidate[j - 1] ? 0 : 1);
        diagonal = std::exchange(row[j], std::min({row[j] + 1, row[j - 1] + 1, replaced}));
      }
    }
    if (row.back() < best_distance) {
      best_distance = row.back();
      best = candidate;
    }
  }
  return best;
}

std::string suggest(std::string_view name, std::span<const std::string_view> names, std::string_view prefix) {
  const std::string_view similar = find_similar(name, names);
  return similar.empty() ? "." : fmt::format("; did you mean {}{}?", prefix, similar);
}

}  // namespace vestnik::app
