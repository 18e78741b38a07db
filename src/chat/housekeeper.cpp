#include "chat/housekeeper.hpp"

#include <algorithm>
#include <chrono>
#include <utility>
#include <vector>

namespace vestnik::chat {
namespace {

constexpr std::chrono::milliseconds kInterval{250};
// So often rooms are looked through in the time that they may be idle, but not less than once a minute.
constexpr int kIdleLooks = 20;
constexpr std::chrono::milliseconds kIdleInterval = std::chrono::minutes(1);
constexpr std::int32_t kMembershipsMax = 1'000'000;

}  // namespace

Task<void> Housekeeper::run(runtime::Core& core) {
  asio::steady_timer timer(core.context());
  while (true) {
    timer.expires_after(kInterval);
    co_await timer.async_wait(kUseAwaitable);
    if (stopping_) co_return;
    close_expired(core);
    co_await close_idle(core);
    if (sessions_.any_due()) {
      co_await pool_.run([this]() -> Result<void> {
        sessions_.end_expired();
        return {};
      });
    }
    co_await let_guests_leave(core);
    co_await sweep_closed();
    co_await remove_attachments();
  }
}

Task<void> Housekeeper::sweep_closed() {
  const std::uint64_t leftovers = rooms_.leftovers();
  if (leftovers == swept_for_ && !leftovers_of_earlier_run_) co_return;
  const auto more = co_await pool_.run([this] { return store_.sweep_closed_rooms(); });
  if (more && !*more) {
    swept_for_ = leftovers;
    leftovers_of_earlier_run_ = false;
  }
}

Task<void> Housekeeper::remove_attachments() {
  if (!attachments_.any_due()) co_return;
  static_cast<void>(co_await pool_.run([this] { return attachments_.remove_unused(); }));
}

void Housekeeper::close_expired(runtime::Core& core) {
  for (RoomPtr& room : rooms_.expired(clock_())) close(core, std::move(room));
}

// The session of an owner does not end, so without this the rooms of guests who have gone would stay for ever.
Task<void> Housekeeper::close_idle(runtime::Core& core) {
  const auto now = std::chrono::steady_clock::now();
  if (guest_room_ttl_.count() == 0 || now < next_idle_look_) co_return;
  next_idle_look_ = now + std::clamp<std::chrono::milliseconds>(guest_room_ttl_ / kIdleLooks, kInterval, kIdleInterval);
  auto idle = rooms_.idle_since(clock_() - guest_room_ttl_);
  if (idle.empty()) co_return;
  const auto guests = co_await pool_.run([this, &idle]() -> Result<std::vector<RoomPtr>> {
    std::vector<RoomPtr> rooms;
    for (RoomPtr& room : idle) {
      const auto owner = store_.get_user(*room->owner_id);
      if (!owner && owner.error().code != ErrorCode::kNotFound) return std::unexpected(owner.error());
      if (!owner || owner->guest) rooms.push_back(std::move(room));
    }
    return rooms;
  });
  if (!guests) co_return;
  for (const RoomPtr& room : *guests) close(core, room);
}

void Housekeeper::close(runtime::Core& core, RoomPtr room) {
  if (!closing_.insert(room->id).second) return;
  const RoomId id = room->id;
  const auto expires_at = room->rules().expires_at;
  Pending pending{.room = std::move(room),
                  .change = Closing{.room_id = id, .reason = CloseReason::kExpired, .expires_at = expires_at},
                  .request_id = "expiry",
                  .core = &core,
                  .done =
                      [this, id](const Result<Appended>& outcome) {
                        closing_.erase(id);
                        // What failed is tried again: the room stays among the expired ones, unless its end was
                        // moved in the meantime.
                        if (outcome) expired_.add();
                      },
                  .arrived = std::chrono::steady_clock::now()};
  writer_.submit({&pending, 1});
}

Task<void> Housekeeper::let_guests_leave(runtime::Core& core) {
  for (const UserId guest : sessions_.take_gone()) {
    // No cursor has an empty name, so these are the rooms of which the guest is a member.
    const auto joined = co_await pool_.run([this, guest] { return store_.list_unread(guest, "", 0, kMembershipsMax); });
    if (!joined) continue;
    for (const Unread& each : *joined) {
      RoomPtr room = rooms_.find(each.room_id);
      if (!room) continue;
      Pending pending{.room = std::move(room),
                      .change = Membership{.room_id = each.room_id, .user_id = guest, .join = false},
                      .request_id = "gone",
                      .core = &core,
                      .done = [](const Result<Appended>&) {},
                      .arrived = std::chrono::steady_clock::now()};
      writer_.submit({&pending, 1});
    }
  }
}

}  // namespace vestnik::chat
