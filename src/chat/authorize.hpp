// Who may do what: one table, asked by every transport. Pure; any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/error.hpp"
#include "chat/scopes.hpp"
#include "chat/types.hpp"

namespace vestnik::chat {

// Who asks.
struct Actor {
  std::optional<UserId> user_id;  // absent: nobody in particular
  std::string username;           // of a session's user; otherwise empty
  bool authenticated = false;     // holds a session or an API key
  Scopes scopes = {Scope::kChat};
};

enum class Action : std::uint8_t {
  kOpenSession,
  kRegister,
  kRead,  // users, rooms, messages, streams, counts
  kCreateRoom,
  kUpdateRoom,
  kCloseRoom,
  kWrite,
  kEditMessage,
  kDeleteMessage,
  kReact,
  kJoin,        // and leave
  kReadUnread,  // and move one's own cursors
  kReadStats,   // statistics and metrics
  kRemoveUser,
  kReadEmail,  // of a user
  kDeliver,    // recipients, campaigns, and what is sent to them
};
inline constexpr std::size_t kActions = 16;

// Whether the server takes a request's word for who asks (its own machine, or --open), or only that of a session.
enum class Access : std::uint8_t { kOpen, kSessions };

inline constexpr UserId kAdminId = 1;  // the first user of every store

// The scopes of a user who has proved who they are, or whose word is taken.
Scopes scopes_of(std::optional<UserId> user, Access access);

// What it is about; what does not apply is absent.
struct Subject {
  std::optional<UserId> owner_id;   // of the room
  bool read_only = false;           // the room
  std::optional<UserId> author_id;  // of the message
  std::optional<UserId> user_id;    // whose e-mail address it is
};

// Errors: unauthenticated (nobody in particular asks, and that is not enough), permission_denied (somebody else may, or
// the API key lacks the scope).
Result<void> authorize(const Actor& actor, Action action, const Subject& subject, Access access);

}  // namespace vestnik::chat
