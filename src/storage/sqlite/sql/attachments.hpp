// Statements about attachments and the messages that refer to them.
#pragma once

#include <string_view>

namespace vestnik::storage::sqlite::sql {

// Attachments: columns id, sha256, size, name, content_type, user_id, created_at.
inline constexpr std::string_view kInsertAttachment = R"(
  INSERT INTO attachments (id, sha256, size, name, content_type, user_id, created_at, unused_since)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?7))";
inline constexpr std::string_view kAttachmentById =
    "SELECT id, sha256, size, name, content_type, user_id, created_at FROM attachments WHERE id = ?1";
inline constexpr std::string_view kAttachmentsOfMessage = R"(
  SELECT id, sha256, size, name, content_type, user_id, created_at
    FROM message_attachments JOIN attachments ON key = attachment_key WHERE message_id = ?1 ORDER BY place)";
inline constexpr std::string_view kUnusedAttachments = R"(
  SELECT id, sha256, size, name, content_type, user_id, created_at
    FROM attachments WHERE messages = 0 AND unused_since < ?1 ORDER BY unused_since LIMIT ?2)";
inline constexpr std::string_view kHasContent = "SELECT 1 FROM attachments WHERE sha256 = ?1";

// Answers with the attachment that was removed.
inline constexpr std::string_view kDeleteUnusedAttachment = R"(
  DELETE FROM attachments WHERE id = ?1 AND messages = 0
    RETURNING id, sha256, size, name, content_type, user_id, created_at)";

inline constexpr std::string_view kAttachmentBytes = "SELECT bytes FROM attachment_bytes WHERE user_id = ?1";
inline constexpr std::string_view kChangeAttachmentBytes = R"(
  INSERT INTO attachment_bytes (user_id, bytes) VALUES (?1, ?2)
    ON CONFLICT (user_id) DO UPDATE SET bytes = bytes + ?2)";

// A message begins and ends to refer to attachments.
inline constexpr std::string_view kLinkAttachment = R"(
  INSERT INTO message_attachments (message_id, place, attachment_key)
    VALUES (?1, ?2, (SELECT key FROM attachments WHERE id = ?3)))";
inline constexpr std::string_view kCountLinkedAttachment =
    "UPDATE attachments SET messages = messages + 1 WHERE id = ?1";
inline constexpr std::string_view kCountReleasedAttachments = R"(
  UPDATE attachments SET messages = messages - 1, unused_since = 0
    WHERE key IN (SELECT attachment_key FROM message_attachments WHERE message_id = ?1))";
inline constexpr std::string_view kUnlinkAttachments = "DELETE FROM message_attachments WHERE message_id = ?1";

}  // namespace vestnik::storage::sqlite::sql
