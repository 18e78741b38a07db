// What users read in rooms: pages of history, what is unread and how far they have come, and the events for
// subscribers.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/error.hpp"
#include "chat/authorize.hpp"
#include "chat/chat_store.hpp"
#include "chat/rates.hpp"
#include "chat/room_directory.hpp"
#include "chat/rules.hpp"
#include "chat/types.hpp"

namespace vestnik::chat {

// A request for a page of history, positions and times as the client wrote them.
struct HistoryRequest {
  std::string_view room;
  std::optional<std::int32_t> limit;
  std::optional<std::int64_t> offset;
  std::optional<std::string_view> after, before;  // positions
  std::optional<std::string_view> from, to;       // RFC 3339 or "-10m"
  std::optional<Order> order;
  std::int64_t bytes_max = kUnlimited;  // the page weighs no more; a single message may
};

struct HistoryPage {
  RoomPtr room;
  std::vector<Message> messages;
  std::optional<HistoryQuery> rest;  // when the page ends because of its weight: what remains of what was asked for
};

struct UnreadRequest {
  std::string_view room;
  std::string cursor;
  std::optional<std::int32_t> limit;
  std::optional<std::string_view> ack;  // position
  bool commit = true;
  std::int64_t bytes_max = kUnlimited;  // as of a page of history
};

struct UnreadPage {
  RoomPtr room;
  std::vector<Message> messages;
  std::int64_t cursor_n = 0;
  std::int64_t remaining = 0;
};

// All may be called by any thread. They block, waiting for the storage: they belong on the blocking pool. Those that
// take an actor ask whether they may: unauthenticated, permission_denied.
class History {
 public:
  History(ChatStore& store, const RoomDirectory& rooms, Limits limits, Access access, Rates& rates, Clock clock)
      : store_(store), rooms_(rooms), limits_(limits), access_(access), rates_(rates), clock_(std::move(clock)) {}

  struct MessageInRoom {
    RoomPtr room;
    Message message;
  };
  Result<MessageInRoom> get_message(const Actor& actor, MessageId id) const;
  Result<HistoryPage> list_messages(const Actor& actor, const HistoryRequest& request) const;
  // The rest of a page, or its next part.
  Result<HistoryPage> list_rest(RoomPtr room, const HistoryQuery& rest) const;
  // Counts as a change when it moves a cursor.
  Result<UnreadPage> read_unread(const Actor& actor, const UnreadRequest& request) const;
  struct UnreadRoom {
    RoomPtr room;
    Unread unread;
  };
  Result<std::vector<UnreadRoom>> list_unread(const Actor& actor, std::string_view cursor,
                                              std::optional<std::int64_t> offset,
                                              std::optional<std::int32_t> limit) const;

  // For subscribers: the state of a room, and its events with n > after, oldest first, at most `limit`, which weigh
  // `bytes_max` together, but at least one.
  Result<Room> read_room(const RoomInfo& room) const;
  Result<std::vector<Event>> read_events(const RoomInfo& room, std::int64_t after, std::int32_t limit,
                                         std::int64_t bytes_max) const;

 private:
  // Empty means the lobby. Errors: not_found.
  Result<RoomPtr> readable(const Actor& actor, std::string_view id_or_name) const;

  ChatStore& store_;
  const RoomDirectory& rooms_;
  Limits limits_;
  Access access_;
  Rates& rates_;
  Clock clock_;
};

}  // namespace vestnik::chat
