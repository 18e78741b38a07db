#include "unit/chat/fake_store.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

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

std::vector<std::vector<Draft>> FakeStore::batches() const {
  const std::scoped_lock lock(mutex_);
  return batches_;
}

std::vector<Message> FakeStore::messages_of(std::string_view room_id) const {
  const std::scoped_lock lock(mutex_);
  for (const auto& history : histories_) {
    if (history.room.info.id == room_id) return history.messages;
  }
  return {};
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
  if (call == meeting_) {
    ++met_;
    changed_.notify_all();
    changed_.wait_for(lock, kMoment, [this] { return met_ >= 2; });
  }
  auto& fates = fates_[call];
  if (fates.empty()) return {};
  const auto fate = std::move(fates.front());
  fates.pop_front();
  if (fate) return std::unexpected(*fate);
  return {};
}

Result<User> FakeStore::create_user(const NewUser& user) {
  std::unique_lock lock(mutex_);
  if (auto fate = begin(lock, Call::kCreateUser); !fate) return std::unexpected(fate.error());
  if (std::ranges::find(users_, user.username, &User::username) != users_.end())
    return fail(ErrorCode::kAlreadyExists, "taken");
  users_.push_back({.id = std::ssize(users_) + 1, .username = user.username, .email = user.email});
  return users_.back();
}

Result<User> FakeStore::get_user(UserId id) {
  std::unique_lock lock(mutex_);
  if (auto fate = begin(lock, Call::kGetUser); !fate) return std::unexpected(fate.error());
  if (id < 1 || id > std::ssize(users_)) return fail(ErrorCode::kNotFound, "unknown");
  return users_[static_cast<std::size_t>(id) - 1];
}

Result<std::vector<User>> FakeStore::list_users(std::int64_t offset, std::int32_t limit) {
  std::unique_lock lock(mutex_);
  if (auto fate = begin(lock, Call::kListUsers); !fate) return std::unexpected(fate.error());
  return page_of(users_, offset, limit);
}

Result<Room> FakeStore::create_room(const NewRoom& room) {
  std::unique_lock lock(mutex_);
  if (auto fate = begin(lock, Call::kCreateRoom); !fate) return std::unexpected(fate.error());
  for (const auto& [other, messages] : histories_) {
    if (other.info.id == room.info.id || other.info.name == room.info.name)
      return fail(ErrorCode::kAlreadyExists, "taken");
  }
  return histories_.emplace_back(Room{.info = room.info}).room;
}

Result<Room> FakeStore::find_room(std::string_view id_or_name) {
  std::unique_lock lock(mutex_);
  if (auto fate = begin(lock, Call::kFindRoom); !fate) return std::unexpected(fate.error());
  for (const auto& [room, messages] : histories_) {
    if (room.info.id == id_or_name || room.info.name == id_or_name) return room;
  }
  return fail(ErrorCode::kNotFound, "unknown");
}

Result<std::vector<Room>> FakeStore::list_rooms(std::int64_t offset, std::int32_t limit) {
  std::unique_lock lock(mutex_);
  if (auto fate = begin(lock, Call::kListRooms); !fate) return std::unexpected(fate.error());
  std::vector<Room> rooms;
  for (const auto& history : histories_) rooms.push_back(history.room);
  return page_of(rooms, offset, limit);
}

Result<std::vector<Result<Appended>>> FakeStore::append(std::span<const Draft> drafts, Time now) {
  std::unique_lock lock(mutex_);
  batches_.emplace_back(drafts.begin(), drafts.end());
  changed_.notify_all();
  changed_.wait(lock, [this] { return !held_; });
  if (auto fate = begin(lock, Call::kAppend); !fate) return std::unexpected(fate.error());
  std::vector<Result<Appended>> results;
  for (const auto& draft : drafts) results.push_back(append_one(draft, now));
  return results;
}

Result<Appended> FakeStore::append_one(const Draft& draft, Time now) {
  for (auto& [room, messages] : histories_) {
    if (room.info.id != draft.room_id) continue;
    for (const auto& message : messages) {
      if (!draft.nonce || message.nonce != draft.nonce || message.user_id != draft.user_id) continue;
      if (message.content == draft.content) return Appended{.message = message, .duplicate = true};
      return fail(ErrorCode::kAlreadyExists, "another content");
    }
    messages.push_back({.id = ++last_id_,
                        .n = ++room.counter,
                        .created_at = now,
                        .user_id = draft.user_id,
                        .username = draft.username,
                        .content = draft.content,
                        .client_seq = draft.client_seq,
                        .nonce = draft.nonce});
    return Appended{.message = messages.back()};
  }
  return fail(ErrorCode::kNotFound, "unknown room");
}

Result<std::vector<Message>> FakeStore::list_messages(const HistoryQuery& query) {
  std::unique_lock lock(mutex_);
  if (auto fate = begin(lock, Call::kListMessages); !fate) return std::unexpected(fate.error());
  last_query_ = query;
  for (const auto& [room, messages] : histories_) {
    if (room.info.id != query.room_id) continue;
    auto page = messages;
    if (query.order == Order::kDescending) std::ranges::reverse(page);
    return page_of(page, 0, query.limit);
  }
  return std::vector<Message>();
}

Result<StoreStats> FakeStore::stats(Time since) {
  std::unique_lock lock(mutex_);
  if (auto fate = begin(lock, Call::kStats); !fate) return std::unexpected(fate.error());
  last_since_ = since;
  return StoreStats{.users = std::ssize(users_), .rooms = std::ssize(histories_), .messages = last_id_};
}

}  // namespace vestnik::chat
