// The words of the chat domain: users, rooms, positions, messages.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/error.hpp"

namespace vestnik::chat {

using UserId = std::int64_t;     // from 1
using RoomId = std::string;      // UUID
using MessageId = std::int64_t;  // from 1, unique in the store

inline constexpr std::string_view kLobby = "lobby";
inline constexpr std::string_view kStream = "stream";
inline constexpr std::string_view kAdmin = "admin";

// One point in a room's history. `n` counts the changes of the room from 1; 0 is the point before the first one.
// The epoch is new whenever the room's history is new. Text form: "<epoch>:<n>".
struct Position {
  std::string epoch;
  std::int64_t n = 0;

  bool operator==(const Position&) const = default;
};

std::string to_string(const Position& position);
void append_position(std::string& out, std::string_view epoch, std::int64_t n);
// invalid_argument naming `field` when `text` is not of that form.
Result<Position> parse_position(std::string_view text, std::string_view field);

struct User {
  UserId id = 0;
  std::string username;
  std::optional<std::string> email;
};

struct NewUser {
  std::string username;
  std::optional<std::string> email;
};

// What a room is and allows; does not change with its messages.
struct RoomInfo {
  RoomId id;
  std::string name;
  std::string epoch;
  Time created_at;
  std::optional<std::int32_t> max_length;  // code points; absent: the server's limit
  bool client_seq_required = false;
};

// A room with the state of its history at one moment.
struct Room {
  RoomInfo info;
  std::int64_t counter = 0;        // n of the newest change
  std::int64_t floor = 0;          // history is complete after this n
  std::int64_t message_count = 0;  // messages held
  std::optional<Time> last_message_at;
};

struct NewRoom {
  RoomInfo info;  // complete: id, epoch and created_at are given by the caller
};

struct Message {
  MessageId id = 0;
  std::int64_t n = 0;  // its position in the room
  Time created_at;
  std::optional<UserId> user_id;
  std::optional<std::string> username;
  std::string content;
  std::optional<std::int64_t> client_seq;
  std::optional<std::string> nonce;
};

// A message before its commit.
struct Draft {
  RoomId room_id;
  std::optional<UserId> user_id;
  std::optional<std::string> username;
  std::string content;
  std::optional<std::int64_t> client_seq;
  std::optional<std::string> nonce;
};

// A page, oldest first or newest first.
enum class Order : std::uint8_t { kAscending, kDescending };

// Which messages of a room to read: those with after < n < before and from <= created_at < to, `offset` of them skipped
// in the given order, at most `limit`.
struct HistoryQuery {
  RoomId room_id;
  std::int64_t after = 0;
  std::optional<std::int64_t> before;
  std::optional<Time> from;
  std::optional<Time> to;
  std::int64_t offset = 0;
  std::int32_t limit = 50;
  Order order = Order::kDescending;
};

struct StoreStats {
  std::int64_t users = 0;
  std::int64_t rooms = 0;
  std::int64_t messages = 0;
  std::int64_t messages_since = 0;  // messages written at or after the asked time
};

}  // namespace vestnik::chat
