#include "chat/chat_service.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/ids.hpp"
#include "chat/unfit.hpp"

namespace vestnik::chat {
namespace {

constexpr std::int32_t kStreamLengthMax = 128;
constexpr std::int32_t kRoomsPage = 500;
constexpr std::size_t kActiveUsersShown = 100;
constexpr std::size_t kUsersKnownMax = 100'000;

}  // namespace

ChatService::ChatService(ChatStore& store, RoomDirectory& rooms, Sessions& sessions, Presence& presence, Limits limits,
                         Access access, Rates& rates, Clock clock)
    : store_(store),
      rooms_(rooms),
      sessions_(sessions),
      presence_(presence),
      limits_(limits),
      access_(access),
      rates_(rates),
      clock_(std::move(clock)),
      history_(store, rooms, limits, access, rates, clock_) {}

Result<void> ChatService::open() {
  auto users = store_.list_users(0, 1);
  if (!users) return error_of(users);
  if (users->empty()) {
    auto admin = store_.create_user({.username = std::string(kAdmin), .email = "admin@example.com"});
    if (!admin) return error_of(admin);
  }
  if (auto ok = ensure_room(kLobby, {}); !ok) return ok;
  if (auto ok = ensure_room(kStream, {.max_length = kStreamLengthMax, .client_seq_required = true}); !ok) return ok;

  std::int64_t offset = 0;
  while (true) {
    auto page = store_.list_rooms(offset, kRoomsPage);
    if (!page) return error_of(page);
    if (page->empty()) break;
    offset += static_cast<std::int64_t>(page->size());
    for (Room& room : *page) {
      if (is_built_in(room.info.name) && room.rules.expires_at) {
        if (auto ok = take_end_away(room); !ok) return ok;
      }
      newest_ = std::max(newest_.load(), room.last_message_at.value_or(Time::min()));
      rooms_.add(std::move(room.info), room.rules, room.last_message_at);
    }
  }
  if (auto ok = sessions_.open(); !ok) return ok;
  auto stats = store_.stats(clock_());
  if (!stats) return error_of(stats);
  accounts_ = stats->users - sessions_.guests();
  return fill_last_hour();
}

// Earlier versions let the built-in rooms have one.
Result<void> ChatService::take_end_away(Room& room) {
  RulesPatch patch;
  patch.expires_at.emplace(std::nullopt);
  const Change change = RulesChange{.room_id = room.info.id, .patch = patch};
  auto done = store_.append({&change, 1}, clock_());
  if (!done) return error_of(done);
  if (!done->front()) return error_of(done->front());
  room.rules.expires_at.reset();
  return {};
}

Result<void> ChatService::fill_last_hour() {
  // To the minute is enough for what was written before the start.
  const Time now = clock_();
  std::int64_t later = 0;
  for (int minutes = 0; minutes < 60; ++minutes) {
    const Time since = now - std::chrono::minutes(minutes + 1);
    auto stats = store_.stats(since);
    if (!stats) return error_of(stats);
    last_hour_.add(since + std::chrono::minutes(1), stats->messages_since - later);
    later = stats->messages_since;
  }
  return {};
}

Result<void> ChatService::ensure_room(std::string_view name, RoomRules rules) {
  auto found = store_.find_room(name);
  if (found) return {};
  if (found.error().code != ErrorCode::kNotFound) return error_of(found);
  auto created = store_.create_room({new_room(std::string(name)), rules});
  if (!created) return error_of(created);
  return {};
}

RoomInfo ChatService::new_room(std::string name) const {
  return {.id = make_uuid(), .name = std::move(name), .epoch = make_token(kEpochLength), .created_at = clock_()};
}

Result<OpenedSession> ChatService::open_session(std::optional<UserId> user_id, std::optional<std::string> display_name,
                                                std::string_view address) {
  if (user_id && access_ != Access::kOpen) {
    return fail(ErrorCode::kPermissionDenied, "a session of an existing user is given only where the server is open");
  }
  if (user_id.has_value() == display_name.has_value()) {
    return invalid("display_name", user_id ? "is for new guests; leave it out together with user_id"
                                           : "missing; give the name under which others shall see you");
  }
  if (display_name) {
    if (auto ok = check_display_name(*display_name); !ok) return error_of(ok);
  }
  if (auto ok = rates_.count_made(address); !ok) return error_of(ok);
  const std::scoped_lock lock(creating_);
  if (display_name) {
    if (auto ok = check_max_users(); !ok) return error_of(ok);
  }
  auto opened = sessions_.create(user_id, display_name.value_or(""));
  if (!opened) return error_of(opened);
  const auto end = sessions_.expires_at(opened->session);
  return OpenedSession{std::move(opened->secret), std::move(opened->session), end};
}

Result<OpenedSession> ChatService::find_session(std::string_view secret) const {
  auto session = sessions_.find(secret);
  if (!session) return error_of(session);
  const auto end = sessions_.expires_at(*session);
  return OpenedSession{std::nullopt, std::move(*session), end};
}

Result<void> ChatService::close_session(std::string_view secret) {
  auto session = sessions_.find(secret);
  if (!session) return error_of(session);
  return sessions_.close(*session);
}

Result<void> ChatService::check_max_users() const {
  const std::int64_t users = accounts_ + sessions_.guests();
  if (users < limits_.max_users) return {};
  return over_limit("max-users", fmt::format("there are {} users, as many as --max-users allows", users));
}

Result<void> ChatService::check_max_rooms(const Actor& actor) const {
  if (static_cast<std::int64_t>(rooms_.size()) >= limits_.max_rooms) {
    return over_limit("max-rooms", fmt::format("there are {} rooms, as many as --max-rooms allows", rooms_.size()));
  }
  if (access_ == Access::kOpen || !actor.user_id) return {};
  const std::size_t owned = rooms_.owned_by(*actor.user_id);
  if (static_cast<std::int64_t>(owned) < limits_.max_rooms_per_user) return {};
  return over_limit("max-rooms-per-user",
                    fmt::format("you own {} rooms, as many as --max-rooms-per-user allows; close one first", owned));
}

Result<User> ChatService::create_user(const Actor& actor, const NewUser& user, std::string_view address) {
  if (auto may = authorize(actor, Action::kRegister, {}, access_); !may) return error_of(may);
  if (auto ok = check_new_user(user); !ok) return error_of(ok);
  if (auto ok = rates_.count_change(actor); !ok) return error_of(ok);
  if (auto ok = rates_.count_made(address); !ok) return error_of(ok);
  const std::scoped_lock lock(creating_);
  if (actor.authenticated) {
    auto asking = store_.get_user(*actor.user_id);
    if (!asking) return error_of(asking);
    if (asking->guest) {
      auto promoted = store_.promote_guest(asking->id, user);
      if (!promoted) return promoted;
      ++accounts_;
      sessions_.rename(*promoted);
      const std::scoped_lock users_lock(users_mutex_);
      users_.erase(promoted->id);
      return promoted;
    }
  }
  if (auto ok = check_max_users(); !ok) return error_of(ok);
  auto created = store_.create_user(user);
  if (created) ++accounts_;
  return created;
}

Result<User> ChatService::get_user(const Actor& actor, UserId id) {
  if (auto may = authorize(actor, Action::kRead, {}, access_); !may) return error_of(may);
  auto user = store_.get_user(id);
  if (!user) return user;
  return shown_to(actor, std::move(*user));
}

User ChatService::shown_to(const Actor& actor, User user) const {
  if (!authorize(actor, Action::kReadEmail, {.user_id = user.id}, access_)) user.email.reset();
  return user;
}

Result<void> ChatService::remove_user(const Actor& actor, UserId id) {
  if (auto may = authorize(actor, Action::kRemoveUser, {}, access_); !may) return may;
  if (id == kAdminId) return fail(ErrorCode::kFailedPrecondition, "The user admin stays.");
  const std::scoped_lock lock(creating_);
  auto user = store_.get_user(id);
  if (!user) return error_of(user);
  if (auto removed = store_.remove_user(id); !removed) return removed;
  if (!user->guest) --accounts_;
  sessions_.forget(id);
  const std::scoped_lock users_lock(users_mutex_);
  users_.erase(id);
  return {};
}

Result<std::vector<User>> ChatService::list_users(const Actor& actor, std::optional<std::int64_t> offset,
                                                  std::optional<std::int32_t> limit) {
  if (auto may = authorize(actor, Action::kRead, {}, access_); !may) return error_of(may);
  auto count = check_page_limit(limit, limits_);
  if (!count) return error_of(count);
  auto skip = check_page_offset(offset);
  if (!skip) return error_of(skip);
  auto users = store_.list_users(*skip, *count);
  if (!users) return users;
  for (User& user : *users) user = shown_to(actor, std::move(user));
  return users;
}

Result<RoomView> ChatService::create_room(const Actor& actor, std::string name, const RulesRequest& request,
                                          std::string_view address) {
  if (auto may = authorize(actor, Action::kCreateRoom, {}, access_); !may) return error_of(may);
  if (auto ok = check_room_name(name); !ok) return error_of(ok);
  if (actor.user_id && !actor.authenticated) {  // taken at its word
    auto owner = store_.get_user(*actor.user_id);
    if (!owner && owner.error().code == ErrorCode::kNotFound) {
      return unfit("user_id", "there is no user with this number", ErrorCode::kNotFound);
    }
    if (!owner) return error_of(owner);
  }
  RoomInfo info = new_room(std::move(name));
  info.owner_id = actor.user_id;
  auto rules = new_rules(request, limits_, info.created_at);
  if (!rules) return error_of(rules);
  if (auto ok = rates_.count_change(actor); !ok) return error_of(ok);
  if (auto ok = rates_.count_made(address); !ok) return error_of(ok);

  const std::scoped_lock lock(creating_);
  if (auto ok = check_max_rooms(actor); !ok) return error_of(ok);
  auto room = store_.create_room({std::move(info), *rules});
  if (!room) return error_of(room);
  rooms_.add(room->info, room->rules);
  return view_of(std::move(*room));
}

Result<RoomView> ChatService::get_room(const Actor& actor, std::string_view id_or_name) {
  if (auto may = authorize(actor, Action::kRead, {}, access_); !may) return error_of(may);
  const RoomPtr open = rooms_.find(id_or_name);
  auto room = store_.find_room(open ? open->id : id_or_name);
  if (!room) return error_of(room);
  return view_of(std::move(*room));
}

Result<std::vector<RoomView>> ChatService::list_rooms(const Actor& actor, std::optional<std::int64_t> offset,
                                                      std::optional<std::int32_t> limit) {
  if (auto may = authorize(actor, Action::kRead, {}, access_); !may) return error_of(may);
  auto count = check_page_limit(limit, limits_);
  if (!count) return error_of(count);
  auto skip = check_page_offset(offset);
  if (!skip) return error_of(skip);
  auto rooms = store_.list_rooms(*skip, *count);
  if (!rooms) return error_of(rooms);
  std::vector<RoomView> views;
  views.reserve(rooms->size());
  for (Room& room : *rooms) views.push_back(view_of(std::move(room)));
  return views;
}

RoomView ChatService::view_of(Room room) {
  const auto active = presence_.count(room.info.id, clock_());
  const auto owner = room.info.owner_id ? known_user(*room.info.owner_id) : std::nullopt;
  return {.room = std::move(room),
          .owner = owner ? owner->username : "",
          .active_users = static_cast<std::int64_t>(active)};
}

std::optional<User> ChatService::known_user(UserId id) {
  {
    const std::scoped_lock lock(users_mutex_);
    if (const auto known = users_.find(id); known != users_.end()) return known->second;
  }
  auto user = store_.get_user(id);
  if (!user) return std::nullopt;
  const std::scoped_lock lock(users_mutex_);
  if (users_.size() >= kUsersKnownMax) users_.clear();
  return users_.insert_or_assign(id, std::move(*user)).first->second;
}

Result<std::vector<User>> ChatService::list_active_users(const Actor& actor, std::string_view room_name) {
  auto room = follow(actor, room_name);
  if (!room) return error_of(room);
  std::vector<User> users;
  for (const UserId id : presence_.list((*room)->id, clock_(), kActiveUsersShown)) {
    if (auto user = known_user(id)) users.push_back(shown_to(actor, std::move(*user)));
  }
  std::ranges::sort(users, {}, &User::id);
  return users;
}

std::vector<PresenceNotice> ChatService::take_presence_notices() {
  std::vector<PresenceNotice> notices;
  for (const auto& [room_id, user_id, active, count] : presence_.take_notices(clock_())) {
    RoomPtr room = rooms_.find(room_id);
    if (!room) continue;
    auto& notice = notices.emplace_back(PresenceNotice{.room = std::move(room), .user = {}, .active = active});
    notice.active_users = static_cast<std::int64_t>(count);
    if (user_id) notice.user = known_user(*user_id);
  }
  return notices;
}

Result<std::vector<Member>> ChatService::list_members(const Actor& actor, std::string_view room_name,
                                                      std::optional<std::int64_t> offset,
                                                      std::optional<std::int32_t> limit) {
  auto room = follow(actor, room_name);
  if (!room) return error_of(room);
  auto count = check_page_limit(limit, limits_);
  if (!count) return error_of(count);
  auto skip = check_page_offset(offset);
  if (!skip) return error_of(skip);
  return store_.list_members((*room)->id, *skip, *count);
}

Result<RoomPtr> ChatService::follow(const Actor& actor, std::string_view id_or_name) const {
  if (auto may = authorize(actor, Action::kRead, {}, access_); !may) return error_of(may);
  return rooms_.get(id_or_name);
}

Result<RoomPtr> ChatService::subscribe(const Actor& actor, std::string_view id_or_name) const {
  if (id_or_name != kRoomsLog) return follow(actor, id_or_name);
  if (auto may = authorize(actor, Action::kRead, {}, access_); !may) return error_of(may);
  return rooms_.log();
}

Result<void> ChatService::may_read_stats(const Actor& actor) const {
  return authorize(actor, Action::kReadStats, {}, access_);
}

std::chrono::microseconds ChatService::time_ahead() const {
  const Time newest = newest_.load(std::memory_order_relaxed);
  const Time now = clock_();
  return newest > now ? newest - now : std::chrono::microseconds::zero();
}

Result<StoreStats> ChatService::stats(const Actor& actor) {
  if (auto may = may_read_stats(actor); !may) return error_of(may);
  const Time now = clock_();
  auto stats = store_.stats(now);
  if (stats) stats->messages_since = last_hour_.total(now);
  return stats;
}

void ChatService::note_committed(std::span<const Committed> batch) {
  if (batch.empty()) return;
  newest_ = batch.back().event->at;
  const Time now = std::min(batch.back().event->at, clock_());  // the store's time may be ahead of the clock
  std::int64_t messages = 0;
  for (const auto& [room, event, request_id] : batch) {
    if (std::holds_alternative<MessageSent>(event->what)) {
      ++messages;
      room->note_active(event->at);
      if (const auto author = std::get<MessageSent>(event->what).message.user_id) {
        sessions_.note_active(*author, event->at);
        presence_.note(room->id, *author, now);
      }
    } else if (const auto* rules = std::get_if<RulesChanged>(&event->what)) {
      rooms_.set_rules(room->id, rules->rules);
    } else if (std::holds_alternative<RoomClosed>(event->what)) {
      // First the owner's session gets its time: without the room it would look as if it had long expired.
      if (room->owner_id) sessions_.note_active(*room->owner_id, event->at);
      rooms_.remove(room->id, event->n, std::get<RoomClosed>(event->what).reason);
      presence_.forget(room->id);
    }
  }
  if (messages > 0) last_hour_.add(now, messages);
}

}  // namespace vestnik::chat
