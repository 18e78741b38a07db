// Pages of a room's history: messages, events, and how much was written lately.
#pragma once

#include <optional>
#include <utility>
#include <vector>

#include "chat/types.hpp"
#include "storage/sqlite/connection.hpp"
#include "storage/sqlite/message_reader.hpp"
#include "storage/sqlite/message_search.hpp"

namespace vestnik::storage::sqlite {

// Each function reads inside one snapshot when its caller has opened a transaction. One connection, one thread at a
// time.
class HistoryReader {
 public:
  explicit HistoryReader(Connection& connection);

  // A room that does not exist has no messages. Any page takes some dozen steps down a B-tree, wherever in the room it
  // is.
  Outcome<std::vector<chat::Message>> list_messages(const chat::HistoryQuery& query);
  // nullopt: there is none, or its room was closed.
  Outcome<std::optional<std::pair<chat::RoomId, chat::Message>>> get_message(chat::MessageId id);
  Outcome<std::vector<chat::Event>> list_events(const chat::RoomId& room, std::int64_t after, std::int32_t limit,
                                                std::int64_t bytes_max);
  // Messages held in open rooms and created at or after `since`: a search in each room that had one.
  Outcome<std::int64_t> count_since(Time since);

 private:
  // At most `limit` messages of the range, and as many as weigh `bytes_max` together, but at least one. Where the
  // weight ends the page, it is the range's end, too.
  Outcome<std::vector<StoredMessage>> read_messages(Statement& statement, std::int64_t room_key, Range& range,
                                                    std::int64_t limit, std::int64_t bytes_max);
  Outcome<Range> range_of(const RoomState& room, const chat::HistoryQuery& query);
  // The rest of a range when `offset` of its messages have been skipped in the given order.
  Outcome<Range> skip(const RoomState& room, Range range, std::int64_t offset, chat::Order order);
  Outcome<chat::Event> sent(StoredMessage stored);
  Outcome<chat::Event> event_of(const RoomState& room, StoredChange change);

  MessageSearch search_;
  MessageReader messages_;
  Statement room_state_;
  Statement room_of_message_;
  Statement room_rules_;
  Statement room_states_since_;
  Statement messages_ascending_;
  Statement messages_descending_;
  Statement changes_;
  Statement user_by_id_;
};

}  // namespace vestnik::storage::sqlite
