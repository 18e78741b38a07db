#include "chat/housekeeper.hpp"

#include <chrono>
#include <utility>

#include "base/log.hpp"

namespace vestnik::chat {
namespace {

constexpr std::chrono::milliseconds kInterval{250};

}  // namespace

Task<void> Housekeeper::run(runtime::Core& core) {
  asio::steady_timer timer(core.context());
  while (true) {
    timer.expires_after(kInterval);
    co_await timer.async_wait(asio::use_awaitable);
    close_expired(core);
    if (sessions_.any_due()) {
      co_await pool_.run([this]() -> Result<void> {
        sessions_.end_expired();
        return {};
      });
    }
    co_await sweep_closed();
    co_await remove_attachments();
  }
}

Task<void> Housekeeper::sweep_closed() {
  const std::uint64_t leftovers = rooms_.leftovers();
  if (leftovers == swept_for_ && !leftovers_of_earlier_run_) co_return;
  const auto more = co_await pool_.run([this] { return store_.sweep_closed_rooms(); });
  if (!more) {
    log::warn("closed rooms could not be swept", {{"detail", more.error().detail}});
  } else if (!*more) {
    swept_for_ = leftovers;
    leftovers_of_earlier_run_ = false;
  }
}

Task<void> Housekeeper::remove_attachments() {
  if (!attachments_.any_due()) co_return;
  const auto removed = co_await pool_.run([this] { return attachments_.remove_unused(); });
  if (!removed) log::warn("attachments could not be removed", {{"detail", removed.error().detail}});
}

void Housekeeper::close_expired(runtime::Core& core) {
  for (RoomPtr& room : rooms_.expired(clock_())) {
    if (!closing_.insert(room->id).second) continue;
    const RoomId id = room->id;
    Pending pending{.room = std::move(room),
                    .change = Closing{.room_id = id, .reason = CloseReason::kExpired},
                    .request_id = "expiry",
                    .core = &core,
                    .done =
                        [this, id](const Result<Appended>& outcome) {
                          closing_.erase(id);
                          if (!outcome && outcome.error().code != ErrorCode::kNotFound) {
                            log::warn("a room could not be closed", {{"room", id}, {"detail", outcome.error().detail}});
                          }
                        },
                    .arrived = std::chrono::steady_clock::now()};
    writer_.submit({&pending, 1});
  }
}

}  // namespace vestnik::chat
