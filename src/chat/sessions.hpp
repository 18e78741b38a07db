// Sessions: who holds which secret, and until when. Any thread.
#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <queue>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "base/error.hpp"
#include "chat/api_keys.hpp"
#include "chat/authorize.hpp"
#include "chat/chat_store.hpp"
#include "chat/room_directory.hpp"

namespace vestnik::chat {

class Sessions {
 public:
  // A session ends `ttl` after the last message of its user, unless they own an open room; then `ttl` after their last
  // own room was closed. `steady` measures this: a clock near `clock` that nobody sets.
  Sessions(ChatStore& store, ApiKeys& keys, const RoomDirectory& rooms, std::chrono::milliseconds ttl, Access access,
           Clock clock, Clock steady)
      : store_(store),
        keys_(keys),
        rooms_(rooms),
        ttl_(ttl),
        access_(access),
        clock_(std::move(clock)),
        steady_(std::move(steady)) {}

  // Reads all sessions. Once, at start, after the rooms. Blocks.
  Result<void> open();

  struct Opened {
    std::string secret;  // UUID
    Session session;
  };
  // For an existing user, or for a new guest with the name. Errors: not_found (no such user). Blocks.
  Result<Opened> create(std::optional<UserId> user_id, std::string display_name);
  // Errors: unauthenticated (unknown, ended or expired), permission_denied (an API key, which has no session).
  Result<Session> find(std::string_view secret) const;
  // Who asks: the user of the session or API key, or, without a secret and where the server is open, whom the request
  // names. Errors: unauthenticated, permission_denied (the request names another user than the secret's).
  Result<Actor> identify(std::string_view secret, std::optional<UserId> claimed) const;
  // For those who go on for longer than a call: the end of the session or key, of which they hear within a second.
  // nullptr where the server is open to all, since there nobody needs the session to go on.
  SessionEnd end_of(std::string_view secret) const;
  // nullopt while the user owns an open room.
  std::optional<Time> expires_at(const Session& session) const;
  // Errors: not_found. Blocks.
  Result<void> close(const Session& session);
  // The user has become an account.
  void rename(const User& user);
  // The user was removed, and their sessions and API keys with them.
  void forget(UserId user);
  // Users wrote messages, or their last room was closed; then before the room leaves the directory.
  void note_active(UserId user, Time when);
  // Whether end_expired() may have something to do.
  bool any_due() const;
  // Ends what has expired. Costs nothing for those whose time has not come. Blocks.
  void end_expired();

  // Guests whose last session has ended since the last call: nobody can act as them any more.
  std::vector<UserId> take_gone();

  std::size_t size() const;
  // Guests who have a session.
  std::int64_t guests() const;

 private:
  struct Due {
    Time at;  // on the steady clock; not later than the true end, which is looked at then
    std::string key;

    bool operator>(const Due& other) const { return at > other.at; }
  };

  struct Held {
    Session session;
    Time active_at;  // that of the session on the steady clock, and never ahead of it
    std::shared_ptr<std::atomic<bool>> ended = std::make_shared<std::atomic<bool>>(false);
  };

  Result<Actor> holder_of_session(std::string_view secret) const;
  Result<Actor> holder_of_key(std::string_view secret) const;
  void add(Session session);
  void remove(const std::string& key);
  // A time that was now or earlier, on the steady clock. One of the future, of a clock that was wrong, counts as now.
  Time on_steady_clock(Time time) const;
  // On the steady clock; nullopt while the user owns an open room.
  std::optional<Time> end_of(const Held& held) const;

  ChatStore& store_;
  ApiKeys& keys_;
  const RoomDirectory& rooms_;
  std::chrono::milliseconds ttl_;
  Access access_;
  Clock clock_;
  Clock steady_;
  mutable std::shared_mutex mutex_;  // guards everything below
  std::unordered_map<std::string, Held> by_key_;
  std::unordered_multimap<UserId, std::string> by_user_;
  std::int64_t guests_ = 0;
  std::vector<UserId> gone_;
  std::priority_queue<Due, std::vector<Due>, std::greater<>> due_;
};

}  // namespace vestnik::chat
