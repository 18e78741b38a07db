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
    if (stopping_) co_return;
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
    warn("closed rooms could not be swept", more.error());
  } else if (!*more) {
    swept_for_ = leftovers;
    leftovers_of_earlier_run_ = false;
  }
}

Task<void> Housekeeper::remove_attachments() {
  if (!attachments_.any_due()) co_return;
  const auto removed = co_await pool_.run([this] { return attachments_.remove_unused(); });
  if (!removed) warn("attachments could not be removed", removed.error());
}

void Housekeeper::warn(std::string_view what, const Error& error) const {
  if (!stopping_) log::warn(what, {{"detail", error.detail}});
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
                          if (outcome) expired_.add();
                          if (!outcome && outcome.error().code != ErrorCode::kNotFound) {
                            warn("the room " + id + " could not be closed", outcome.error());
                          }
                        },
                    .arrived = std::chrono::steady_clock::now()};
    writer_.submit({&pending, 1});
  }
}

}  // namespace vestnik::chat
