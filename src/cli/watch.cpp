#include "cli/watch.hpp"

#include <fmt/format.h>
#include <simdjson.h>
#include <unistd.h>

#include <optional>
#include <random>
#include <thread>

#include "base/json_text.hpp"
#include "base/position.hpp"
#include "base/visible.hpp"
#include "cli/backoff.hpp"
#include "cli/http_client.hpp"
#include "cli/interrupt.hpp"
#include "cli/narrator.hpp"
#include "cli/sse_parser.hpp"
#include "cli/terminal.hpp"

namespace vestnik::cli {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr milliseconds kRetry{1'000};
constexpr milliseconds kRetryMax{15'000};
constexpr milliseconds kLookInterval{100};
constexpr milliseconds kSilenceMax{60'000};  // the server pings every 25 s

class Watcher {
 public:
  explicit Watcher(const WatchOptions& options)
      : options_(options),
        client_(1),
        parser_([this](const SseEvent& event) { take(event); }),
        backoff_(kRetry, kRetryMax, std::random_device()()) {}

  int run() {
    while (true) {
      const HttpAnswer answer = follow();
      if (interrupted() || done_) {
        flush_output();
        if (!ending_.empty()) tell(ending_);
        return 0;
      }
      if (!failure_.empty()) {
        tell(failure_);
        return 1;
      }
      const bool ended_well = answer.accepted();  // a shutdown, or a reader that was too slow
      if (!ended_well && !answer.worth_a_retry()) {
        tell(fmt::format("cannot watch {}: {}", visible(options_.server.room_url()), describe(answer)));
        return 1;
      }
      tell_loss(ended_well ? "the server ended the stream" : describe(answer));
      if (const auto retry = parser_.retry()) backoff_.set_base(*retry);
      sleep(backoff_.next(answer.retry_after.value_or(std::chrono::seconds(0))));
      if (interrupted()) return 0;
    }
  }

 private:
  // One connection, from the request to its end.
  HttpAnswer follow() {
    if (was_connected_) {
      if (HttpAnswer room =
              client_.fetch({.url = options_.server.room_url(), .body = {}, .headers = options_.server.headers()});
          room.accepted()) {
        count_missed(room.body);
      } else {
        return room;
      }
    }
    parser_.reset();
    HttpRequest request{.url = options_.server.events_url(), .body = {}, .headers = options_.server.headers()};
    request.headers.emplace_back("Accept: text/event-stream");
    request.timeout = milliseconds(0);
    request.idle_timeout = kSilenceMax;
    if (!parser_.last_id().empty()) {
      request.headers.push_back("Last-Event-ID: " + parser_.last_id());
    } else if (!options_.after.empty()) {
      request.url += "?after=" + escape_for_url(options_.after);
    }
    request.sink = [this](std::string_view bytes) {
      if (!parser_.feed(bytes)) failure_ = "the server sent an event of more than 16 MiB";
      if (!done_ && !flush_output()) done_ = true;
      return !done_ && failure_.empty();
    };
    return client_.fetch(std::move(request));
  }

  // How many changes the room has had since the last one that was shown.
  void count_missed(const std::string& room) {
    missed_.reset();
    std::string_view pos;
    if (json_.parse(room)["pos"].get(pos) != simdjson::SUCCESS) return;
    const auto head = parse_position(pos, "pos");
    const auto seen = parse_position(parser_.last_id(), "id");
    if (head && seen && head->epoch == seen->epoch && head->n >= seen->n) missed_ = head->n - seen->n;
  }

  void take(const SseEvent& event) {
    if (done_ || !failure_.empty()) return;
    if (event.type.empty() || event.type == "message") {
      print(event.data);
    } else if (event.type == "subscribed") {
      tell_subscribed(event.data);
    } else if (event.type == "gap") {
      simdjson::dom::element gap;
      if (json_.parse(event.data).get(gap) == simdjson::SUCCESS) tell_hole(gap);
    } else if (!is_passing(event)) {
      print_change(event);
    }
  }

  // What has no place in the history of the room: who types, and who comes and goes.
  static bool is_passing(const SseEvent& event) { return event.type == "typing" || event.type == "presence"; }

  void print(const std::string& json) {
    const auto message = parse_message(json);
    if (!message) {
      failure_ = message.error().detail;
      return;
    }
    narrator_.note(*message);
    done_ = !print_line(options_.json ? plain(json) : format_line(*message, style_)) || ++printed_ == options_.count;
  }

  // What is no message; as JSON it is {"kind":{...}}.
  void print_change(const SseEvent& event) {
    const auto line = options_.json ? std::optional(plain(object_of(event))) : narrator_.tell(event.type, event.data);
    if (line && !print_line(*line)) done_ = true;
    if (event.type != "closed") return;
    ending_ = fmt::format("the room {} {}", visible(options_.server.room), narrator_.tell_end(event.data));
    done_ = true;
  }

  static std::string object_of(const SseEvent& event) {
    std::string json;
    JsonWriter(json).begin_object().key(visible(event.type)).raw(event.data).end_object();
    return json;
  }

  // JSON goes to programs as it came, and to a terminal without what could play with it.
  std::string plain(const std::string& json) const {
    return style_ == LineStyle::kColumns && json.find('\n') == json.npos ? json : visible(json);
  }

  void tell_subscribed(const std::string& data) {
    backoff_.reset();
    simdjson::dom::element subscribed;
    std::string_view pos;
    if (json_.parse(data).get(subscribed) != simdjson::SUCCESS || subscribed["pos"].get(pos) != simdjson::SUCCESS)
      return;
    if (lost_) {
      std::string sentence = "connected again";
      if (missed_) sentence += fmt::format(", {} change{} caught up", *missed_, *missed_ == 1 ? "" : "s");
      tell(sentence);
    } else if (!was_connected_ && is_terminal(STDERR_FILENO)) {
      tell(fmt::format("watching {} at {} from {}", visible(options_.server.room), visible(options_.server.url),
                       visible(pos)));
    }
    lost_ = false;
    was_connected_ = true;
    bool recovered = true;
    simdjson::dom::element gap;
    if (subscribed["recovered"].get(recovered) == simdjson::SUCCESS && !recovered) {
      if (subscribed["gap"].get(gap) == simdjson::SUCCESS) {
        tell_hole(gap);
      } else {
        tell("hole: messages may be missing here");
      }
    }
  }

  void tell_hole(simdjson::dom::element gap) {
    std::string_view from;
    std::string_view to;
    static_cast<void>(gap["to"].get(to));
    if (gap["from"].get(from) == simdjson::SUCCESS) {
      tell(fmt::format("hole: the messages {} to {} are missing here", visible(from), visible(to)));
    } else {
      tell(fmt::format("hole: the room has a new history; of it, the messages up to {} may be missing here",
                       visible(to)));
    }
  }

  void tell_loss(const std::string& reason) {
    if (!lost_) {
      tell(fmt::format("{} {}: {}; trying again", was_connected_ ? "lost" : "cannot reach",
                       visible(options_.server.url), reason));
    }
    lost_ = true;
  }

  void sleep(milliseconds pause) const {
    const auto until = steady_clock::now() + pause;
    while (!interrupted() && steady_clock::now() < until) std::this_thread::sleep_for(kLookInterval);
  }

  const WatchOptions& options_;
  HttpClient client_;
  SseParser parser_;
  simdjson::dom::parser json_;
  Backoff backoff_;
  const LineStyle style_ = output_style();
  Narrator narrator_{style_};
  bool was_connected_ = false;
  bool lost_ = false;
  std::optional<std::int64_t> missed_;
  std::uint64_t printed_ = 0;
  bool done_ = false;
  std::string ending_;  // how the room was closed; empty: it was not
  std::string failure_;
};

}  // namespace

int run_watch(const WatchOptions& options) {
  const InterruptGuard guard;
  return Watcher(options).run();
}

}  // namespace vestnik::cli
