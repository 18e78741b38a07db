#include "api/subscriptions.hpp"

#include <string>
#include <utility>

namespace vestnik::api {
namespace {

constexpr std::int32_t kPage = 500;
constexpr std::size_t kPageBytes = 256 * 1024;  // a page stays in memory until its reader has taken it

}  // namespace

Task<Result<Subscriptions::Opened>> Subscriptions::open(runtime::Core& core, const chat::RoomPtr& room,
                                                        live::Encoding encoding, std::optional<chat::Position> after) {
  live::LogView* view = &hub_.view(core, room, encoding);
  // What the window knows is enough for those who were here a moment ago, so a storm of resumes does not reach the
  // storage.
  if (const auto head_n = hub_.head_of(*room)) {
    const std::int64_t floor_n = view->end_n() == 0 ? *head_n : view->floor_n() - 1;
    auto plan = live::plan_resume(after, room->epoch, floor_n, *head_n);
    if (plan.recovered) {
      if (view->end_n() == 0) view->begin_at(*head_n + 1);
      co_return Opened{*view, plan};
    }
  }
  auto state = co_await pool_.run([this, room] { return chat_.history().read_room(*room); });
  if (!state) co_return std::unexpected(std::move(state.error()));
  view = &hub_.view(core, room, encoding);  // again: a view without subscribers may have gone meanwhile
  hub_.tell_head(*room, state->counter);
  if (view->end_n() == 0) view->begin_at(state->counter + 1);
  co_return Opened{*view, live::plan_resume(after, room->epoch, state->floor, state->counter)};
}

Task<Result<live::LogView>> Subscriptions::read_page(chat::RoomPtr room, live::Encoding encoding, std::int64_t next_n) {
  co_return co_await pool_.run([this, room = std::move(room), encoding, next_n]() -> Result<live::LogView> {
    auto events = chat_.history().read_events(*room, next_n - 1, kPage);
    if (!events) return std::unexpected(std::move(events.error()));
    live::RoomLog page;
    std::string frame;
    for (const chat::Event& event : *events) {
      frame.clear();
      hub_.encoders()[static_cast<std::size_t>(encoding)](frame, *room, event);
      page.append(event.n, frame);
      if (page.bytes() >= kPageBytes) break;
    }
    return live::LogView(page);
  });
}

}  // namespace vestnik::api
