#include "app/reindex.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <string>

#include "cli/terminal.hpp"
#include "storage/open_store.hpp"

namespace vestnik::app {
namespace {

using namespace std::chrono_literals;
using Steady = std::chrono::steady_clock;

constexpr std::int32_t kPiece = 2'000;
constexpr std::size_t kBarWidth = 24;
constexpr std::chrono::milliseconds kBarInterval = 100ms;
constexpr std::chrono::seconds kLineInterval = 5s;

int cannot_index(const Error& error) {
  cli::tell(error.detail);
  if (error.code == ErrorCode::kFailedPrecondition) {
    cli::tell("stop the server first; while it runs, it keeps the index in step by itself.");
  }
  return 1;
}

class Progress {
 public:
  void show(std::int64_t done, std::int64_t all) {
    const auto now = Steady::now();
    if (now < next_) return;
    next_ = now + (bar_.active() ? Steady::duration(kBarInterval) : Steady::duration(kLineInterval));
    const double seconds = std::chrono::duration<double>(now - begun_).count();
    const double rate = static_cast<double>(done) / std::max(seconds, 0.001);
    const double left = static_cast<double>(all - done) / std::max(rate, 1.0);
    const double part = all == 0 ? 1 : static_cast<double>(done) / static_cast<double>(all);
    const std::string text = fmt::format("{} of {} messages, {:.0f}/s, {:.0f} s left", done, all, rate, left);
    if (bar_.active()) {
      const auto full = std::min(static_cast<std::size_t>(part * kBarWidth), kBarWidth);
      bar_.show(fmt::format("[{:-<{}}] {:3.0f} %  {}", std::string(full, '#'), kBarWidth, 100 * part, text));
    } else {
      fmt::print(stderr, "{}\n", text);
    }
  }

  // The last line, which stays.
  void finish(std::int64_t done) {
    bar_.clear();
    fmt::print("The search index is made anew: {} messages looked at in {:.1f} s.\n", done,
               std::chrono::duration<double>(Steady::now() - begun_).count());
  }

 private:
  cli::StatusLine bar_{cli::is_terminal(STDERR_FILENO)};
  Steady::time_point begun_ = Steady::now();
  Steady::time_point next_ = begun_;
};

}  // namespace

int reindex(const ReindexOptions& options) {
  auto store = storage::open_store(options.store, {.must_exist = true});
  if (!store) return cannot_index(store.error());
  if (auto cleared = (*store)->clear_index(); !cleared) return cannot_index(cleared.error());
  Progress progress;
  std::int64_t done = 0;
  while (true) {
    const auto step = (*store)->index_some(kPiece);
    if (!step) return cannot_index(step.error());
    done += step->messages;
    if (!step->more) break;
    progress.show(done, done + step->waiting);
  }
  progress.finish(done);
  return 0;
}

}  // namespace vestnik::app
