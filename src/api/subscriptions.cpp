#include "api/subscriptions.hpp"

#include <utility>

namespace vestnik::api {
namespace {

Counter& reads_of(Metrics& metrics) {
  return metrics.counter("resume_store_reads_total", "Reads of the storage for subscribers that begin or resume.");
}

}  // namespace

Subscriptions::Subscriptions(live::Hub& hub, runtime::BlockingPool& pool, Metrics& metrics)
    : hub_(hub), states_(pool, reads_of(metrics)), pages_(pool, reads_of(metrics)) {}

Task<Result<Subscriptions::Opened>> Subscriptions::open(runtime::Core& core, Subject subject, live::Encoding encoding,
                                                        std::optional<Position> after) {
  const live::TopicPtr& topic = subject.topic;
  live::LogView* view = &hub_.view(core, topic, encoding);
  // What the window knows is enough for those who were here a moment ago, so a storm of resumes does not reach the
  // storage.
  const auto known_n = hub_.head_of(*topic);
  if (known_n) {
    const std::int64_t floor_n = view->end_n() == 0 ? *known_n : view->floor_n() - 1;
    auto plan = live::plan_resume(after, topic->topic_epoch(), floor_n, *known_n);
    if (plan.recovered) {
      if (view->end_n() == 0) view->begin_at(*known_n + 1);
      co_return Opened{*view, plan};
    }
  }
  const auto read_state = [subject] { return subject.kind->read_state(*subject.topic); };
  // While the newest position stays what it is, so does the oldest.
  const auto is_present = [known_n](const TopicKind::State& state) { return !known_n || state.head_n >= *known_n; };
  const auto state = co_await states_.get(core, topic, read_state, is_present);
  if (!state) co_return std::unexpected(state.error());
  view = &hub_.view(core, topic, encoding);  // again: a view without subscribers may have gone meanwhile
  hub_.tell_head(*topic, state->head_n);
  // An answer that was shared may be older than this view. What came since was told to the hub.
  const std::int64_t head_n = hub_.head_of(*topic).value_or(state->head_n);
  if (view->end_n() == 0) view->begin_at(head_n + 1);
  co_return Opened{*view, live::plan_resume(after, topic->topic_epoch(), state->floor_n, head_n)};
}

Task<Result<live::LogView>> Subscriptions::read_page(runtime::Core& core, Subject subject, live::Encoding encoding,
                                                     std::int64_t next_n) {
  const auto page = co_await pages_.get(
      core, {subject.topic, encoding, next_n},
      [subject, encoding, next_n] { return subject.kind->read_page(*subject.topic, encoding, next_n); },
      [](const TopicKind::Page&) { return true; });
  if (!page) co_return std::unexpected(page.error());
  co_return live::LogView(**page);
}

}  // namespace vestnik::api
