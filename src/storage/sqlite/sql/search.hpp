// Statements about what the search index has to know of the messages. Those of the index's own file are in
// search_index.cpp.
#pragma once

#include <string_view>

namespace vestnik::storage::sqlite::sql {

// Texts: columns id, room_key, content, whether a reader sees the message with a text, and of new ones created_at.
inline constexpr std::string_view kTextsAfter = R"(
  SELECT id, room_key, content,
         deleted = 0 AND EXISTS (SELECT 1 FROM rooms WHERE key = room_key AND closed_at IS NULL AND floor < n),
         created_at
    FROM messages WHERE id > ?1 ORDER BY id LIMIT ?2)";
inline constexpr std::string_view kTextById = R"(
  SELECT id, room_key, content,
         deleted = 0 AND EXISTS (SELECT 1 FROM rooms WHERE key = room_key AND closed_at IS NULL AND floor < n)
    FROM messages WHERE id = ?1)";

// Changes of texts: columns number, message_id.
inline constexpr std::string_view kInsertTextChange = "INSERT INTO text_changes (message_id, at) VALUES (?1, ?2)";
inline constexpr std::string_view kTextChangesAfter =
    "SELECT number, message_id FROM text_changes WHERE number > ?1 ORDER BY number LIMIT ?2";
inline constexpr std::string_view kForgetTextChanges = "DELETE FROM text_changes WHERE number <= ?1";
// The number of the last change that ever was, and of the first that is kept.
inline constexpr std::string_view kLastTextChange = "SELECT seq FROM sqlite_sequence WHERE name = 'text_changes'";
inline constexpr std::string_view kFirstTextChange = "SELECT min(number) FROM text_changes";

// When the first message and the first change were made that an index at a position does not have.
inline constexpr std::string_view kTimeOfNextMessage =
    "SELECT created_at FROM messages WHERE id > ?1 ORDER BY id LIMIT 1";
inline constexpr std::string_view kTimeOfNextTextChange =
    "SELECT at FROM text_changes WHERE number > ?1 ORDER BY number LIMIT 1";

// Probes of a search for a time: the first message from an id on, as its id and time.
inline constexpr std::string_view kMessageFromId =
    "SELECT id, created_at FROM messages WHERE id >= ?1 ORDER BY id LIMIT 1";

// Open rooms: columns key, floor; and the first message that such a room holds.
inline constexpr std::string_view kFloorOf = "SELECT key, floor FROM rooms WHERE key = ?1 AND closed_at IS NULL";
inline constexpr std::string_view kFirstMessageAbove =
    "SELECT id FROM messages WHERE room_key = ?1 AND n > ?2 ORDER BY n LIMIT 1";

}  // namespace vestnik::storage::sqlite::sql
