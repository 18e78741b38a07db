#include "base/log.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <atomic>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <exception>
#include <iterator>

#include "base/clock.hpp"
#include "base/json_text.hpp"
#include "base/line_queue.hpp"
#include "base/text.hpp"
#include "base/visible.hpp"

namespace vestnik::log {
namespace {

// What the end of a process waits for, when nobody reads standard error any more.
constexpr std::chrono::seconds kFinish{2};

// The one piece of global state: the process has one standard error.
std::atomic<Level> level_in_use = Level::kInfo;
std::atomic<Format> format_in_use = Format::kText;
std::atomic<LineQueue*> queue = nullptr;

std::string_view name_of(Level level) {
  switch (level) {
    case Level::kDebug:
      return "debug";
    case Level::kInfo:
      return "info";
    case Level::kWarn:
      return "warn";
    case Level::kError:
      return "error";
    case Level::kOff:
      break;
  }
  return "off";
}

std::string_view color_of(Level level) {
  switch (level) {
    case Level::kDebug:
      return "\033[36m";
    case Level::kWarn:
      return "\033[33m\033[1m";
    case Level::kError:
      return "\033[31m\033[1m";
    case Level::kInfo:
    case Level::kOff:
      break;
  }
  return "\033[32m";
}

// What is logged may be what a stranger has sent: bytes that are no UTF-8 are replaced by U+FFFD.
void append_string(std::string& out, std::string_view text) {
  if (is_valid_utf8(text)) return append_json_string(out, text);
  std::string replaced;
  for (const char c : text) static_cast<unsigned char>(c) < 0x80 ? replaced += c : replaced += "\xEF\xBF\xBD";
  append_json_string(out, replaced);
}

void append_value(std::string& out, const Value& value, bool quoted) {
  if (const auto* text = std::get_if<std::string_view>(&value.held)) {
    if (quoted) return append_string(out, *text);
    const bool plain = !text->empty() && text->find_first_of(" \"=\n\t\\") == std::string_view::npos;
    std::string shown;
    plain ? static_cast<void>(shown = *text) : append_string(shown, *text);
    out += visible(shown);  // whoever reads lines of text sits before a terminal, which strangers must not steer
  } else if (const auto* truth = std::get_if<bool>(&value.held)) {
    out += *truth ? "true" : "false";
  } else if (const auto* number = std::get_if<double>(&value.held)) {
    std::isfinite(*number) ? static_cast<void>(fmt::format_to(std::back_inserter(out), "{:.3f}", *number))
                           : static_cast<void>(out += "null");
  } else {
    fmt::format_to(std::back_inserter(out), "{}", std::get<std::int64_t>(value.held));
  }
}

std::string json_line(Level level, std::string_view event, std::span<const Field> fields) {
  std::string line = R"({"time":")";
  append_rfc3339(line, system_now());
  line += R"(","level":")";
  line += name_of(level);
  line += R"(","event":)";
  append_string(line, event);
  for (const Field& field : fields) {
    line += ',';
    append_string(line, field.key);
    line += ':';
    append_value(line, field.value, true);
  }
  line += "}\n";
  return line;
}

// "12:00:00.123 info  ", in the time of the machine.
void append_prefix(std::string& out, Level level) {
  static const bool on_terminal = isatty(STDERR_FILENO) != 0;
  timespec now{};
  clock_gettime(CLOCK_REALTIME, &now);
  tm local{};
  localtime_r(&now.tv_sec, &local);
  fmt::format_to(std::back_inserter(out), "{:02}:{:02}:{:02}.{:03} {}{:<5}{} ", local.tm_hour, local.tm_min,
                 local.tm_sec, now.tv_nsec / 1'000'000, on_terminal ? color_of(level) : "", name_of(level),
                 on_terminal ? "\033[m" : "");
}

std::string text_line(Level level, std::string_view event, std::span<const Field> fields) {
  std::string line;
  append_prefix(line, level);
  line += event;
  for (const Field& field : fields) {
    line += "  ";
    line += field.key;
    line += '=';
    append_value(line, field.value, false);
  }
  line += '\n';
  return line;
}

std::string line_of(Level level, std::string_view event, std::span<const Field> fields) {
  return format_in_use == Format::kJson ? json_line(level, event, fields) : text_line(level, event, fields);
}

void write(Level level, std::string_view event, std::span<const Field> fields) {
  if (!enabled(level)) return;
  const std::string line = line_of(level, event, fields);
  if (LineQueue* const waiting = queue.load(std::memory_order_acquire)) {
    waiting->push(line);
  } else {
    std::fwrite(line.data(), 1, line.size(), stderr);
  }
}

void finish() {
  queue.load()->finish(kFinish);
}

}  // namespace

void start(Level level, Format format) {
  format_in_use = format;
  level_in_use = level;
}

Background::Background() {
  queue = new LineQueue(STDERR_FILENO, [](std::uint64_t lines) {
    const Field dropped{"lines", lines};
    return line_of(Level::kWarn, "lines of the log were dropped: standard error was not read, or could not be written",
                   {&dropped, 1});
  });
  queue.load()->start();
  std::at_quick_exit(finish);
  static const std::terminate_handler earlier = std::get_terminate();
  std::set_terminate([] {
    finish();
    earlier();
  });
}

Background::~Background() {
  finish();
}

std::uint64_t Background::dropped_lines() const {
  return queue.load()->dropped();
}

bool enabled(Level level) {
  return level >= level_in_use.load(std::memory_order_relaxed) && level != Level::kOff;
}

void debug(std::string_view event, Fields fields) {
  write(Level::kDebug, event, fields);
}
void info(std::string_view event, Fields fields) {
  write(Level::kInfo, event, fields);
}
void warn(std::string_view event, Fields fields) {
  write(Level::kWarn, event, fields);
}
void error(std::string_view event, Fields fields) {
  write(Level::kError, event, fields);
}
void info(std::string_view event, std::span<const Field> fields) {
  write(Level::kInfo, event, fields);
}

}  // namespace vestnik::log
