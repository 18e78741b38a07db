// Statements that date anew what was dated ahead of its time: parameter 1 is the latest time there may be.
#pragma once

#include <array>
#include <string_view>

namespace vestnik::storage::sqlite::sql {

inline constexpr std::string_view kRepairMessages = R"(
  UPDATE messages SET created_at = min(created_at, ?1), edited_at = min(edited_at, ?1)
    WHERE created_at > ?1 OR edited_at > ?1)";

inline constexpr std::array<std::string_view, 9> kRepairOtherTimes = {
    "UPDATE nonces SET created_at = ?1 WHERE created_at > ?1",
    "UPDATE changes SET at = ?1 WHERE at > ?1",
    "UPDATE text_changes SET at = ?1 WHERE at > ?1",
    "UPDATE members SET joined_at = ?1 WHERE joined_at > ?1",
    "UPDATE rooms SET created_at = min(created_at, ?1), last_message_at = min(last_message_at, ?1)",
    "UPDATE sessions SET created_at = min(created_at, ?1), active_at = min(active_at, ?1)",
    "UPDATE attachments SET created_at = ?1 WHERE created_at > ?1",
    "UPDATE attachments SET unused_since = ?1 WHERE unused_since > ?1",
    "UPDATE high_water SET changed_at = ?1 WHERE changed_at > ?1"};

}  // namespace vestnik::storage::sqlite::sql
