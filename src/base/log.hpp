// Structured log to standard error: an event, a level and named values, as one JSON object or one line of text.
// Any thread. Message texts, tokens and full phone numbers are never values above debug level.
#pragma once

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <variant>

namespace vestnik::log {

enum class Level : std::uint8_t { kDebug, kInfo, kWarn, kError, kOff };
enum class Format : std::uint8_t { kText, kJson };

struct Value {
  Value(std::string_view text) : held(text) {}
  Value(const std::string& text) : held(std::string_view(text)) {}
  Value(const char* text) : held(std::string_view(text)) {}
  Value(bool truth) : held(truth) {}
  Value(double number) : held(number) {}
  Value(std::integral auto number) : held(static_cast<std::int64_t>(number)) {}

  std::variant<std::string_view, bool, double, std::int64_t> held;
};

struct Field {
  std::string_view key;
  Value value;
};

using Fields = std::initializer_list<Field>;

// Called once, before the first line.
void start(Level level, Format format);

// From its construction on, lines are written by a thread of its own, in the order in which they were logged: nobody
// who logs waits for whoever reads standard error. When that is too slow, lines are dropped, and a line tells how many.
// Its end waits until all lines are written, a few seconds at most; so does the end of a process by quick_exit() or an
// exception. One for each process.
class Background {
 public:
  Background();
  ~Background();
  Background(const Background&) = delete;
  Background& operator=(const Background&) = delete;

  std::uint64_t dropped_lines() const;
};

// For callers that would have to prepare values only for the log.
bool enabled(Level level);

void debug(std::string_view event, Fields fields = {});
void info(std::string_view event, Fields fields = {});
void warn(std::string_view event, Fields fields = {});
void error(std::string_view event, Fields fields = {});
// For fields that are known only when it is called.
void info(std::string_view event, std::span<const Field> fields);

}  // namespace vestnik::log
