// `vestnik room`: lists, opens, changes and closes rooms, and says who is in them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "cli/server.hpp"

namespace vestnik::cli {

// In each `server.room` is the room, by name or UUID; the name of a new one.

// What is absent stays as it is.
struct RoomRules {
  std::optional<std::int64_t> message_limit;  // how many messages are kept
  std::optional<std::int64_t> max_length;     // of a message, in code points
  std::optional<bool> read_only;              // only the owner writes
  std::optional<std::string> ttl;             // "1h", from now on
};

struct ListRooms {
  Server server;
  bool json = false;
};

struct CreateRoom {
  Server server;
  RoomRules rules;
  std::optional<std::int64_t> user_id;  // who asks, where the server is open to all
  bool json = false;
};

struct ShowRoom {
  Server server;
  bool json = false;
};

struct SetRoom {
  Server server;
  RoomRules rules;  // 0 and "0s": as in an ordinary room
  std::optional<std::int64_t> user_id;
  bool json = false;
};

struct CloseRoom {
  Server server;
  std::optional<std::int64_t> user_id;
};

struct JoinRoom {
  Server server;
  std::optional<std::int64_t> user_id;
};

struct LeaveRoom {
  Server server;
  std::optional<std::int64_t> user_id;
};

struct ListMembers {
  Server server;
  bool json = false;
};

// Each: 0 when it was done, 1 when the server refused or was not there (said on standard error).
// Main thread only: they take over SIGINT, SIGTERM and SIGPIPE.
int run(const ListRooms& options);
int run(const CreateRoom& options);
int run(const ShowRoom& options);
int run(const SetRoom& options);
int run(const CloseRoom& options);
int run(const JoinRoom& options);
int run(const LeaveRoom& options);
int run(const ListMembers& options);

}  // namespace vestnik::cli
