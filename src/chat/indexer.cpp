#include "chat/indexer.hpp"

#include <pthread.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "base/log.hpp"

namespace vestnik::chat {
namespace {

using namespace std::chrono_literals;

constexpr std::int32_t kIndexedAtOnce = 5'000;  // messages: some 100 ms

// The index is not asked to take in messages one by one: a transaction writes some hundred pages, whatever its size,
// and all that it writes is in the way of the writers' own log. So the more there were, the longer the next ones
// gather.
constexpr std::chrono::milliseconds kGathering = 50ms;
constexpr std::chrono::milliseconds kGatheringMax = 1s;
constexpr std::chrono::milliseconds kGatheringPerMessage = 4ms;

// From so many waiting messages on the log tells how far the work is.
constexpr std::int64_t kMuch = 20'000;
constexpr std::chrono::seconds kReportInterval = 5s;

// While messages are being written, the work gets half of the time, which takes in some 20,000 of them a second. Where
// more come than that, every processor is busy with them: the index leaves it to the writers, and catches up when they
// rest.
constexpr std::int64_t kPausesToWork = 1;
constexpr double kTooManyPerSecond = 20'000;
constexpr std::int64_t kPausesToWorkThen = 15;
constexpr std::chrono::milliseconds kPauseMax = 2s;

constexpr std::chrono::seconds kFailurePause = 1s;
constexpr std::chrono::seconds kFailurePauseMax = 30s;

// Of Linux, where 0 is usual and 19 the least: on a processor that others want whole it gets about a tenth.
constexpr int kNiceness = 10;
// The longest that there is: who wakes up with a shorter one need not wait for its end (sched_setattr(2), Linux 6.12;
// older systems go by the niceness alone). The store gives way within it.
constexpr std::chrono::nanoseconds kSlice = 100ms;

// The first version of what sched_setattr(2) takes; the headers of older C libraries have none, or one in conflict with
// <sched.h>.
struct SchedulingAttributes {
  std::uint32_t size = sizeof(SchedulingAttributes);
  std::uint32_t policy = 0;  // the usual one
  std::uint64_t flags = 0;
  std::int32_t nice = kNiceness;
  std::uint32_t priority = 0;
  std::uint64_t runtime_ns = std::chrono::nanoseconds(kSlice).count();
  std::uint64_t deadline_ns = 0;
  std::uint64_t period_ns = 0;
};

// Without the right to do it, or on a system that does not know it, nothing is lost.
void give_way_to_others() {
  const SchedulingAttributes attributes;
  syscall(SYS_sched_setattr, 0, &attributes, 0);
}

}  // namespace

Indexer::Indexer(SearchStore& store, Metrics& metrics)
    : store_(store),
      indexed_(metrics.counter("search_indexed_total", "Messages taken into the search index, or out of it.")) {
  metrics.gauge("search_lag_messages", "Messages that the search index does not have yet.",
                [this] { return static_cast<double>(waiting_.load(std::memory_order_relaxed)); });
  thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
}

void Indexer::wake() {
  if (is_woken_.exchange(true)) return;
  const std::scoped_lock lock(mutex_);
  woken_.notify_one();
}

void Indexer::stop() {
  thread_.request_stop();
  if (thread_.joinable()) thread_.join();
}

void Indexer::run(const std::stop_token& stop) {
  pthread_setname_np(pthread_self(), "indexer");
  give_way_to_others();
  while (!stop.stop_requested()) {
    is_woken_ = false;
    const auto pause = work();
    std::unique_lock lock(mutex_);
    if (pause) {
      woken_.wait_for(lock, stop, *pause, [] { return false; });
      continue;
    }
    woken_.wait(lock, stop, [this] { return is_woken_.load(); });
    const auto gathering = std::clamp<Steady::duration>(taken_ * kGatheringPerMessage, kGathering, kGatheringMax);
    woken_.wait_for(lock, stop, gathering, [] { return false; });
  }
}

std::optional<Indexer::Steady::duration> Indexer::work() {
  const auto begun = Steady::now();
  const auto step = store_.index_some(kIndexedAtOnce);
  if (!step) return note_failure(step.error());
  if (!reported_failure_.empty()) log::info("the search index works again");
  reported_failure_.clear();
  failure_pause_ = {};
  indexed_.add(step->messages);
  taken_ = step->messages;
  const std::int64_t come = step->waiting + step->messages - waiting_.exchange(step->waiting);
  const std::chrono::duration<double> passed = Steady::now() - std::exchange(last_step_, Steady::now());
  note_progress(*step);
  if (!step->more) return std::nullopt;
  const bool is_written_meanwhile = is_woken_.load();
  if (!is_written_meanwhile) return 0ms;
  const bool too_many = static_cast<double>(come) > kTooManyPerSecond * passed.count();
  return std::min<Steady::duration>((too_many ? kPausesToWorkThen : kPausesToWork) * (Steady::now() - begun),
                                    kPauseMax);
}

void Indexer::note_progress(const IndexStep& step) {
  const auto now = Steady::now();
  if (!is_catching_up_ && step.waiting >= kMuch) {
    is_catching_up_ = true;
    caught_up_ = 0;
    next_report_ = now + kReportInterval;
    log::info("indexing messages for search; until this is done, the newest are not found",
              {{"messages", step.waiting}});
  }
  if (!is_catching_up_) return;
  caught_up_ += step.messages;
  if (!step.more) {
    is_catching_up_ = false;
    log::info("all messages are indexed for search", {{"indexed", caught_up_}});
  } else if (now >= next_report_) {
    next_report_ = now + kReportInterval;
    log::info("indexing messages for search", {{"indexed", caught_up_}, {"waiting", step.waiting}});
  }
}

Indexer::Steady::duration Indexer::note_failure(const Error& error) {
  if (error.detail != reported_failure_) {
    log::warn("the search index failed; what is written now will be found once it works again",
              {{"detail", error.detail}});
    reported_failure_ = error.detail;
  }
  failure_pause_ = std::clamp<Steady::duration>(2 * failure_pause_, kFailurePause, kFailurePauseMax);
  return failure_pause_;
}

}  // namespace vestnik::chat
