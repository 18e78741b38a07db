#include "cli/write.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <random>

#include "base/visible.hpp"
#include "cli/interrupt.hpp"
#include "cli/terminal.hpp"
#include "cli/writer.hpp"

namespace vestnik::cli {
namespace {

using std::chrono::steady_clock;

constexpr std::chrono::milliseconds kRedraw{200};

double milliseconds_of(std::chrono::nanoseconds duration) {
  return std::chrono::duration<double, std::milli>(duration).count();
}

std::string format_counts(const WriteReport& report, steady_clock::duration elapsed) {
  const double seconds = std::chrono::duration<double>(elapsed).count();
  return fmt::format("{} accepted, {:.0f}/s, {} not accepted, p50 {:.1f} ms, p99 {:.1f} ms", report.accepted,
                     seconds > 0 ? static_cast<double>(report.accepted) / seconds : 0.0, report.failed,
                     milliseconds_of(report.latency.quantile(0.5)), milliseconds_of(report.latency.quantile(0.99)));
}

// A progress line belongs on a terminal that shows nothing else and into which nobody types.
bool wants_progress_line(const WriteOptions& options) {
  return is_terminal(STDOUT_FILENO) && is_terminal(STDERR_FILENO) && (options.generate || !is_terminal(STDIN_FILENO));
}

}  // namespace

int run_write(const WriteOptions& options) {
  const InterruptGuard guard;
  const auto source = options.generate ? arbitrary_texts(std::random_device()()) : lines_of(STDIN_FILENO);
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

  Writer writer(options, *source, std::move(events));
  const std::string stopped_because = writer.run();
  status.clear();
  flush_output();
  const WriteReport report = writer.report();
  if (!stopped_because.empty()) tell("stopped: " + stopped_because);
  tell(format_counts(report, steady_clock::now() - start));
  const bool by_user = stopped_because == "interrupted";
  return report.failed == 0 && (stopped_because.empty() || by_user) ? 0 : 1;
}

}  // namespace vestnik::cli
