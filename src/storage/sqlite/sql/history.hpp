// Statements about messages, reactions and other changes.
#pragma once

#include <string_view>

namespace vestnik::storage::sqlite::sql {

// Where ids and time have come: columns id or NULL, time or NULL.
inline constexpr std::string_view kNewestMessage = "SELECT id, created_at FROM messages ORDER BY id DESC LIMIT 1";
inline constexpr std::string_view kHighWater = "SELECT message_id, changed_at FROM high_water";
inline constexpr std::string_view kUpdateHighWater = "UPDATE high_water SET message_id = ?1, changed_at = ?2";

// Messages: columns id, n, created_at, user_id, username, content, client_seq, nonce, reply_to, edited_at, deleted,
// then those of no interest to others: room_key, ordinal, emojis, attachments.
inline constexpr std::string_view kInsertMessage = R"(
  INSERT INTO messages (id, room_key, n, created_at, user_id, username, content, client_seq, nonce, others, reply_to,
                        attachments)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12))";
inline constexpr std::string_view kMessageById = R"(
  SELECT id, n, created_at, user_id, username, content, client_seq, nonce, reply_to, edited_at, deleted, room_key,
         n - others, emojis, attachments
    FROM messages WHERE id = ?1)";
inline constexpr std::string_view kMessagesAscending = R"(
  SELECT id, n, created_at, user_id, username, content, client_seq, nonce, reply_to, edited_at, deleted, room_key,
         n - others, emojis, attachments
    FROM messages WHERE room_key = ?1 AND n >= ?2 AND n < ?3 ORDER BY n LIMIT ?4)";
inline constexpr std::string_view kMessagesDescending = R"(
  SELECT id, n, created_at, user_id, username, content, client_seq, nonce, reply_to, edited_at, deleted, room_key,
         n - others, emojis, attachments
    FROM messages WHERE room_key = ?1 AND n >= ?2 AND n < ?3 ORDER BY n DESC LIMIT ?4)";
// The room's id, when the room is open and the position held.
inline constexpr std::string_view kRoomOfMessage =
    "SELECT id FROM rooms WHERE key = ?1 AND closed_at IS NULL AND floor < ?2";
// Probes of a search: the first message from a position on, as its position, time and ordinal.
inline constexpr std::string_view kMarkFrom =
    "SELECT n, created_at, n - others FROM messages WHERE room_key = ?1 AND n >= ?2 ORDER BY n LIMIT 1";

inline constexpr std::string_view kEditMessage = "UPDATE messages SET content = ?2, edited_at = ?3 WHERE id = ?1";
inline constexpr std::string_view kEmptyMessage =
    "UPDATE messages SET content = '', deleted = 1, emojis = 0, attachments = 0 WHERE id = ?1";
inline constexpr std::string_view kAddEmojis = "UPDATE messages SET emojis = emojis + ?2 WHERE id = ?1";

// Nonces: columns message_id, n, created_at, digest.
inline constexpr std::string_view kNonce =
    "SELECT message_id, n, created_at, digest FROM nonces WHERE room_key = ?1 AND user_id = ?2 AND nonce = ?3";
inline constexpr std::string_view kPutNonce = R"(
  INSERT OR REPLACE INTO nonces (room_key, user_id, nonce, message_id, n, created_at, digest)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7))";
// Of a room's positions n < ?2, from the first that has one at most ?3 positions.
inline constexpr std::string_view kDeleteSomeNonces = R"(
  DELETE FROM nonces
    WHERE room_key = ?1 AND n < min(?2, (SELECT min(n) FROM nonces WHERE room_key = ?1) + ?3))";

// Changes: columns n, kind, at, user_id, message_id, emoji.
inline constexpr std::string_view kInsertChange = R"(
  INSERT INTO changes (room_key, n, kind, at, user_id, message_id, emoji) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7))";
inline constexpr std::string_view kChanges = R"(
  SELECT n, kind, at, user_id, message_id, emoji FROM changes WHERE room_key = ?1 AND n >= ?2 AND n < ?3 ORDER BY n)";

// Reactions of a message: columns emoji, count; users by the order in which they gave an emoji.
inline constexpr std::string_view kReactionCounts =
    "SELECT emoji, count FROM reaction_counts WHERE message_id = ?1 ORDER BY first_n";
inline constexpr std::string_view kReactionUsers =
    "SELECT user_id FROM reactions WHERE message_id = ?1 AND emoji = ?2 ORDER BY n LIMIT ?3";
inline constexpr std::string_view kReactionCount =
    "SELECT count FROM reaction_counts WHERE message_id = ?1 AND emoji = ?2";
inline constexpr std::string_view kHasReaction =
    "SELECT 1 FROM reactions WHERE message_id = ?1 AND emoji = ?2 AND user_id = ?3";
inline constexpr std::string_view kInsertReaction =
    "INSERT INTO reactions (message_id, emoji, user_id, n) VALUES (?1, ?2, ?3, ?4)";
inline constexpr std::string_view kDeleteReaction =
    "DELETE FROM reactions WHERE message_id = ?1 AND emoji = ?2 AND user_id = ?3";
inline constexpr std::string_view kPutReactionCount = R"(
  INSERT INTO reaction_counts (message_id, emoji, first_n, count) VALUES (?1, ?2, ?3, ?4)
    ON CONFLICT DO UPDATE SET count = excluded.count)";
inline constexpr std::string_view kDeleteReactionCount =
    "DELETE FROM reaction_counts WHERE message_id = ?1 AND emoji = ?2";

// Removal of the positions begin <= n < end of a room, what belongs to messages first: columns id, n, emojis,
// attachments.
inline constexpr std::string_view kMessagesWithBelongings = R"(
  SELECT id, n, emojis, attachments FROM messages
    WHERE room_key = ?1 AND n >= ?2 AND n < ?3 AND (emojis > 0 OR attachments > 0) ORDER BY n)";
inline constexpr std::string_view kMessagesWithAttachments = R"(
  SELECT id FROM messages WHERE room_key = ?1 AND n >= ?2 AND n < ?3 AND attachments > 0 ORDER BY n LIMIT ?4)";
inline constexpr std::string_view kNoteAttachmentsReleased = "UPDATE messages SET attachments = 0 WHERE id = ?1";
inline constexpr std::string_view kDeleteSomeReactions = R"(
  DELETE FROM reactions WHERE message_id = ?1 AND (emoji, user_id) IN
    (SELECT emoji, user_id FROM reactions WHERE message_id = ?1 LIMIT ?2))";
inline constexpr std::string_view kDeleteReactionCounts = "DELETE FROM reaction_counts WHERE message_id = ?1";
inline constexpr std::string_view kDeleteMessages = "DELETE FROM messages WHERE room_key = ?1 AND n >= ?2 AND n < ?3";
inline constexpr std::string_view kDeleteChanges = "DELETE FROM changes WHERE room_key = ?1 AND n >= ?2 AND n < ?3";

}  // namespace vestnik::storage::sqlite::sql
