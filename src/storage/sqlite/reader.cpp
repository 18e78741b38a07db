#include "storage/sqlite/reader.hpp"

#include <algorithm>
#include <utility>

#include "chat/chat_store.hpp"
#include "chat/names.hpp"
#include "storage/sqlite/sql/attachments.hpp"
#include "storage/sqlite/sql/database.hpp"
#include "storage/sqlite/sql/people.hpp"
#include "storage/sqlite/sql/rooms.hpp"

namespace vestnik::storage::sqlite {

Reader::Reader(std::unique_ptr<Connection> connection)
    : connection_(std::move(connection)),
      history_(*connection_),
      keys_(*connection_),
      texts_(*connection_),
      user_by_id_(*connection_, sql::kUserById),
      list_users_(*connection_, sql::kListUsers),
      list_sessions_(*connection_, sql::kListSessions),
      room_by_id_(*connection_, sql::kRoomById),
      room_by_name_(*connection_, sql::kRoomByName),
      room_by_name_key_(*connection_, sql::kRoomByNameKey),
      list_rooms_(*connection_, sql::kListRooms),
      room_state_(*connection_, sql::kRoomState),
      list_members_(*connection_, sql::kListMembers),
      cursor_(*connection_, sql::kCursor),
      list_unread_(*connection_, sql::kListUnread),
      count_read_anyway_(*connection_, sql::kCountReadAnyway),
      attachment_by_id_(*connection_, sql::kAttachmentById),
      unused_attachments_(*connection_, sql::kUnusedAttachments),
      attachment_bytes_(*connection_, sql::kAttachmentBytes),
      has_content_(*connection_, sql::kHasContent),
      counts_(*connection_, sql::kCounts),
      read_probe_(*connection_, sql::kReadProbe) {}

Outcome<std::vector<chat::User>> Reader::list_users(std::int64_t offset, std::int32_t limit) {
  return list_users_.all(read_user, offset, std::max(limit, 0));
}

Outcome<std::vector<chat::Session>> Reader::list_sessions(std::string_view after_key, std::int32_t limit) {
  return list_sessions_.all(read_session, after_key, std::max(limit, 0));
}

Outcome<std::optional<chat::Room>> Reader::find_room(std::string_view id_or_name) {
  auto room = room_by_id_.first(read_room, id_or_name);
  if (!room || *room) return room;
  room = room_by_name_.first(read_room, id_or_name);
  if (!room || *room) return room;
  return room_by_name_key_.first(read_room, chat::name_key(id_or_name));
}

Outcome<std::vector<chat::Room>> Reader::list_rooms(std::int64_t offset, std::int32_t limit) {
  return list_rooms_.all(read_room, offset, std::max(limit, 0));
}

Outcome<std::vector<chat::Member>> Reader::list_members(const chat::RoomId& room, std::int64_t offset,
                                                        std::int32_t limit) {
  const auto state = room_state_.first(read_room_state, room);
  if (!state) return std::unexpected(state.error());
  if (!*state) return std::vector<chat::Member>{};
  return list_members_.all(read_member, (*state)->key, offset, std::max(limit, 0));
}

Outcome<std::optional<chat::Unread>> Reader::get_unread(const chat::CursorKey& cursor) {
  const auto room = room_state_.first(read_room_state, cursor.room_id);
  if (!room) return std::unexpected(room.error());
  if (!*room) return std::nullopt;
  const auto read = cursor_.first(read_cursor, cursor.user_id, cursor.name, (*room)->key);
  if (!read) return std::unexpected(read.error());
  const auto [n, ordinal] = read->value_or(StoredCursor{});
  const std::int64_t held = std::min((*room)->message_count, (*room)->message_total - ordinal);
  const auto count = count_unread((*room)->key, held, cursor.user_id);
  if (!count) return std::unexpected(count.error());
  return chat::Unread{.room_id = cursor.room_id, .cursor_n = n, .count = *count};
}

Outcome<std::int64_t> Reader::count_unread(std::int64_t room_key, std::int64_t held, chat::UserId user) {
  if (held <= 0) return 0;
  const auto read_anyway =
      count_read_anyway_.first(read_integer, room_key, std::min(held, chat::kUnreadExamined), user);
  if (!read_anyway) return std::unexpected(read_anyway.error());
  return held - read_anyway->value_or(0);
}

Outcome<std::vector<chat::Unread>> Reader::list_unread(chat::UserId user, std::string_view cursor_name,
                                                       std::int64_t offset, std::int32_t limit) {
  auto all = list_unread_.all(read_held, user, cursor_name, offset, std::max(limit, 0));
  if (!all) return std::unexpected(all.error());
  std::vector<chat::Unread> unread;
  unread.reserve(all->size());
  for (auto& [held, room_key] : *all) {
    const auto count = count_unread(room_key, held.count, user);
    if (!count) return std::unexpected(count.error());
    held.count = *count;
    unread.push_back(std::move(held));
  }
  return unread;
}

Outcome<std::vector<chat::Attachment>> Reader::list_unused(Time before, std::int32_t limit) {
  return unused_attachments_.all(read_attachment, before, std::max(limit, 0));
}

Outcome<std::uint64_t> Reader::attachment_bytes(chat::UserId user) {
  const auto bytes = attachment_bytes_.first(read_integer, user);
  if (!bytes) return std::unexpected(bytes.error());
  return static_cast<std::uint64_t>(bytes->value_or(0));
}

Outcome<bool> Reader::has_content(std::string_view sha256) {
  const auto found = has_content_.first(read_presence, sha256);
  if (!found) return std::unexpected(found.error());
  return found->has_value();
}

Outcome<chat::StoreStats> Reader::stats(Time since) {
  const auto counts = counts_.first([](Row row) {
    return chat::StoreStats{
        .users = row.integer(0), .sessions = row.integer(1), .rooms = row.integer(2), .messages = row.integer(3)};
  });
  if (!counts) return std::unexpected(counts.error());
  const auto messages_since = history_.count_since(since);
  if (!messages_since) return std::unexpected(messages_since.error());
  chat::StoreStats stats = counts->value_or(chat::StoreStats{});
  stats.messages_since = *messages_since;
  return stats;
}

}  // namespace vestnik::storage::sqlite
