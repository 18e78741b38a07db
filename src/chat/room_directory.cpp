#include "chat/room_directory.hpp"

#include <fmt/format.h>

#include "base/ids.hpp"
#include "base/text.hpp"
#include "chat/names.hpp"

namespace vestnik::chat {
namespace {

// Of what may be the name of a room: 64 characters, in any spelling.
constexpr std::size_t kNameBytesMax = 1'024;

}  // namespace

RoomDirectory::RoomDirectory()
    : log_(std::make_shared<OpenRoom>(RoomInfo{.id = RoomId(kRoomsLog),
                                               .name = std::string(kRoomsLog),
                                               .epoch = make_token(kEpochLength),
                                               .created_at = {},
                                               .owner_id = {}},
                                      RoomRules{})) {}

RoomPtr RoomDirectory::find(std::string_view id_or_name) const {
  const std::shared_lock lock(mutex_);
  auto found = by_key_.find(id_or_name);
  if (found == by_key_.end() && looks_like_uuid(id_or_name)) found = by_key_.find(to_lower(id_or_name));
  if (found != by_key_.end()) return found->second;
  if (id_or_name.size() > kNameBytesMax) return nullptr;
  const auto alike = by_name_key_.find(name_key(id_or_name));
  return alike == by_name_key_.end() ? nullptr : alike->second;
}

Result<RoomPtr> RoomDirectory::get(std::string_view id_or_name) const {
  if (id_or_name.empty()) id_or_name = kLobby;
  if (RoomPtr room = find(id_or_name)) return room;
  return fail(ErrorCode::kNotFound, fmt::format("There is no room \"{:.64}\".", id_or_name));
}

RoomPtr RoomDirectory::add(RoomInfo info, RoomRules rules, std::optional<Time> active_at) {
  const Time active_since = active_at.value_or(info.created_at);
  auto room = std::make_shared<OpenRoom>(std::move(info), rules, active_since);
  const std::scoped_lock changing(changing_);
  {
    const std::unique_lock lock(mutex_);
    by_key_.insert_or_assign(room->name, room);
    by_key_.insert_or_assign(room->id, room);
    by_name_key_.insert_or_assign(name_key(room->name), room);
    if (room->owner_id) ++owned_[*room->owner_id];
    schedule(room);
  }
  tell(RoomListed{.info = *room, .rules = rules, .opened = true});
  return room;
}

void RoomDirectory::set_rules(const RoomId& id, const RoomRules& rules) {
  const std::scoped_lock changing(changing_);
  SharedRoom room;
  {
    const std::unique_lock lock(mutex_);
    const auto found = by_key_.find(id);
    if (found == by_key_.end()) return;
    room = found->second;
    unschedule(room);
    {
      const std::scoped_lock rules_lock(room->mutex_);
      room->rules_ = rules;
    }
    schedule(room);
    leftovers_.fetch_add(1, std::memory_order_relaxed);
  }
  tell(RoomListed{.info = *room, .rules = rules, .opened = false});
}

void RoomDirectory::remove(const RoomId& id, std::int64_t last_n, CloseReason reason) {
  const std::scoped_lock changing(changing_);
  SharedRoom room;
  {
    const std::unique_lock lock(mutex_);
    const auto found = by_key_.find(id);
    if (found == by_key_.end()) return;
    room = found->second;
    room->end_at(last_n);
    leftovers_.fetch_add(1, std::memory_order_relaxed);
    forget(room);
  }
  tell(RoomUnlisted{.info = *room, .reason = reason});
}

void RoomDirectory::forget(const SharedRoom& room) {
  unschedule(room);
  by_key_.erase(room->id);
  // The name is free as soon as the storage has closed the room, and may be another's already.
  const auto named = by_key_.find(room->name);
  if (named != by_key_.end() && named->second == room) by_key_.erase(named);
  const auto alike = by_name_key_.find(name_key(room->name));
  if (alike != by_name_key_.end() && alike->second == room) by_name_key_.erase(alike);
  if (!room->owner_id) return;
  if (const auto owned = owned_.find(*room->owner_id); --owned->second == 0) owned_.erase(owned);
}

void RoomDirectory::tell(decltype(Event::what) what) {
  const std::int64_t n = log_counter_.load(std::memory_order_relaxed) + 1;
  // Counted before it is told: who begins in between reads the list after this change, and needs not be told of it.
  log_counter_.store(n, std::memory_order_release);
  if (listener_) listener_({.n = n, .at = {}, .user_id = {}, .what = std::move(what)});
}

std::size_t RoomDirectory::size() const {
  const std::shared_lock lock(mutex_);
  return by_key_.size() / 2;
}

std::size_t RoomDirectory::owned_by(UserId user) const {
  const std::shared_lock lock(mutex_);
  const auto owned = owned_.find(user);
  return owned == owned_.end() ? 0 : owned->second;
}

std::vector<RoomPtr> RoomDirectory::expired(Time now) const {
  const std::shared_lock lock(mutex_);
  std::vector<RoomPtr> rooms;
  for (auto it = by_expiry_.begin(); it != by_expiry_.end() && it->first <= now; ++it) rooms.push_back(it->second);
  return rooms;
}

std::vector<RoomPtr> RoomDirectory::idle_since(Time before) const {
  const std::shared_lock lock(mutex_);
  std::vector<RoomPtr> rooms;
  for (const auto& [key, room] : by_key_) {
    if (key == room->id && room->owner_id && room->active_at() < before) rooms.push_back(room);
  }
  return rooms;
}

void RoomDirectory::schedule(const SharedRoom& room) {
  if (const auto& time = room->rules_.expires_at) by_expiry_.emplace(*time, room);
}

void RoomDirectory::unschedule(const SharedRoom& room) {
  if (const auto& time = room->rules_.expires_at) by_expiry_.erase({*time, room});
}

}  // namespace vestnik::chat
