#include "chat/presence.hpp"

#include <algorithm>
#include <utility>

namespace vestnik::chat {

void Presence::note(const RoomId& room, UserId user, Time now) {
  const std::scoped_lock lock(mutex_);
  Visits& visits = rooms_[room];
  const auto known = visits.find(user);
  if (known == visits.end()) {
    if (visits.size() >= kUsersMax) return;
    mark(room, user, false);
  }
  Visit& visit = known == visits.end() ? visits[user] : known->second;
  if (visit.seen_at == Time::min()) {
    visit.due_at = now + kWindow;
    due_.push({visit.due_at, room, user});
  }
  visit.seen_at = std::max(visit.seen_at, now);
}

std::shared_ptr<const void> Presence::enter(const RoomId& room, UserId user) {
  struct Stay {
    Presence& presence;
    RoomId room;
    UserId user;

    Stay(Presence& at, RoomId in, UserId who) : presence(at), room(std::move(in)), user(who) {}
    ~Stay() {
      const std::scoped_lock lock(presence.mutex_);
      presence.leave(room, user);
    }
    Stay(const Stay&) = delete;
    Stay& operator=(const Stay&) = delete;
  };
  {
    const std::scoped_lock lock(mutex_);
    const auto [visit, came] = rooms_[room].try_emplace(user);
    if (came) mark(room, user, false);
    ++visit->second.connections;
  }
  return std::make_shared<const Stay>(*this, room, user);
}

void Presence::leave(const RoomId& room, UserId user) {
  const auto visits = rooms_.find(room);
  if (visits == rooms_.end()) return;
  const auto visit = visits->second.find(user);
  if (visit == visits->second.end()) return;
  if (--visit->second.connections == 0) remove(room, user);
}

void Presence::forget(const RoomId& room) {
  const std::scoped_lock lock(mutex_);
  rooms_.erase(room);
  changed_.erase(room);
}

std::size_t Presence::count(const RoomId& room, Time now) {
  const std::scoped_lock lock(mutex_);
  expire(now);
  const auto visits = rooms_.find(room);
  return visits == rooms_.end() ? 0 : visits->second.size();
}

std::vector<UserId> Presence::list(const RoomId& room, Time now, std::size_t limit) {
  const std::scoped_lock lock(mutex_);
  expire(now);
  std::vector<UserId> users;
  const auto visits = rooms_.find(room);
  if (visits == rooms_.end()) return users;
  for (auto it = visits->second.begin(); it != visits->second.end() && users.size() < limit; ++it) {
    users.push_back(it->first);
  }
  return users;
}

std::vector<Presence::Notice> Presence::take_notices(Time now) {
  const std::scoped_lock lock(mutex_);
  expire(now);
  std::vector<Notice> notices;
  for (auto& [room, users] : changed_) {
    std::erase_if(users, [&](const auto& each) { return is_there(room, each.first) == each.second; });
    if (users.empty()) continue;
    const auto visits = rooms_.find(room);
    Notice notice{.room = room, .user = {}, .count = visits == rooms_.end() ? 0 : visits->second.size()};
    if (users.size() == 1 && notice.count <= kNamedMax) {
      notice.user = users.begin()->first;
      notice.active = !users.begin()->second;
    }
    notices.push_back(std::move(notice));
  }
  changed_.clear();
  return notices;
}

bool Presence::has_notices(Time now) {
  const std::scoped_lock lock(mutex_);
  return !changed_.empty() || (!due_.empty() && due_.top().at <= now);
}

void Presence::expire(Time now) {
  while (!due_.empty() && due_.top().at <= now) {
    auto [at, room, user] = due_.top();
    due_.pop();
    const auto visits = rooms_.find(room);
    if (visits == rooms_.end()) continue;
    const auto visit = visits->second.find(user);
    if (visit == visits->second.end() || visit->second.due_at != at) continue;
    if (const Time end = visit->second.seen_at + kWindow; end > now) {
      visit->second.due_at = end;
      due_.push({end, std::move(room), user});
    } else if (visit->second.connections > 0) {
      visit->second.seen_at = Time::min();
    } else {
      remove(room, user);
    }
  }
}

void Presence::remove(const RoomId& room, UserId user) {
  mark(room, user, true);
  const auto visits = rooms_.find(room);
  visits->second.erase(user);
  if (visits->second.empty()) rooms_.erase(visits);
}

// The first change since the last notice tells what had been.
void Presence::mark(const RoomId& room, UserId user, bool was_there) {
  changed_[room].try_emplace(user, was_there);
}

bool Presence::is_there(const RoomId& room, UserId user) const {
  const auto visits = rooms_.find(room);
  return visits != rooms_.end() && visits->second.contains(user);
}

}  // namespace vestnik::chat
