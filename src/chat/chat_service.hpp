// What users can see and open: sessions, users and rooms over the storage. Knows no protocol. What they read in a room
// is the business of chat/history.hpp; what they change there goes through chat/changes.hpp and
// chat/message_writer.hpp.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/clock.hpp"
#include "base/error.hpp"
#include "chat/authorize.hpp"
#include "chat/chat_store.hpp"
#include "chat/committed.hpp"
#include "chat/history.hpp"
#include "chat/hour_counter.hpp"
#include "chat/presence.hpp"
#include "chat/rates.hpp"
#include "chat/room_directory.hpp"
#include "chat/rules.hpp"
#include "chat/sessions.hpp"
#include "chat/types.hpp"

namespace vestnik::chat {

// A room with what only memory knows of it.
struct RoomView {
  Room room;
  std::string owner;  // name; empty when there is none
  std::int64_t active_users = 0;
};

// From here on an operator is told that messages are dated ahead of the clock.
inline constexpr std::chrono::minutes kTimeAheadTold{1};

// That somebody has come to a room or gone.
struct PresenceNotice {
  RoomPtr room;
  std::optional<User> user;  // absent when there were several, or the room is large
  bool active = false;       // the user is there now
  std::int64_t active_users = 0;
};

struct OpenedSession {
  std::optional<std::string> secret;  // only when it was opened just now
  Session session;
  std::optional<Time> expires_at;
};

// The methods marked "blocks" wait for the storage: they belong on the blocking pool. All may be called by any thread.
// Those that take an actor ask whether they may: unauthenticated, permission_denied.
class ChatService {
 public:
  ChatService(ChatStore& store, RoomDirectory& rooms, Sessions& sessions, Presence& presence, Limits limits,
              Access access, Rates& rates, Clock clock);

  // Makes sure that the user `admin` and the rooms `lobby` and `stream` exist, and reads all rooms and sessions. Once,
  // at start. Blocks.
  Result<void> open();

  // What is made here is counted for the `address` that it comes from (Rates::count_made).

  // For a new guest, or for an existing user where the server is open. Errors: invalid_argument, not_found,
  // resource_exhausted (--max-users, --address-rate). Blocks.
  Result<OpenedSession> open_session(std::optional<UserId> user_id, std::optional<std::string> display_name,
                                     std::string_view address = {});
  Result<OpenedSession> find_session(std::string_view secret) const;
  Result<void> close_session(std::string_view secret);  // blocks

  // Makes an account, of the guest who asks if it is one.
  Result<User> create_user(const Actor& actor, const NewUser& user, std::string_view address = {});  // blocks
  // E-mail addresses are left out for those who may not see them.
  Result<User> get_user(const Actor& actor, UserId id);  // blocks
  // Ends the user's sessions and API keys; what they wrote and own stays. Errors: failed_precondition (admin).
  Result<void> remove_user(const Actor& actor, UserId id);  // blocks
  Result<std::vector<User>> list_users(const Actor& actor, std::optional<std::int64_t> offset,
                                       std::optional<std::int32_t> limit);  // blocks

  Result<RoomView> create_room(const Actor& actor, std::string name, const RulesRequest& rules,
                               std::string_view address = {});                 // blocks
  Result<RoomView> get_room(const Actor& actor, std::string_view id_or_name);  // blocks
  Result<std::vector<RoomView>> list_rooms(const Actor& actor, std::optional<std::int64_t> offset,
                                           std::optional<std::int32_t> limit);  // blocks
  Result<std::vector<Member>> list_members(const Actor& actor, std::string_view room,
                                           std::optional<std::int64_t> offset,
                                           std::optional<std::int32_t> limit);  // blocks

  // Who wrote there in the last minutes or is connected, at most 100.
  Result<std::vector<User>> list_active_users(const Actor& actor, std::string_view room);  // blocks

  // Who has come or gone since the last call: at most one notice for each room.
  std::vector<PresenceNotice> take_presence_notices();  // blocks
  // Whether there may be one.
  bool has_presence_notices() const { return presence_.has_notices(clock_()); }

  // The room that somebody wants to follow. Empty means the lobby. Errors: not_found.
  Result<RoomPtr> follow(const Actor& actor, std::string_view id_or_name) const;
  // The same for its events; kRoomsLog is the list of rooms.
  Result<RoomPtr> subscribe(const Actor& actor, std::string_view id_or_name) const;

  // What is in the rooms, and what each user has read of it.
  const History& history() const { return history_; }

  Result<StoreStats> stats(const Actor& actor);  // blocks
  // Whether the actor may read statistics and metrics.
  Result<void> may_read_stats(const Actor& actor) const;

  // How far the newest time of a message is ahead of the clock, since it was written when the clock was. What is
  // written until then gets times that go on from there, a microsecond apart.
  std::chrono::microseconds time_ahead() const;

  // What has been committed: rules that have changed, rooms that were closed, users who wrote. On the writer's thread.
  void note_committed(std::span<const Committed> batch);

 private:
  Result<void> ensure_room(std::string_view name, RoomRules rules);
  Result<void> fill_last_hour();
  Result<void> take_end_away(Room& room);
  RoomInfo new_room(std::string name) const;
  RoomView view_of(Room room);
  // Blocks when the user is not known yet. Absent when there is none.
  std::optional<User> known_user(UserId id);
  Result<void> check_max_users() const;
  Result<void> check_max_rooms(const Actor& actor) const;
  // Without what the actor may not see of the user.
  User shown_to(const Actor& actor, User user) const;

  ChatStore& store_;
  RoomDirectory& rooms_;
  Sessions& sessions_;
  Presence& presence_;
  Limits limits_;
  Access access_;
  Rates& rates_;
  Clock clock_;
  History history_;
  HourCounter last_hour_;
  std::atomic<Time> newest_ = Time::min();  // of messages and other changes
  std::mutex creating_;                     // a limit is checked and used up by one request at a time
  std::int64_t accounts_ = 0;               // in the store; guarded by creating_
  std::mutex users_mutex_;
  std::unordered_map<UserId, User> users_;  // guarded by users_mutex_; bounded
};

}  // namespace vestnik::chat
