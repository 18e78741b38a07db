#include "storage/sqlite/room_changer.hpp"

#include <utility>

#include "storage/answers.hpp"
#include "storage/sqlite/sql/people.hpp"
#include "storage/sqlite/sql/rooms.hpp"

namespace vestnik::storage::sqlite {

RoomChanger::RoomChanger(Connection& connection, ChangeLog& log)
    : log_(log),
      user_by_id_(connection, sql::kUserById),
      is_member_(connection, sql::kIsMember),
      count_memberships_(connection, sql::kCountMemberships),
      insert_member_(connection, sql::kInsertMember),
      delete_member_(connection, sql::kDeleteMember),
      room_rules_(connection, sql::kRoomRules),
      update_room_rules_(connection, sql::kUpdateRoomRules),
      room_owner_(connection, sql::kRoomOwner),
      close_room_(connection, sql::kCloseRoom) {}

Answer RoomChanger::apply(const chat::Membership& membership, Batch& batch, BatchRoom& room) {
  const auto& [room_id, user_id, join, rooms_max] = membership;
  auto user = user_by_id_.first(read_user, user_id);
  if (!user) return failed(user.error());
  if (!*user) return refused(answers::no_user(user_id));
  const auto is_member = is_member_.first(read_presence, user_id, room.state.key);
  if (!is_member) return failed(is_member.error());
  chat::MemberChanged what{.username = std::move((*user)->username), .joined = join};
  if (is_member->has_value() == join) return unchanged(batch, room, user_id, std::move(what));
  if (join) {
    const auto others = count_memberships_.first(read_integer, user_id);
    if (!others) return failed(others.error());
    if (others->value_or(0) >= rooms_max) return refused(answers::too_many_rooms(rooms_max));
  }

  auto event = log_.add(batch, room, join ? ChangeKind::kJoined : ChangeKind::kLeft, user_id, {});
  if (!event) return failed(event.error());
  const auto done = join ? insert_member_.run(user_id, room.state.key, event->n, event->at)
                         : delete_member_.run(user_id, room.state.key);
  if (!done) return failed(done.error());
  event->what = std::move(what);
  return committed(std::move(*event));
}

Answer RoomChanger::apply(const chat::RulesChange& change, Batch& batch, BatchRoom& room) {
  const auto found = room_rules_.first(read_rules, room.state.key);
  if (!found) return failed(found.error());
  const auto before = found->value_or(chat::RoomRules{});
  const auto rules = chat::patched(before, change.patch);
  if (before == rules) return unchanged(batch, room, change.user_id, chat::RulesChanged{rules});

  const auto updated = update_room_rules_.run(room.state.key, rules.max_length, rules.message_limit, rules.expires_at,
                                              std::int64_t{rules.client_seq_required}, std::int64_t{rules.read_only});
  if (!updated) return failed(updated.error());
  if (rules.message_limit) room.keep(*rules.message_limit);
  auto event = log_.add(batch, room, ChangeKind::kRules, change.user_id, {});
  if (!event) return failed(event.error());
  event->what = chat::RulesChanged{rules};
  return committed(std::move(*event));
}

Answer RoomChanger::apply(const chat::Closing& closing, Batch& batch, BatchRoom& room) {
  if (closing.expires_at) {
    const auto rules = room_rules_.first(read_rules, room.state.key);
    if (!rules) return failed(rules.error());
    if (!*rules || (*rules)->expires_at != closing.expires_at) return refused(answers::other_end());
  }
  const auto owner = room_owner_.first([](Row row) { return row.maybe_integer(0); }, room.state.key);
  if (!owner) return failed(owner.error());
  if (*owner && **owner) batch.active_users.insert(***owner);
  if (const auto closed = close_room_.run(room.state.key, batch.at); !closed) return failed(closed.error());
  // Nobody reads the history of a closed room, so the change is not noted in it.
  room.is_closed = true;
  batch.has_other_changes = true;
  return committed({.n = room.take_position(),
                    .at = batch.at,
                    .user_id = closing.user_id,
                    .what = chat::RoomClosed{closing.reason}});
}

}  // namespace vestnik::storage::sqlite
