#include "chat/presence.hpp"

#include <algorithm>
#include <utility>

namespace vestnik::chat {

void Presence::note(const RoomId& room, UserId user, Time now) {
  const std::scoped_lock lock(mutex_);
  Visits& visits = rooms_[room];
  const auto known = visits.find(user);
  if (known != visits.end()) {
    known->second.seen_at = std::max(known->second.seen_at, now);
  } else if (visits.size() < kUsersMax) {
    visits[user].seen_at = now;
  }
}

std::shared_ptr<const void> Presence::enter(const RoomId& room, UserId user) {
  struct Stay {
    Presence& presence;
    RoomId room;
    UserId user;

    Stay(Presence& at, RoomId in, UserId who) : presence(at), room(std::move(in)), user(who) {}
    ~Stay() { presence.leave(room, user); }
    Stay(const Stay&) = delete;
    Stay& operator=(const Stay&) = delete;
  };
  {
    const std::scoped_lock lock(mutex_);
    ++rooms_[room][user].connections;
  }
  return std::make_shared<const Stay>(*this, room, user);
}

void Presence::leave(const RoomId& room, UserId user) {
  const std::scoped_lock lock(mutex_);
  const auto visits = rooms_.find(room);
  if (visits == rooms_.end()) return;
  const auto visit = visits->second.find(user);
  if (visit == visits->second.end()) return;
  if (--visit->second.connections > 0 || visit->second.seen_at != Time::min()) return;
  visits->second.erase(visit);
  if (visits->second.empty()) rooms_.erase(visits);
}

void Presence::forget(const RoomId& room) {
  const std::scoped_lock lock(mutex_);
  rooms_.erase(room);
}

std::size_t Presence::count(const RoomId& room, Time now) {
  const std::scoped_lock lock(mutex_);
  const Visits* const visits = pruned(room, now);
  return visits == nullptr ? 0 : visits->size();
}

std::vector<UserId> Presence::list(const RoomId& room, Time now, std::size_t limit) {
  const std::scoped_lock lock(mutex_);
  std::vector<UserId> users;
  const Visits* const visits = pruned(room, now);
  if (visits == nullptr) return users;
  for (auto it = visits->begin(); it != visits->end() && users.size() < limit; ++it) users.push_back(it->first);
  return users;
}

const Presence::Visits* Presence::pruned(const RoomId& room, Time now) {
  const auto visits = rooms_.find(room);
  if (visits == rooms_.end()) return nullptr;
  std::erase_if(visits->second, [now](const auto& each) {
    return each.second.connections == 0 && each.second.seen_at <= now - kWindow;
  });
  if (!visits->second.empty()) return &visits->second;
  rooms_.erase(visits);
  return nullptr;
}

}  // namespace vestnik::chat
