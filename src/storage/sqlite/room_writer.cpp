#include "storage/sqlite/room_writer.hpp"

#include <algorithm>
#include <utility>

#include "chat/names.hpp"
#include "storage/answers.hpp"
#include "storage/sqlite/rows.hpp"
#include "storage/sqlite/sql/people.hpp"
#include "storage/sqlite/sql/rooms.hpp"

namespace vestnik::storage::sqlite {
namespace {

// Rows that one sweep removes at most: some milliseconds, in which messages wait.
constexpr std::int64_t kPieceRows = 1'000;

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
  const auto read_remains = [](Row row) {
    return Remains{.key = row.integer(0),
                   .history = {.begin = row.integer(1) + 1, .end = row.integer(2) + 1},
                   .is_closed = row.integer(3) != 0};
  };
  const auto remains = room_to_sweep_.first(read_remains);
  if (!remains) return std::unexpected(remains.error());
  if (!*remains) return false;
  if (auto swept = sweep_piece(**remains); !swept) return std::unexpected(std::move(swept.error()));
  const auto more = room_to_sweep_.first(read_presence);
  if (!more) return std::unexpected(more.error());
  return more->has_value();
}

Outcome<void> RoomWriter::sweep_piece(const Remains& remains) {
  if (!remains.history.empty()) {
    const auto left = sweeper_.remove(remains.key, remains.history, kPieceRows);
    if (!left) return std::unexpected(left.error());
    return update_swept_.run(remains.key, *left - 1);
  }
  for (auto* statement : {&delete_some_members_, &delete_some_cursors_}) {
    if (auto done = statement->run(remains.key, kPieceRows); !done) return done;
    if (connection_.changed_rows() > 0) return {};
  }
  return delete_room_.run(remains.key);
}

}  // namespace vestnik::storage::sqlite
