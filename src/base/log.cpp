#include "base/log.hpp"

#include <fmt/format.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

#include <cmath>
#include <iterator>
#include <memory>

#include "base/clock.hpp"
#include "base/json_text.hpp"
#include "base/text.hpp"
#include "base/visible.hpp"

namespace vestnik::log {
namespace {

// The one piece of global state: the process has one standard error.
std::shared_ptr<spdlog::logger> logger = spdlog::stderr_color_mt("vestnik");
Format format_in_use = Format::kText;

spdlog::level::level_enum to_spdlog(Level level) {
  switch (level) {
    case Level::kDebug:
      return spdlog::level::debug;
    case Level::kInfo:
      return spdlog::level::info;
    case Level::kWarn:
      return spdlog::level::warn;
    case Level::kError:
      return spdlog::level::err;
    case Level::kOff:
      return spdlog::level::off;
  }
  return spdlog::level::info;
}

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

std::string json_line(Level level, std::string_view event, Fields fields) {
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
  line += '}';
  return line;
}

std::string text_line(std::string_view event, Fields fields) {
  std::string line(event);
  for (const Field& field : fields) {
    line += "  ";
    line += field.key;
    line += '=';
    append_value(line, field.value, false);
  }
  return line;
}

void write(Level level, std::string_view event, Fields fields) {
  if (!enabled(level)) return;
  logger->log(to_spdlog(level),
              format_in_use == Format::kJson ? json_line(level, event, fields) : text_line(event, fields));
}

}  // namespace

void start(Level level, Format format) {
  format_in_use = format;
  logger->set_pattern(format == Format::kJson ? "%v" : "%H:%M:%S.%e %^%-5l%$ %v");
  logger->set_level(to_spdlog(level));
  logger->flush_on(spdlog::level::debug);
}

bool enabled(Level level) {
  return logger->should_log(to_spdlog(level));
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

}  // namespace vestnik::log
