#include <limits>
#include <utility>

#include "app/options.hpp"
#include "base/clock.hpp"
#include "cli/position.hpp"

namespace vestnik::app {
namespace {

using namespace std::chrono_literals;

constexpr std::int64_t kInt64Max = std::numeric_limits<std::int64_t>::max();

constexpr std::string_view kServer = "Server";
constexpr std::string_view kAuthor = "Author";
constexpr std::string_view kMessages = "Messages";
constexpr std::string_view kOutput = "Output";

std::optional<std::string> check_url(std::string& url) {
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (!url.starts_with(scheme)) continue;
    const std::string_view rest = std::string_view(url).substr(scheme.size());
    if (rest.empty() || rest.starts_with('/') || rest.find_first_of("?#\\ \t\r\n") != rest.npos) break;
    while (url.ends_with('/')) url.pop_back();
    return {};
  }
  return "is not the address of a server";
}

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
  return cli::parse_position(text) ? std::nullopt : std::optional("is not a position");
}

constexpr std::string_view kTimeForms = "RFC 3339 such as 2024-01-01T12:00:00Z, or back from now such as -10m";

// clang-format off: one line for each option
Option url_option(cli::Server& server) {
  return {"url", kServer, "address of the server", checked(server.url, "URL", "http://HOST:PORT or https://HOST", check_url)};
}

Option room_option(cli::Server& server) {
  return {"room", kServer, "name or UUID of the room", text(server.room, "ROOM", 64)};
}

}  // namespace

Command write_command(cli::WriteOptions& options) {
  return {
    .name = "write",
    .purpose = "Writes messages into a room: the lines of standard input, or arbitrary ones; one API call for each.",
    .examples = R"(  tail -f app.log | vestnik write --room team --username "app on web1"
      each line becomes a message as it is written
  vestnik write --generate --rate 100
      100 arbitrary messages a second into the room stream, until Ctrl-C
  vestnik write --generate --count 100000 --connections 64 --url http://server:5000
      as fast as the server takes them)",
    .options = {
      url_option(options.server),
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
    .purpose = "Shows the messages of a room as they arrive; goes on without a hole when the connection was lost.",
    .examples = R"(  vestnik watch
      the room stream, from now on, until Ctrl-C
  vestnik watch --room lobby --after k3:41
      first everything after that position
  vestnik watch --json | jq -r .content
      for programs: one JSON object a line)",
    .options = {
      url_option(options.server),
      room_option(options.server),
      {"after", kMessages, "position after which to begin (default: from now on)", checked(options.after, "POS", "a position such as k3:41", check_position)},
      {"count", kMessages, "stop after so many messages; 0: no end", whole(options.count, 0, kInt64Max)},
      {"json", kOutput, "one JSON object a line", yes_or_no(options.json)},
    },
  };
}

Command history_command(cli::HistoryOptions& options) {
  Value last = checked(options.from, "DURATION", "a duration such as 90s, 10m, 1h or 7d", check_last);
  last.initial = "10m";
  Value from = checked(options.from, "TIME", std::string(kTimeForms), check_time);
  from.initial = "";
  return {
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
      room_option(options.server),
      {"last", kMessages, "how far back from now, without --from and --to", std::move(last)},
      {"from", kMessages, "messages written at this time or later", std::move(from)},
      {"to", kMessages, "messages written before this time (default: now)", checked(options.to, "TIME", std::string(kTimeForms), check_time)},
      {"limit", kMessages, "stop after so many messages; 0: no end", whole(options.limit, 0, kInt64Max)},
      {"json", kOutput, "one JSON object a line", yes_or_no(options.json)},
    },
  };
}
// clang-format on

}  // namespace vestnik::app
