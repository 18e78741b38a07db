// From what users ask to change to what may be committed: finds the room, applies the rules, asks who may. All may be
// called by any thread; those that "block" read the storage and belong on the blocking pool.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/error.hpp"
#include "chat/authorize.hpp"
#include "chat/chat_store.hpp"
#include "chat/rates.hpp"
#include "chat/room_directory.hpp"
#include "chat/rules.hpp"
#include "chat/types.hpp"

namespace vestnik::chat {

// A change that may be committed, with its room.
struct Prepared {
  RoomPtr room;
  Change change;
};

class Changes {
 public:
  Changes(ChatStore& store, const RoomDirectory& rooms, Limits limits, Access access, Rates& rates, Clock clock)
      : store_(store), rooms_(rooms), limits_(limits), access_(access), rates_(rates), clock_(std::move(clock)) {}

  // Errors of all: not_found (room, message), invalid_argument with the field, unauthenticated, permission_denied,
  // resource_exhausted (too much of one user).
  // A room is named by id or name; empty means the lobby.
  Result<Prepared> send(const Actor& actor, std::string_view room, NewMessage message) const;
  Result<Prepared> edit(const Actor& actor, MessageId message, std::string content) const;                // blocks
  Result<Prepared> erase(const Actor& actor, MessageId message) const;                                    // blocks
  Result<Prepared> react(const Actor& actor, MessageId message, std::string_view emoji, bool add) const;  // blocks
  Result<Prepared> join(const Actor& actor, std::string_view room, bool join) const;
  // failed_precondition for a ttl of the built-in rooms.
  Result<Prepared> update(const Actor& actor, std::string_view room, const RulesRequest& rules) const;
  // failed_precondition for the built-in rooms.
  Result<Prepared> close(const Actor& actor, std::string_view room) const;

  // Whether the actor may upload an attachment now, which counts as a change. Errors: as above.
  Result<void> allow_upload(const Actor& actor) const;
  // Whether those who follow the room may be told that the actor types, which counts as a change. Errors: as above.
  Result<void> allow_typing(const Actor& actor, const OpenRoom& room) const;

 private:
  struct Found {
    RoomPtr room;
    Message message;
  };
  // Who may not even read does not learn what exists. An empty name is the lobby.
  Result<RoomPtr> find_room(const Actor& actor, std::string_view room) const;
  Result<Found> find_message(const Actor& actor, MessageId message) const;
  // Whether its time has passed, although it is still to be closed: that takes a moment, and longer after a start.
  bool is_over(const OpenRoom& room) const;
  // Whether the actor may do it, and has not done too much.
  Result<void> allow(const Actor& actor, Action action, const Subject& subject) const;

  ChatStore& store_;
  const RoomDirectory& rooms_;
  Limits limits_;
  Access access_;
  Rates& rates_;
  Clock clock_;
};

}  // namespace vestnik::chat
