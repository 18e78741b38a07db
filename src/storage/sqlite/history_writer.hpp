// Commits changes of rooms: takes each to who can do it, and keeps the state of the rooms meanwhile.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "chat/chat_store.hpp"
#include "storage/sqlite/batch.hpp"
#include "storage/sqlite/change_log.hpp"
#include "storage/sqlite/connection.hpp"
#include "storage/sqlite/draft_writer.hpp"
#include "storage/sqlite/history_sweeper.hpp"
#include "storage/sqlite/message_changer.hpp"
#include "storage/sqlite/message_reader.hpp"
#include "storage/sqlite/message_search.hpp"
#include "storage/sqlite/room_changer.hpp"
#include "storage/sqlite/session_activity.hpp"

namespace vestnik::storage::sqlite {

// One connection, one thread at a time.
class HistoryWriter {
 public:
  HistoryWriter(Connection& connection, SessionActivity& activity, KnownUsers& known_users,
                AttachmentWriter& attachments);

  // As ChatStore::append, inside a transaction of the caller.
  Outcome<std::vector<Result<chat::Appended>>> append(std::span<const chat::Change> changes, Time now);
  // The keys of the rooms that the last append() closed or trimmed.
  std::vector<std::int64_t> take_shrunk_rooms() { return std::exchange(shrunk_rooms_, {}); }

 private:
  Outcome<Batch> begin(Time now);
  Answer apply(const chat::Change& change, Batch& batch);
  Outcome<std::optional<BatchRoom>*> find_room(const chat::RoomId& id, Batch& batch);
  Outcome<void> finish(Batch& batch);
  // The room's new floors, each with as much of what is below it removed as keeps pace with what was added.
  Outcome<void> trim(BatchRoom& room);
  Outcome<void> forget_events(BatchRoom& room);
  Outcome<void> forget_nonces(const BatchRoom& room);

  SessionActivity& activity_;
  KnownUsers& known_users_;
  MessageReader messages_;
  MessageSearch search_;
  HistorySweeper sweeper_;
  ChangeLog log_;
  DraftWriter drafts_;
  MessageChanger message_changer_;
  RoomChanger room_changer_;
  Statement newest_message_;
  Statement high_water_;
  Statement update_high_water_;
  Statement room_state_;
  Statement update_room_state_;
  Statement delete_some_nonces_;
  std::vector<std::int64_t> shrunk_rooms_;
};

}  // namespace vestnik::storage::sqlite
