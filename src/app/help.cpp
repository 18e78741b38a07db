#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <iterator>
#include <string>
#include <utility>

#include "app/options.hpp"

namespace vestnik::app {
namespace {

constexpr std::size_t kWidth = 100;
constexpr std::size_t kWidthMin = 40;
constexpr std::size_t kWidthMax = 1'000;
constexpr std::size_t kHelpColumn = 40;
constexpr std::size_t kWideEnough = 90;  // for help beside the options; otherwise it stands below them
constexpr std::string_view kDurations =
    "DURATION is a whole number and ms, s, m, h or d, such as 250ms, 90s, 10m, 1h, 7d.";
constexpr std::string_view kSizes = "SIZE is a number of bytes, or of KiB, MiB, GiB or TiB, such as 1000, 64KiB, 4MiB.";
constexpr std::string_view kLayers =
    "Each option is taken from the flag, else from the environment variable, else from the file of --config "
    "(TOML or INI, one `name = value` a line, optionally below `[{}]`), else its default.";

// Lines for a terminal of some width.
class HelpText {
 public:
  explicit HelpText(std::size_t width) : width_(width), column_(width < kWideEnough ? 6 : kHelpColumn) {}

  void blank_line() { text_ += '\n'; }

  // Words, with the lines after the first one indented by `indent`.
  void paragraph(std::string_view words, std::size_t indent = 0) { append_words(words, indent, ""); }

  // "  --port PORT      HTTP, WebSocket and pages"
  void row(std::string_view left, std::string_view right) { two_columns(left, right, column_); }

  // Below the right column of a row.
  void note(std::string_view words) {
    text_.append(column_, ' ');
    append_words(words, column_, "");
  }

  // "  write     Writes messages into a room"
  void command(std::string_view name, std::string_view purpose) { two_columns(name, purpose, kCommandColumn); }

  // Commands are indented by two, what they do by more.
  void examples(std::string_view lines) {
    while (!lines.empty()) {
      const std::string_view line = lines.substr(0, lines.find('\n'));
      lines.remove_prefix(std::min(line.size() + 1, lines.size()));
      const std::size_t indent = std::min(line.find_first_not_of(' '), line.size());
      text_.append(indent, ' ');
      const bool is_command = indent <= 2;
      append_words(line.substr(indent), is_command ? indent + 4 : indent, is_command ? " \\" : "");
    }
  }

  // Without a newline at the end.
  std::string take() && {
    while (text_.ends_with('\n')) text_.pop_back();
    return std::move(text_);
  }

 private:
  static constexpr std::size_t kCommandColumn = 12;

  void two_columns(std::string_view left, std::string_view right, std::size_t column) {
    fmt::format_to(std::back_inserter(text_), "  {}", left);
    if (left.size() + 4 > column) {
      text_.append(1, '\n').append(column, ' ');
    } else {
      text_.append(column - 2 - left.size(), ' ');
    }
    append_words(right, column, "");
  }

  // Goes on in the line that has begun. `joint`: what ends a line that goes on in the next one.
  void append_words(std::string_view words, std::size_t indent, std::string_view joint) {
    std::size_t at = text_.size() - (text_.rfind('\n') + 1);
    bool first = true;
    while (!words.empty()) {
      const std::string_view word = take_word(words);
      if (!first && at + 1 + word.size() + (words.empty() ? 0 : joint.size()) > width_) {
        text_.append(joint).append(1, '\n').append(indent, ' ');
        at = indent;
      } else if (!first) {
        text_ += ' ';
        ++at;
      }
      text_ += word;
      at += word.size();
      first = false;
    }
    text_ += '\n';
  }

  // Up to the next blank that stands outside of quotes.
  static std::string_view take_word(std::string_view& words) {
    char quote = '\0';
    std::size_t end = 0;
    for (; end < words.size() && (quote != '\0' || words[end] != ' '); ++end) {
      const char c = words[end];
      const bool opens = quote == '\0' && (c == '"' || (c == '\'' && (end == 0 || words[end - 1] == ' ')));
      if (opens) {
        quote = c;
      } else if (c == quote) {
        quote = '\0';
      }
    }
    const std::string_view word = words.substr(0, end);
    words.remove_prefix(std::min(end + 1, words.size()));
    return word;
  }

  std::size_t width_;
  std::size_t column_;
  std::string text_;
};

void append_option(HelpText& help, const Option& option) {
  help.row(fmt::format("--{} {}", option.name, option.value.unit), option.help);
  std::string origin = option.value.initial.empty() ? "" : fmt::format("default {}; ", option.value.initial);
  origin += environment_name(option.name);
  if (!option.customary.empty()) origin += fmt::format(" or {}", option.customary);
  help.note(fmt::format("[{}]", origin));
}

bool uses(const Command& command, std::string_view unit) {
  return std::ranges::any_of(command.options, [unit](const Option& option) { return option.value.unit == unit; });
}

}  // namespace

std::string help_of(const Command& command, std::size_t width) {
  HelpText help(width);
  help.paragraph(command.purpose);
  help.blank_line();
  std::string operand;
  if (command.operand) {
    operand = fmt::format(fmt::runtime(command.operand_needed ? " {}" : " [{}]"), command.operand->value.unit);
  }
  help.paragraph(fmt::format("Usage: vestnik {}{} [options]", command.name, operand));
  help.blank_line();
  help.paragraph("Examples:");
  help.examples(command.examples);
  if (command.operand) {
    help.blank_line();
    help.row(command.operand->value.unit, command.operand->help);
  }
  std::string_view group;
  for (const Option& option : command.options) {
    if (option.group != group) {
      help.blank_line();
      help.paragraph(fmt::format("{}:", option.group));
    }
    group = option.group;
    append_option(help, option);
  }
  help.blank_line();
  help.paragraph("Other:");
  help.row("--config FILE", "file with settings");
  help.note(fmt::format("[{}]", environment_name("config")));
  help.row("-h, --help", "this text");
  help.blank_line();
  help.paragraph(fmt::format(fmt::runtime(kLayers), section_of(command)));
  if (uses(command, "DURATION")) help.paragraph(kDurations);
  if (uses(command, "SIZE")) help.paragraph(kSizes);
  return std::move(help).take();
}

std::string help_of(const Group& group, std::span<const Command> commands, std::size_t width) {
  HelpText help(width);
  help.paragraph(group.purpose);
  help.blank_line();
  help.paragraph(fmt::format("Usage: vestnik {} COMMAND [options]", group.name));
  help.blank_line();
  help.paragraph("Commands:");
  for (const Command& command : commands) {
    if (group_of(command) == group.name) help.command(own_name_of(command), command.purpose);
  }
  help.blank_line();
  help.paragraph("Examples:");
  help.examples(group.examples);
  help.blank_line();
  help.paragraph(fmt::format("`vestnik {} COMMAND --help` lists the options of a command.", group.name));
  return std::move(help).take();
}

std::string help_of(std::span<const Command> commands, std::size_t width) {
  HelpText help(width);
  help.paragraph("Vestnik is a messaging server: people and programs talk in rooms in real time.");
  help.blank_line();
  help.paragraph("Usage: vestnik COMMAND [options]");
  help.blank_line();
  help.paragraph("Commands:");
  for (const Command& command : commands) {
    if (group_of(command).empty()) help.command(command.name, command.purpose);
  }
  for (const Group& group : groups()) help.command(group.name, group.purpose);
  help.command("version", "Prints the version.");
  help.command("help", "Prints this text, or that of a command: vestnik help write.");
  help.blank_line();
  help.paragraph("Examples:");
  help.examples(
      "  vestnik serve\n"
      "      the server, with pages, API and docs on http://localhost:5000 and its data in ./data/\n"
      "  vestnik watch\n"
      "      in another terminal: the messages of the room stream as they arrive\n"
      "  echo \"Hello\" | vestnik write\n"
      "      in a third one: a message into the room stream\n"
      "  export VESTNIK_SESSION=$(vestnik session open Anna); vestnik room create team\n"
      "      from then on as Anna, who opens a room of her own");
  help.blank_line();
  help.paragraph("`vestnik COMMAND --help` lists the options of a command.");
  return std::move(help).take();
}

std::size_t help_width(const Environment& environment) {
  std::size_t width = 0;
  if (const auto columns = environment.find("COLUMNS"); columns != environment.end()) {
    const std::string& text = columns->second;
    std::from_chars(text.data(), text.data() + text.size(), width);
  }
  winsize window{};
  if (width == 0 && isatty(STDOUT_FILENO) == 1 && ioctl(STDOUT_FILENO, TIOCGWINSZ, &window) == 0) {
    width = window.ws_col;
  }
  return width == 0 ? kWidth : std::clamp(width, kWidthMin, kWidthMax);
}

}  // namespace vestnik::app
