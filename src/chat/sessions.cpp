#include "chat/sessions.hpp"

#include <algorithm>

#include "base/ids.hpp"
#include "base/sha256.hpp"

namespace vestnik::chat {
namespace {

constexpr std::int32_t kSessionsPage = 1'000;
constexpr std::chrono::seconds kEndAgainAfter{1};

}  // namespace

Result<void> Sessions::open() {
  std::string after;
  while (true) {
    auto page = store_.list_sessions(after, kSessionsPage);
    if (!page) return std::unexpected(std::move(page.error()));
    if (page->empty()) return {};
    after = page->back().key;
    for (Session& session : *page) add(std::move(session));
  }
}

Result<Sessions::Opened> Sessions::create(std::optional<UserId> user_id, std::string display_name) {
  std::string secret = make_uuid();
  auto session = store_.create_session(
      {.key = sha256_hex(secret), .user_id = user_id, .display_name = std::move(display_name)}, clock_());
  if (!session) return std::unexpected(std::move(session.error()));
  add(*session);
  return Opened{std::move(secret), std::move(*session)};
}

Result<Session> Sessions::find(std::string_view secret) const {
  if (is_api_key(secret)) return fail(ErrorCode::kPermissionDenied, "an API key has no session");
  const std::string key = sha256_hex(secret);
  {
    // The room of an owner is looked for under the lock: when it closes, the session gets its new time first.
    const std::shared_lock lock(mutex_);
    if (const auto found = by_key_.find(key); found != by_key_.end()) {
      const auto end = end_of(found->second);
      if (!end || steady_() < *end) return found->second.session;
    }
  }
  return fail(ErrorCode::kUnauthenticated,
              "there is no such session, or it has ended: open a new one with POST /api/v1/sessions");
}

Result<Actor> Sessions::identify(std::string_view secret, std::optional<UserId> claimed) const {
  if (secret.empty()) {
    return access_ == Access::kOpen ? Actor{.user_id = claimed, .scopes = scopes_of(claimed, access_)} : Actor{};
  }
  auto actor = is_api_key(secret) ? holder_of_key(secret) : holder_of_session(secret);
  if (actor && claimed && claimed != actor->user_id) {
    return fail(ErrorCode::kPermissionDenied, "user_id is not that of the session's user; leave it out");
  }
  return actor;
}

Result<Actor> Sessions::holder_of_session(std::string_view secret) const {
  auto session = find(secret);
  if (!session) return std::unexpected(std::move(session.error()));
  User& user = session->user;
  return Actor{.user_id = user.id,
               .username = std::move(user.username),
               .authenticated = true,
               .scopes = scopes_of(user.id, access_)};
}

Result<Actor> Sessions::holder_of_key(std::string_view secret) const {
  auto key = keys_.find(secret);
  if (!key) return std::unexpected(std::move(key.error()));
  return Actor{
      .user_id = key->user.id, .username = std::move(key->user.username), .authenticated = true, .scopes = key->scopes};
}

SessionEnd Sessions::end_of(std::string_view secret) const {
  if (access_ == Access::kOpen || secret.empty()) return nullptr;
  if (is_api_key(secret)) return keys_.end_of(secret);
  const std::string key = sha256_hex(secret);
  const std::shared_lock lock(mutex_);
  const auto found = by_key_.find(key);
  return found == by_key_.end() ? std::make_shared<std::atomic<bool>>(true) : found->second.ended;
}

std::optional<Time> Sessions::expires_at(const Session& session) const {
  if (rooms_.owns_any(session.user.id)) return std::nullopt;
  const Time end = session.active_at + ttl_;
  const std::shared_lock lock(mutex_);
  const auto held = by_key_.find(session.key);
  if (held == by_key_.end()) return end;
  // What is left of it is a matter of the steady clock; they differ when the other one was set.
  const auto set_by = (held->second.active_at - steady_()) - (session.active_at - clock_());
  return end + std::chrono::round<std::chrono::seconds>(set_by);
}

Time Sessions::on_steady_clock(Time time) const {
  return steady_() - std::max(clock_() - time, Time::duration::zero());
}

std::optional<Time> Sessions::end_of(const Held& held) const {
  if (rooms_.owns_any(held.session.user.id)) return std::nullopt;
  return held.active_at + ttl_;
}

Result<void> Sessions::close(const Session& session) {
  auto ended = store_.end_session(session.key);
  if (ended) remove(session.key);
  return ended;
}

void Sessions::rename(const User& user) {
  const std::unique_lock lock(mutex_);
  const auto [begin, end] = by_user_.equal_range(user.id);
  if (begin != end && by_key_.at(begin->second).session.user.guest && !user.guest) --guests_;
  for (auto it = begin; it != end; ++it) by_key_.at(it->second).session.user = user;
}

void Sessions::forget(UserId user) {
  std::vector<std::string> keys;
  {
    const std::shared_lock lock(mutex_);
    const auto [begin, end] = by_user_.equal_range(user);
    for (auto it = begin; it != end; ++it) keys.push_back(it->second);
  }
  for (const std::string& key : keys) remove(key);
  keys_.forget(user);
}

void Sessions::note_active(UserId user, Time when) {
  {
    const std::shared_lock lock(mutex_);
    if (!by_user_.contains(user)) return;
  }
  const std::unique_lock lock(mutex_);
  const auto [begin, end] = by_user_.equal_range(user);
  for (auto it = begin; it != end; ++it) {
    Held& held = by_key_.at(it->second);
    held.session.active_at = std::max(held.session.active_at, when);
    held.active_at = std::max(held.active_at, on_steady_clock(when));
  }
}

bool Sessions::any_due() const {
  const std::shared_lock lock(mutex_);
  return !due_.empty() && due_.top().at <= steady_();
}

void Sessions::end_expired() {
  struct Expired {
    std::string key;
    Time active_at;
  };
  const Time now = steady_();
  std::vector<Expired> expired;
  {
    const std::unique_lock lock(mutex_);
    while (!due_.empty() && due_.top().at <= now) {
      std::string key = due_.top().key;
      due_.pop();
      const auto found = by_key_.find(key);
      if (found == by_key_.end()) continue;
      const auto end = end_of(found->second);
      if (end && *end <= now) {
        expired.push_back({.key = std::move(key), .active_at = found->second.session.active_at});
      } else {
        // While a room is owned, nothing is due before `ttl` after its closing.
        due_.push({end.value_or(now + ttl_), std::move(key)});
      }
    }
  }
  for (const auto& [key, active_at] : expired) {
    const auto done = store_.end_session(key, active_at);
    if (done || done.error().code == ErrorCode::kNotFound) {
      remove(key);
      continue;
    }
    const std::unique_lock lock(mutex_);
    due_.push({now + kEndAgainAfter, key});
    // A message that is being committed keeps it; where the storage failed, it has ended all the same.
    const auto found = by_key_.find(key);
    if (found != by_key_.end() && done.error().code != ErrorCode::kFailedPrecondition) *found->second.ended = true;
  }
}

std::size_t Sessions::size() const {
  const std::shared_lock lock(mutex_);
  return by_key_.size();
}

std::int64_t Sessions::guests() const {
  const std::shared_lock lock(mutex_);
  return guests_;
}

void Sessions::add(Session session) {
  const std::unique_lock lock(mutex_);
  if (session.user.guest && !by_user_.contains(session.user.id)) ++guests_;
  const Time active_at = on_steady_clock(session.active_at);
  due_.push({active_at + ttl_, session.key});
  by_user_.emplace(session.user.id, session.key);
  std::string key = session.key;
  by_key_.insert_or_assign(std::move(key), Held{.session = std::move(session), .active_at = active_at});
}

void Sessions::remove(const std::string& key) {
  const std::unique_lock lock(mutex_);
  const auto found = by_key_.find(key);
  if (found == by_key_.end()) return;
  *found->second.ended = true;
  const auto [begin, end] = by_user_.equal_range(found->second.session.user.id);
  for (auto it = begin; it != end; ++it) {
    if (it->second != key) continue;
    by_user_.erase(it);
    break;
  }
  if (const User& user = found->second.session.user; user.guest && !by_user_.contains(user.id)) {
    --guests_;
    gone_.push_back(user.id);
  }
  by_key_.erase(found);
}

std::vector<UserId> Sessions::take_gone() {
  {
    const std::shared_lock lock(mutex_);
    if (gone_.empty()) return {};
  }
  const std::unique_lock lock(mutex_);
  return std::exchange(gone_, {});
}

}  // namespace vestnik::chat
