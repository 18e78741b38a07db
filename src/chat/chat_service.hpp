// What users can do: the rules of rooms and messages over the storage. Knows no protocol.
#pragma once

#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/error.hpp"
#include "chat/chat_store.hpp"
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
};

struct HistoryPage {
  RoomPtr room;
  std::vector<Message> messages;
};

// The methods marked "blocks" wait for the storage: they belong on the blocking pool. All may be called by any thread.
class ChatService {
 public:
  ChatService(ChatStore& store, Limits limits, Clock clock);

  // Makes sure that the user `admin` and the rooms `lobby` and `stream` exist, and reads all rooms. Once, at start.
  // Blocks.
  Result<void> open();

  Result<User> create_user(const NewUser& user);  // blocks
  Result<User> get_user(UserId id);               // blocks
  Result<std::vector<User>> list_users(std::optional<std::int64_t> offset,
                                       std::optional<std::int32_t> limit);  // blocks

  Result<Room> create_room(std::string name, std::optional<std::int32_t> max_length);  // blocks
  Result<Room> get_room(std::string_view id_or_name);                                  // blocks
  Result<std::vector<Room>> list_rooms(std::optional<std::int64_t> offset,
                                       std::optional<std::int32_t> limit);  // blocks

  // Empty means the lobby. Errors: not_found.
  Result<RoomPtr> find_room(std::string_view id_or_name) const;
  // The message as it may be committed. Errors: invalid_argument.
  Result<Draft> check_message(NewMessage message, const RoomInfo& room) const;

  Result<HistoryPage> list_messages(const HistoryRequest& request);  // blocks
  // The messages with n > after, oldest first, at most `limit`.
  Result<std::vector<Message>> read_after(const RoomInfo& room, std::int64_t after, std::int32_t limit);  // blocks
  // The newest messages, oldest first, at most `limit`.
  Result<std::vector<Message>> read_newest(const RoomInfo& room, std::int32_t limit);  // blocks
  Result<StoreStats> stats();                                                          // blocks; last hour

 private:
  Result<void> ensure_room(std::string_view name, std::optional<std::int32_t> max_length, bool client_seq_required);
  RoomInfo new_room(std::string name) const;
  Result<Time> parse_time(std::string_view field, std::string_view text) const;

  ChatStore& store_;
  Limits limits_;
  Clock clock_;
  RoomDirectory rooms_;
  std::mutex creating_;  // a limit is checked and used up by one request at a time
};

}  // namespace vestnik::chat
