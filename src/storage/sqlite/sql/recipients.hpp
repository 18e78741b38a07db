// Statements about recipients.
#pragma once

#include <string_view>

namespace vestnik::storage::sqlite::sql {

// Recipients: columns id, phone, operator_code, tag, time_zone, telegram, viber, whatsapp, attributes, unsubscribed,
// created_at.
inline constexpr std::string_view kRecipientById = R"(
  SELECT id, phone, operator_code, tag, time_zone, telegram, viber, whatsapp, attributes, unsubscribed, created_at
    FROM recipients WHERE id = ?1)";
inline constexpr std::string_view kRecipientByPhone = "SELECT id FROM recipients WHERE phone = ?1";
inline constexpr std::string_view kInsertRecipient = R"(
  INSERT INTO recipients (phone, operator_code, tag, time_zone, telegram, viber, whatsapp, attributes, unsubscribed,
                          created_at)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10) RETURNING id)";
inline constexpr std::string_view kUpdateRecipient = R"(
  UPDATE recipients SET phone = ?1, operator_code = ?2, tag = ?3, time_zone = ?4, telegram = ?5, viber = ?6,
                        whatsapp = ?7, attributes = ?8, unsubscribed = ?9
    WHERE id = ?10)";
inline constexpr std::string_view kDeleteRecipient = "DELETE FROM recipients WHERE id = ?1";

// A filter: JSON arrays of operator codes and tags, null for all.
inline constexpr std::string_view kListRecipients = R"(
  SELECT id, phone, operator_code, tag, time_zone, telegram, viber, whatsapp, attributes, unsubscribed, created_at
    FROM recipients NOT INDEXED
    WHERE (?1 IS NULL OR operator_code IN (SELECT value FROM json_each(?1)))
      AND (?2 IS NULL OR tag IN (SELECT value FROM json_each(?2)))
      AND id > ?3
    ORDER BY id LIMIT ?4)";
inline constexpr std::string_view kCountRecipients = R"(
  SELECT count(*) FROM recipients
    WHERE (?1 IS NULL OR operator_code IN (SELECT value FROM json_each(?1)))
      AND (?2 IS NULL OR tag IN (SELECT value FROM json_each(?2))))";

inline constexpr std::string_view kRecipientsProbe = "SELECT 1 FROM recipients LIMIT 1";

}  // namespace vestnik::storage::sqlite::sql
