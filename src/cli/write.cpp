#include "cli/write.hpp"

#include <fmt/format.h>
#include <simdjson.h>
#include <unistd.h>

#include <memory>
#include <random>

#include "base/visible.hpp"
#include "cli/http_client.hpp"
#include "cli/interrupt.hpp"
#include "cli/message_lines.hpp"
#include "cli/terminal.hpp"
#include "cli/writer.hpp"

namespace vestnik::cli {
namespace {

using std::chrono::steady_clock;

constexpr std::chrono::milliseconds kRedraw{200};
constexpr std::chrono::seconds kAskTimeout{5};
constexpr std::size_t kLengthMax = 16'384;  // of a message, where the room says nothing: the server's default
constexpr std::size_t kStreamLengthMax = 128;

double milliseconds_of(std::chrono::nanoseconds duration) {
  return std::chrono::duration<double, std::milli>(duration).count();
}

std::string format_counts(const WriteReport& report, steady_clock::duration elapsed) {
  const double seconds = std::chrono::duration<double>(elapsed).count();
  return fmt::format("{} accepted, {:.0f}/s, {} not accepted, p50 {:.1f} ms, p99 {:.1f} ms", report.accepted,
                     seconds > 0 ? static_cast<double>(report.accepted) / seconds : 0.0, report.failed,
                     milliseconds_of(report.latency.quantile(0.5)), milliseconds_of(report.latency.quantile(0.99)));
}

// Code points of a message that the room takes. A server that is away is not waited for here.
std::size_t length_max_of(const Server& server) {
  HttpClient client(1);
  const HttpAnswer room =
      client.fetch({.url = server.room_url(), .body = {}, .headers = server.headers(), .timeout = kAskTimeout});
  simdjson::dom::parser parser;
  std::uint64_t length_max = 0;
  if (room.accepted() && parser.parse(room.body)["max_length"].get(length_max) == simdjson::SUCCESS && length_max > 0) {
    return length_max;
  }
  return server.room == "stream" ? kStreamLengthMax : kLengthMax;
}

// A progress line belongs on a terminal that shows nothing else and into which nobody types.
bool wants_progress_line(const WriteOptions& options) {
  return is_terminal(STDOUT_FILENO) && is_terminal(STDERR_FILENO) && (options.generate || !is_terminal(STDIN_FILENO));
}

}  // namespace

int run_write(const WriteOptions& options) {
  const InterruptGuard guard;
  const LineStyle style = output_style();
  const auto start = steady_clock::now();
  StatusLine status(wants_progress_line(options));
  auto redraw_at = start;
  std::string told_trouble;

  Writer::Events events;
  events.accepted = [&](const std::string& answer) {
    if (status.active()) return;
    const auto message = parse_message(answer);
    print_line(message ? format_receipt(*message, style) : visible(answer));
  };
  events.failed = [&](const SourceText& text, std::int64_t seq, const std::string& reason) {
    status.clear();
    tell(fmt::format("line {} (client_seq {}) was not accepted: {}", text.line, seq, reason));
  };
  events.progress = [&](const WriteReport& report) {
    // Receipts that nobody reads any more are no reason to stop: the messages count.
    flush_output();
    if (!status.active()) {
      if (!report.trouble.empty() && report.trouble != told_trouble) {
        tell(fmt::format("{}: {}; trying again", visible(options.server.url), report.trouble));
      }
      told_trouble = report.trouble;
      return;
    }
    const auto now = steady_clock::now();
    if (now < redraw_at) return;
    redraw_at = now + kRedraw;
    std::string line = format_counts(report, now - start);
    if (!report.trouble.empty()) line += "; trying again: " + report.trouble;
    status.show(line);
  };

  std::unique_ptr<MessageSource> source;
  MessageLines* lines = nullptr;
  if (options.generate) {
    source = arbitrary_texts(std::random_device()());
  } else {
    auto of_input = std::make_unique<MessageLines>(lines_of(STDIN_FILENO), length_max_of(options.server),
                                                   [&status](const std::string& sentence) {
                                                     status.clear();
                                                     tell(sentence);
                                                   });
    lines = of_input.get();
    source = std::move(of_input);
  }
  Writer writer(options, *source, std::move(events));
  const std::string stopped_because = writer.run();
  status.clear();
  flush_output();
  const WriteReport report = writer.report();
  if (!stopped_because.empty()) tell("stopped: " + stopped_because);
  if (lines != nullptr && !lines->summary().empty()) tell(lines->summary());
  tell(format_counts(report, steady_clock::now() - start));
  const bool by_user = stopped_because == "interrupted";
  return report.failed == 0 && (stopped_because.empty() || by_user) ? 0 : 1;
}

}  // namespace vestnik::cli
