// A process that writes to a storage and says what was acknowledged, until it is killed.
#pragma once

#include <cstdint>
#include <string_view>

#include "chat/types.hpp"

namespace vestnik::conformance {

inline constexpr std::string_view kCrashRoom = "crash";

// What the process writes to its standard output for each change, once it was acknowledged.
struct Acknowledged {
  std::int64_t id = 0;  // of a message; 0 for other changes
  std::int64_t n = 0;
};

// The change that takes the position n of the room: of every five, three are messages with n as their content, then the
// first of these is edited, and the user 1 gives the third a reaction.
chat::Change crash_change(const chat::RoomId& room, std::int64_t n);
// The id of the message at the position n.
chat::MessageId crash_message_id(std::int64_t n);

// Appends these changes to the room kCrashRoom of the storage at `url` for ever.
int append_until_killed(std::string_view url);

}  // namespace vestnik::conformance
