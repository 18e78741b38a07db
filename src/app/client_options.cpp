#include <utility>

#include "app/common_options.hpp"
#include "base/clock.hpp"
#include "base/position.hpp"

namespace vestnik::app {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view kAuthor = "Author";
constexpr std::string_view kMessages = "Messages";

std::optional<std::string> check_time(std::string& text) {
  if (parse_rfc3339(text)) return {};
  if (text.starts_with('-') && parse_duration(std::string_view(text).substr(1))) return {};
  return "is not a time";
}

// "10m" back from now, in the form of the API.
std::optional<std::string> check_last(std::string& text) {
  if (!parse_duration(text)) return "is not a duration";
  text.insert(0, 1, '-');
  return {};
}

std::optional<std::string> check_position(std::string& text) {
  return parse_position(text, "after") ? std::nullopt : std::optional("is not a position");
}

constexpr std::string_view kTimeForms = "RFC 3339 such as 2024-01-01T12:00:00Z, or back from now such as -10m";

}  // namespace

// clang-format off: one line for each option
Command write_command(cli::WriteOptions& options) {
  return {
    .name = "write",
    .purpose = "Writes messages into a room: the lines of standard input, or arbitrary ones; one API call for each.",
    .examples = R"(  tail -f app.log | vestnik write --room team --username "app on web1"
      each line becomes a message as it is written
  vestnik write --generate --rate 100
      100 arbitrary messages a second into the room stream, until Ctrl-C
  export VESTNIK_SESSION=$(vestnik session open Anna); echo Hello | vestnik write --room lobby
      as Anna, on a server that wants sessions as well
  vestnik write --generate --count 100000 --connections 64 --url http://server:5000
      as fast as the server takes them)",
    .options = {
      url_option(options.server),
      session_option(options.server),
      room_option(options.server),
      {"user-id", kAuthor, "number of the author; such a user must exist", whole(options.user_id, 1, kInt64Max)},
      {"username", kAuthor, "name of the author as shown", text(options.username, "NAME", 64)},
      {"first-seq", kMessages, "client_seq of the first message; the next ones count on", whole(options.first_seq, 0, kInt64Max)},
      {"generate", kMessages, "arbitrary texts instead of standard input", yes_or_no(options.generate)},
      {"rate", kMessages, "messages a second; 0: as fast as the server takes them", rate(options.rate, 1e6)},
      {"count", kMessages, "stop after so many messages; 0: no end", whole(options.count, 0, kInt64Max)},
      {"connections", kMessages, "calls at the same time; the order is kept with 1 only", whole(options.connections, 1, 1'024)},
      {"retry-for", kMessages, "how long one message is tried again when the server is away or full", duration(options.retry_for, 0s, 24h)},
    },
  };
}

Command watch_command(cli::WatchOptions& options) {
  return {
    .name = "watch",
    .purpose = "Shows what happens in a room as it happens; goes on without a hole when the connection was lost.",
    .examples = R"(  vestnik watch
      the room stream, from now on, until Ctrl-C
  vestnik watch --room lobby --after k3:41
      first everything after that position; also edits, deletions, reactions, who comes and goes, until the room is closed
  vestnik watch --json | jq -r 'select(.content).content'
      for programs: each message as a JSON object, each other event as {"edited":{...}})",
    .options = {
      url_option(options.server),
      session_option(options.server),
      room_option(options.server),
      {"after", kMessages, "position after which to begin (default: from now on)", checked(options.after, "POS", "a position such as k3:41", check_position)},
      {"count", kMessages, "stop after so many messages; 0: no end", whole(options.count, 0, kInt64Max)},
      json_option(options.json),
    },
  };
}

Command history_command(cli::HistoryOptions& options) {
  Value last = checked(options.from, "DURATION", "a duration such as 90s, 10m, 1h or 7d", check_last);
  last.initial = "10m";
  Value from = checked(options.from, "TIME", std::string(kTimeForms), check_time);
  from.initial = "";
  Command command{
    .name = "history",
    .purpose = "Prints the messages of a room that were written in a range of time, oldest first.",
    .examples = R"(  vestnik history
      the last 10 minutes of the room stream
  vestnik history --room lobby --last 7d | grep -i deploy
      a week, one message a line, columns separated by tabs
  vestnik history --from 2024-01-01T12:00:00Z --to 2024-01-01T13:00:00Z --json
      one hour as JSON, one object a line)",
    .options = {
      url_option(options.server),
      session_option(options.server),
      room_option(options.server),
      {"last", kMessages, "how far back from now, without --from and --to", std::move(last)},
      {"from", kMessages, "messages written at this time or later", std::move(from)},
      {"to", kMessages, "messages written before this time (default: now)", checked(options.to, "TIME", std::string(kTimeForms), check_time)},
      {"limit", kMessages, "stop after so many messages; 0: no end", whole(options.limit, 0, kInt64Max)},
      json_option(options.json),
    },
  };
  command.complete = [&options](const std::set<std::string_view>& given) -> std::optional<std::string> {
    if (given.contains("last") && (given.contains("from") || given.contains("to"))) {
      return "--last stands beside --from or --to: give either how far back, or a range.";
    }
    if (given.contains("to") && !given.contains("from")) options.from.clear();
    return std::nullopt;
  };
  return command;
}
// clang-format on

}  // namespace vestnik::app
