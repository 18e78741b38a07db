#include "api/subscriptions.hpp"

#include <string>
#include <utility>

namespace vestnik::api {
namespace {

constexpr std::int32_t kPage = 500;
constexpr std::int64_t kPageBytes = 256 * 1024;  // a page stays in memory until its readers have taken it

Counter& reads_of(Metrics& metrics) {
  return metrics.counter("resume_store_reads_total", "Reads of the storage for subscribers that begin or resume.");
}

}  // namespace

Subscriptions::Subscriptions(chat::ChatService& chat, live::Hub& hub, runtime::BlockingPool& pool, Metrics& metrics)
    : chat_(chat), hub_(hub), states_(pool, reads_of(metrics)), pages_(pool, reads_of(metrics)) {}

Task<Result<Subscriptions::Opened>> Subscriptions::open(runtime::Core& core, const chat::RoomPtr& room,
                                                        live::Encoding encoding, std::optional<chat::Position> after) {
  live::LogView* view = &hub_.view(core, room, encoding);
  // What the window knows is enough for those who were here a moment ago, so a storm of resumes does not reach the
  // storage.
  const auto known_n = hub_.head_of(*room);
  if (known_n) {
    const std::int64_t floor_n = view->end_n() == 0 ? *known_n : view->floor_n() - 1;
    auto plan = live::plan_resume(after, room->epoch, floor_n, *known_n);
    if (plan.recovered) {
      if (view->end_n() == 0) view->begin_at(*known_n + 1);
      co_return Opened{*view, plan};
    }
  }
  const auto read_state = [this, room]() -> Result<State> {
    const auto read = chat_.history().read_room(*room);
    if (!read) return std::unexpected(read.error());
    return State{.floor_n = read->floor, .head_n = read->counter};
  };
  // While the newest position stays what it is, so does the oldest.
  const auto is_present = [known_n](const State& state) { return !known_n || state.head_n >= *known_n; };
  const auto state = co_await states_.get(core, room, read_state, is_present);
  if (!state) co_return std::unexpected(state.error());
  view = &hub_.view(core, room, encoding);  // again: a view without subscribers may have gone meanwhile
  hub_.tell_head(*room, state->head_n);
  // An answer that was shared may be older than this view. What came since was told to the hub.
  const std::int64_t head_n = hub_.head_of(*room).value_or(state->head_n);
  if (view->end_n() == 0) view->begin_at(head_n + 1);
  co_return Opened{*view, live::plan_resume(after, room->epoch, state->floor_n, head_n)};
}

Task<Result<live::LogView>> Subscriptions::read_page(runtime::Core& core, chat::RoomPtr room, live::Encoding encoding,
                                                     std::int64_t next_n) {
  const auto page = co_await pages_.get(
      core, {room, encoding, next_n}, [this, room, encoding, next_n] { return make_page(*room, encoding, next_n); },
      [](const Page&) { return true; });
  if (!page) co_return std::unexpected(page.error());
  co_return live::LogView(**page);
}

Result<Subscriptions::Page> Subscriptions::make_page(const chat::RoomInfo& room, live::Encoding encoding,
                                                     std::int64_t next_n) const {
  auto events = chat_.history().read_events(room, next_n - 1, kPage, kPageBytes);
  if (!events) return std::unexpected(std::move(events.error()));
  auto page = std::make_shared<live::RoomLog>();
  std::string frame;
  for (const chat::Event& event : *events) {
    frame.clear();
    hub_.encoders()[static_cast<std::size_t>(encoding)](frame, room, event);
    page->append(event.n, frame);
    if (std::cmp_greater_equal(page->bytes(), kPageBytes)) break;
  }
  return page;
}

}  // namespace vestnik::api
