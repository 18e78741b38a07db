#include "storage/sqlite/room_writer.hpp"

#include <algorithm>
#include <utility>

#include "chat/names.hpp"
#include "storage/answers.hpp"
#include "storage/sqlite/rows.hpp"
#include "storage/sqlite/sql/history.hpp"
#include "storage/sqlite/sql/people.hpp"
#include "storage/sqlite/sql/rooms.hpp"

namespace vestnik::storage::sqlite {
namespace {

// Rows that one sweep removes at most: some milliseconds, in which messages wait.
constexpr std::int64_t kPieceRows = 1'000;
// Of these, how many of one room before it is the turn of another, and what a turn counts as when it removes few.
constexpr std::int64_t kTurnRows = 100;
constexpr std::int64_t kTurnRowsMin = 10;

}  // namespace

// A room of which something is to be removed.
struct RoomWriter::Remains {
  std::int64_t key = 0;
  Range history;  // positions to remove
  bool is_closed = false;
};

RoomWriter::RoomWriter(Connection& connection, KnownUsers& known_users, AttachmentWriter& attachments)
    : connection_(connection),
      known_users_(known_users),
      search_(connection),
      sweeper_(connection, attachments),
      room_taken_(connection, sql::kRoomTaken),
      insert_room_(connection, sql::kInsertRoom),
      room_state_(connection, sql::kRoomState),
      cursor_(connection, sql::kCursor),
      count_cursors_(connection, sql::kCountCursors),
      put_cursor_(connection, sql::kPutCursor),
      room_to_sweep_(connection, sql::kRoomToSweep),
      update_swept_(connection, sql::kUpdateSwept),
      delete_some_members_(connection, sql::kDeleteSomeMembers),
      delete_some_cursors_(connection, sql::kDeleteSomeCursors),
      delete_some_nonces_(connection, sql::kDeleteSomeNonces),
      delete_room_(connection, sql::kDeleteRoom) {}

Outcome<Result<chat::Room>> RoomWriter::create_room(const chat::NewRoom& room) {
  const auto& [info, rules] = room;
  const std::string name_key = chat::name_key(info.name);
  const auto taken = room_taken_.first(read_presence, info.id, name_key);
  if (!taken) return std::unexpected(taken.error());
  if (*taken) return Result<chat::Room>(answers::room_exists(info.name));
  const auto inserted = insert_room_.run(
      info.id, info.name, info.epoch, info.created_at, info.owner_id, rules.max_length, rules.message_limit,
      rules.expires_at, std::int64_t{rules.client_seq_required}, std::int64_t{rules.read_only}, name_key);
  if (!inserted) return std::unexpected(inserted.error());
  if (info.owner_id) {
    if (auto noted = known_users_.note_acted(*info.owner_id); !noted) return std::unexpected(std::move(noted.error()));
  }
  return chat::Room{.info = info, .rules = rules};
}

Outcome<Result<void>> RoomWriter::set_cursor(const chat::CursorKey& cursor, std::int64_t n, std::int64_t cursors_max) {
  const auto room = room_state_.first(read_room_state, cursor.room_id);
  if (!room) return std::unexpected(room.error());
  if (!*room) return Result<void>(answers::no_room(cursor.room_id));
  const auto is_user = known_users_.exists(cursor.user_id);
  if (!is_user) return std::unexpected(is_user.error());
  if (!*is_user) return Result<void>(answers::no_user(cursor.user_id));
  const auto before = cursor_.first(read_cursor, cursor.user_id, cursor.name, (*room)->key);
  if (!before) return std::unexpected(before.error());
  n = std::clamp<std::int64_t>(n, 0, (*room)->counter);
  if (*before && n <= (*before)->n) return Result<void>();

  if (!*before) {
    const auto others = count_cursors_.first(read_integer, cursor.user_id);
    if (!others) return std::unexpected(others.error());
    if (others->value_or(0) >= cursors_max) return Result<void>(answers::too_many_cursors(cursors_max));
  }

  const auto next = search_.ordinal_from(**room, n + 1);
  if (!next) return std::unexpected(next.error());
  const auto put = put_cursor_.run(cursor.user_id, cursor.name, (*room)->key, n, *next - 1);
  if (!put) return std::unexpected(put.error());
  return Result<void>();
}

Outcome<bool> RoomWriter::sweep() {
  for (std::int64_t rows = kPieceRows; rows > 0;) {
    const auto remains = next_to_sweep();
    if (!remains) return std::unexpected(remains.error());
    if (!*remains) return false;
    const auto removed = sweep_room(**remains, std::min(rows, kTurnRows));
    if (!removed) return std::unexpected(removed.error());
    rows -= std::max(*removed, kTurnRowsMin);
  }
  const auto more = next_to_sweep();
  if (!more) return std::unexpected(more.error());
  if (*more) swept_before_ = (*more)->key - 1;  // its turn is still to come
  return more->has_value();
}

// Rooms take turns in the order of their keys, so that a large one holds nobody up.
Outcome<std::optional<RoomWriter::Remains>> RoomWriter::next_to_sweep() {
  const auto read_remains = [](Row row) {
    return Remains{.key = row.integer(0),
                   .history = {.begin = row.integer(1) + 1, .end = row.integer(2) + 1},
                   .is_closed = row.integer(3) != 0};
  };
  auto remains = room_to_sweep_.first(read_remains, swept_before_);
  if (remains && !*remains) remains = room_to_sweep_.first(read_remains, std::int64_t{0});
  if (remains && *remains) swept_before_ = (*remains)->key;
  return remains;
}

Outcome<std::int64_t> RoomWriter::sweep_room(const Remains& remains, std::int64_t rows_max) {
  // Files first, since others may have kept their ids.
  const auto released = sweeper_.release_attachments(remains.key, remains.history, rows_max);
  if (!released) return released;
  std::int64_t left = rows_max - *released;
  if (left > 0 && !remains.history.empty()) {
    const auto next = sweeper_.remove(remains.key, remains.history, left);
    if (!next) return next;
    if (auto done = update_swept_.run(remains.key, *next - 1); !done) return std::unexpected(std::move(done.error()));
    left = *next < remains.history.end ? 0 : left - (*next - remains.history.begin);
  }
  if (!remains.is_closed) return rows_max - left;
  for (auto* statement : {&delete_some_members_, &delete_some_cursors_}) {
    if (left <= 0) return rows_max;
    if (auto done = statement->run(remains.key, left); !done) return std::unexpected(std::move(done.error()));
    left -= connection_.changed_rows();
  }
  if (left <= 0) return rows_max;
  if (auto done = delete_some_nonces_.run(remains.key, remains.history.end, left); !done) {
    return std::unexpected(std::move(done.error()));
  }
  if (const auto forgotten = connection_.changed_rows(); forgotten > 0) return rows_max - left + forgotten;
  if (auto done = delete_room_.run(remains.key); !done) return std::unexpected(std::move(done.error()));
  return rows_max - left;
}

}  // namespace vestnik::storage::sqlite
