#include "unit/chat/fake_store.hpp"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <utility>

#include "chat/names.hpp"

namespace vestnik::chat {
namespace {

constexpr std::chrono::seconds kPatience{10};     // only for what never happens
constexpr std::chrono::milliseconds kMoment{50};  // for what happens only when there is a bug

template <typename T>
std::vector<T> page_of(const std::vector<T>& all, std::int64_t offset, std::int32_t limit) {
  const auto begin = std::min<std::int64_t>(offset, std::ssize(all));
  const auto end = std::min<std::int64_t>(begin + limit, std::ssize(all));
  return {all.begin() + begin, all.begin() + end};
}

}  // namespace

void FakeStore::script(Call call, std::vector<std::optional<Error>> fates) {
  const std::scoped_lock lock(mutex_);
  fates_[call].insert(fates_[call].end(), fates.begin(), fates.end());
}

std::size_t FakeStore::calls(Call call) const {
  const std::scoped_lock lock(mutex_);
  const auto found = calls_.find(call);
  return found == calls_.end() ? 0 : found->second;
}

std::size_t FakeStore::calls() const {
  const std::scoped_lock lock(mutex_);
  std::size_t all = 0;
  for (const auto& [call, count] : calls_) all += count;
  return all;
}

bool FakeStore::wait_for(Call call, std::size_t count) {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, kPatience, [&] { return calls_[call] >= count; });
}

void FakeStore::hold_appends() {
  const std::scoped_lock lock(mutex_);
  held_ = true;
}

void FakeStore::let_appends_go() {
  const std::scoped_lock lock(mutex_);
  held_ = false;
  changed_.notify_all();
}

bool FakeStore::wait_for_appends(std::size_t count) {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, kPatience, [&] { return batches_.size() >= count; });
}

void FakeStore::let_meet(Call call) {
  const std::scoped_lock lock(mutex_);
  meeting_ = call;
  met_ = 0;
}

void FakeStore::leave_pieces(int of_each_room, int already) {
  const std::scoped_lock lock(mutex_);
  pieces_of_each_room_ = of_each_room;
  pieces_ = already;
}

std::vector<std::vector<Change>> FakeStore::batches() const {
  const std::scoped_lock lock(mutex_);
  return batches_;
}

std::vector<Message> FakeStore::messages_of(std::string_view room_id) const {
  const std::scoped_lock lock(mutex_);
  const auto found = std::ranges::find(histories_, room_id, [](const History& each) { return each.room.info.id; });
  return found == histories_.end() ? std::vector<Message>() : found->messages;
}

std::optional<HistoryQuery> FakeStore::last_query() const {
  const std::scoped_lock lock(mutex_);
  return last_query_;
}

std::optional<Time> FakeStore::last_since() const {
  const std::scoped_lock lock(mutex_);
  return last_since_;
}

Result<void> FakeStore::begin(std::unique_lock<std::mutex>& lock, Call call) {
  ++calls_[call];
  changed_.notify_all();
  if (call == meeting_) {
    ++met_;
    changed_.wait_for(lock, kMoment, [this] { return met_ >= 2; });
  }
  auto& fates = fates_[call];
  if (fates.empty()) return {};
  const auto fate = std::move(fates.front());
  fates.pop_front();
  if (fate) return std::unexpected(*fate);
  return {};
}

FakeStore::History* FakeStore::history_of(std::string_view id_or_name) {
  for (History& history : histories_) {
    if (history.room.info.id == id_or_name || name_key(history.room.info.name) == name_key(id_or_name)) return &history;
  }
  return nullptr;
}

User* FakeStore::user_of(UserId id) {
  return id < 1 || id > std::ssize(users_) ? nullptr : &users_[static_cast<std::size_t>(id) - 1];
}

bool FakeStore::has_session(UserId user) const {
  return std::ranges::any_of(sessions_, [user](const auto& each) { return each.second.user.id == user; });
}

Result<User> FakeStore::create_user(const NewUser& user) {
  std::unique_lock lock(mutex_);
  if (auto fate = begin(lock, Call::kCreateUser); !fate) return std::unexpected(fate.error());
  if (std::ranges::any_of(users_, [&](const User& each) {
        return !each.guest && name_key(each.username) == name_key(user.username);
      })) {
    return fail(ErrorCode::kAlreadyExists, "taken");
  }
  users_.push_back({.id = std::ssize(users_) + 1, .username = user.username, .email = user.email});
  return users_.back();
}

Result<User> FakeStore::promote_guest(UserId id, const NewUser& user) {
  std::unique_lock lock(mutex_);
  if (auto fate = begin(lock, Call::kPromoteGuest); !fate) return std::unexpected(fate.error());
  User* const guest = user_of(id);
  if (guest == nullptr) return fail(ErrorCode::kNotFound, "unknown");
  const bool taken = std::ranges::any_of(
      users_, [&](const User& each) { return !each.guest && name_key(each.username) == name_key(user.username); });
  if (taken || !guest->guest) return fail(ErrorCode::kAlreadyExists, "taken");
  *guest = {.id = id, .username = user.username, .email = user.email};
  for (auto& [key, session] : sessions_) {
    if (session.user.id == id) session.user = *guest;
  }
  return *guest;
}

Result<void> FakeStore::remove_user(UserId id) {
  std::unique_lock lock(mutex_);
  if (auto fate = begin(lock, Call::kRemoveUser); !fate) return std::unexpected(fate.error());
  User* const user = user_of(id);
  if (user == nullptr) return fail(ErrorCode::kNotFound, "unknown");
  *user = {.id = id, .username = user->username, .email = {}, .guest = true};
  std::erase_if(sessions_, [id](const auto& each) { return each.second.user.id == id; });
  return {};
}

Result<User> FakeStore::get_user(UserId id) {
  std::unique_lock lock(mutex_);
  if (auto fate = begin(lock, Call::kGetUser); !fate) return std::unexpected(fate.error());
  const User* const user = user_of(id);
  if (user == nullptr) return fail(ErrorCode::kNotFound, "unknown");
  return *user;
}

Result<std::vector<User>> FakeStore::list_users(std::int64_t offset, std::int32_t limit) {
  std::unique_lock lock(mutex_);
  if (auto fate = begin(lock, Call::kListUsers); !fate) return std::unexpected(fate.error());
  std::vector<User> users;
  std::ranges::copy_if(users_, std::back_inserter(users),
                       [this](const User& user) { return !user.guest || has_session(user.id); });
  return page_of(users, offset, limit);
}

Result<Session> FakeStore::create_session(const NewSession& session, Time now) {
  std::unique_lock lock(mutex_);
  if (auto fate = begin(lock, Call::kCreateSession); !fate) return std::unexpected(fate.error());
  if (!session.user_id) {
    users_.push_back({.id = std::ssize(users_) + 1, .username = session.display_name, .email = {}, .guest = true});
  }
  const User* const user = user_of(session.user_id.value_or(std::ssize(users_)));
  if (user == nullptr) return fail(ErrorCode::kNotFound, "unknown");
  const Session opened{.key = session.key, .user = *user, .created_at = now, .active_at = now};
  sessions_.emplace(session.key, opened);
  return opened;
}

Result<std::vector<Session>> FakeStore::list_sessions(std::string_view after_key, std::int32_t limit) {
  std::unique_lock lock(mutex_);
  if (auto fate = begin(lock, Call::kListSessions); !fate) return std::unexpected(fate.error());
  std::vector<Session> page;
  for (auto it = sessions_.upper_bound(after_key); it != sessions_.end() && std::ssize(page) < limit; ++it) {
    page.push_back(it->second);
  }
  return page;
}

Result<void> FakeStore::end_session(std::string_view key, std::optional<Time> active_at) {
  std::unique_lock lock(mutex_);
  if (auto fate = begin(lock, Call::kEndSession); !fate) return fate;
  const auto found = sessions_.find(key);
  if (found == sessions_.end()) return fail(ErrorCode::kNotFound, "unknown");
  if (active_at && *active_at < found->second.active_at) return fail(ErrorCode::kFailedPrecondition, "active");
  sessions_.erase(found);
  return {};
}

Result<Room> FakeStore::create_room(const NewRoom& room) {
  std::unique_lock lock(mutex_);
  if (auto fate = begin(lock, Call::kCreateRoom); !fate) return std::unexpected(fate.error());
  if (history_of(room.info.id) != nullptr || history_of(room.info.name) != nullptr) {
    return fail(ErrorCode::kAlreadyExists, "taken");
  }
  return histories_.emplace_back(History{.room = {.info = room.info, .rules = room.rules}}).room;
}

Result<Room> FakeStore::find_room(std::string_view id_or_name) {
  std::unique_lock lock(mutex_);
  if (auto fate = begin(lock, Call::kFindRoom); !fate) return std::unexpected(fate.error());
  const History* const history = history_of(id_or_name);
  if (history == nullptr) return fail(ErrorCode::kNotFound, "unknown");
  return history->room;
}

Result<std::vector<Room>> FakeStore::list_rooms(std::int64_t offset, std::int32_t limit) {
  std::unique_lock lock(mutex_);
  if (auto fate = begin(lock, Call::kListRooms); !fate) return std::unexpected(fate.error());
  std::vector<Room> rooms;
  for (const History& history : histories_) rooms.push_back(history.room);
  return page_of(rooms, offset, limit);
}

Result<std::vector<Member>> FakeStore::list_members(const RoomId& room, std::int64_t offset, std::int32_t limit) {
  std::unique_lock lock(mutex_);
  if (auto fate = begin(lock, Call::kListMembers); !fate) return std::unexpected(fate.error());
  const History* const history = history_of(room);
  return history == nullptr ? std::vector<Member>() : page_of(history->members, offset, limit);
}

Result<bool> FakeStore::sweep_closed_rooms() {
  std::unique_lock lock(mutex_);
  if (auto fate = begin(lock, Call::kSweep); !fate) return std::unexpected(fate.error());
  pieces_ = std::max(0, pieces_ - 1);
  return pieces_ > 0;
}

Result<std::vector<Message>> FakeStore::list_messages(const HistoryQuery& query) {
  std::unique_lock lock(mutex_);
  if (auto fate = begin(lock, Call::kListMessages); !fate) return std::unexpected(fate.error());
  last_query_ = query;
  const History* const history = history_of(query.room_id);
  if (history == nullptr) return std::vector<Message>();
  std::vector<Message> found;
  std::ranges::copy_if(history->messages, std::back_inserter(found), [&](const Message& message) {
    return message.n > query.after && message.n < query.before.value_or(message.n + 1) &&
           message.created_at >= query.from.value_or(message.created_at) &&
           (!query.to || message.created_at < *query.to);
  });
  if (query.order == Order::kDescending) std::ranges::reverse(found);
  return page_of(found, query.offset, query.limit);
}

Result<std::pair<RoomId, Message>> FakeStore::get_message(MessageId id) {
  std::unique_lock lock(mutex_);
  if (auto fate = begin(lock, Call::kGetMessage); !fate) return std::unexpected(fate.error());
  for (const History& history : histories_) {
    const auto found = std::ranges::find(history.messages, id, &Message::id);
    if (found != history.messages.end()) return std::pair(history.room.info.id, *found);
  }
  return fail(ErrorCode::kNotFound, "unknown");
}

Result<std::vector<Event>> FakeStore::list_events(const RoomId& room, std::int64_t after, std::int32_t limit,
                                                  std::int64_t /*bytes_max*/) {
  std::unique_lock lock(mutex_);
  if (auto fate = begin(lock, Call::kListEvents); !fate) return std::unexpected(fate.error());
  const History* const history = history_of(room);
  return history == nullptr ? std::vector<Event>() : page_of(history->events, after, limit);  // n counts from 1
}

Unread FakeStore::unread_in(const History& history, const Cursor& cursor) {
  const auto known = history.cursors.find(cursor);
  const std::int64_t n = known == history.cursors.end() ? 0 : known->second;
  return {.room_id = history.room.info.id,
          .cursor_n = n,
          .count = std::ranges::count_if(history.messages, [n](const Message& message) { return message.n > n; })};
}

Result<void> FakeStore::set_cursor(const CursorKey& cursor, std::int64_t n, std::int64_t /*cursors_max*/) {
  std::unique_lock lock(mutex_);
  if (auto fate = begin(lock, Call::kSetCursor); !fate) return fate;
  History* const history = history_of(cursor.room_id);
  if (history == nullptr || user_of(cursor.user_id) == nullptr) return fail(ErrorCode::kNotFound, "unknown");
  std::int64_t& kept = history->cursors[{cursor.user_id, cursor.name}];
  kept = std::max(kept, n);
  return {};
}

Result<Unread> FakeStore::get_unread(const CursorKey& cursor) {
  std::unique_lock lock(mutex_);
  if (auto fate = begin(lock, Call::kGetUnread); !fate) return std::unexpected(fate.error());
  const History* const history = history_of(cursor.room_id);
  if (history == nullptr) return fail(ErrorCode::kNotFound, "unknown");
  return unread_in(*history, {cursor.user_id, cursor.name});
}

Result<std::vector<Unread>> FakeStore::list_unread(UserId user, std::string_view cursor_name, std::int64_t offset,
                                                   std::int32_t limit) {
  std::unique_lock lock(mutex_);
  if (auto fate = begin(lock, Call::kListUnread); !fate) return std::unexpected(fate.error());
  const Cursor cursor{user, cursor_name};
  std::vector<Unread> all;
  for (const History& history : histories_) {
    const bool member = std::ranges::find(history.members, user, &Member::user_id) != history.members.end();
    if (member || history.cursors.contains(cursor)) all.push_back(unread_in(history, cursor));
  }
  return page_of(all, offset, limit);
}

Result<StoreStats> FakeStore::stats(Time since) {
  std::unique_lock lock(mutex_);
  if (auto fate = begin(lock, Call::kStats); !fate) return std::unexpected(fate.error());
  last_since_ = since;
  StoreStats stats{.sessions = std::ssize(sessions_), .rooms = std::ssize(histories_)};
  stats.users = std::ranges::count_if(users_, [this](const User& user) { return !user.guest || has_session(user.id); });
  for (const History& history : histories_) {
    stats.messages += std::ssize(history.messages);
    stats.messages_since += std::ranges::count_if(
        history.messages, [since](const Message& message) { return message.created_at >= since; });
  }
  return stats;
}

}  // namespace vestnik::chat
