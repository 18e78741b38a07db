#include "storage/sqlite/change_log.hpp"

#include <utility>

#include "storage/sqlite/sql/history.hpp"

namespace vestnik::storage::sqlite {

ChangeLog::ChangeLog(Connection& connection) : insert_change_(connection, sql::kInsertChange) {}

Outcome<chat::Event> ChangeLog::add(Batch& batch, BatchRoom& room, ChangeKind kind, std::optional<chat::UserId> user_id,
                                    const Subject& subject) {
  batch.has_other_changes = true;
  const std::int64_t n = room.take_position();
  auto noted = insert_change_.run(room.state.key, n, std::int64_t{std::to_underlying(kind)}, batch.at, user_id,
                                  subject.message_id, subject.emoji);
  if (!noted) return std::unexpected(std::move(noted.error()));
  return chat::Event{.n = n, .at = batch.at, .user_id = user_id, .what = {}};
}

}  // namespace vestnik::storage::sqlite
