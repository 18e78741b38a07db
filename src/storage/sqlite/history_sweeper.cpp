#include "storage/sqlite/history_sweeper.hpp"

#include <algorithm>
#include <utility>

#include "storage/sqlite/sql/history.hpp"

namespace vestnik::storage::sqlite {

HistorySweeper::HistorySweeper(Connection& connection, AttachmentWriter& attachments)
    : connection_(connection),
      attachments_(attachments),
      messages_with_belongings_(connection, sql::kMessagesWithBelongings),
      messages_with_attachments_(connection, sql::kMessagesWithAttachments),
      note_attachments_released_(connection, sql::kNoteAttachmentsReleased),
      delete_some_reactions_(connection, sql::kDeleteSomeReactions),
      delete_reaction_counts_(connection, sql::kDeleteReactionCounts),
      delete_messages_(connection, sql::kDeleteMessages),
      delete_changes_(connection, sql::kDeleteChanges) {}

Outcome<std::int64_t> HistorySweeper::remove(std::int64_t room_key, Range range, std::int64_t rows_max) {
  range.end = std::min(range.end, range.begin + rows_max);
  const auto read_belongings = [](Row row) {
    return Belongings{
        .message_id = row.integer(0), .n = row.integer(1), .emojis = row.integer(2), .attachments = row.integer(3)};
  };
  const auto belongings = messages_with_belongings_.all(read_belongings, room_key, range.begin, range.end);
  if (!belongings) return std::unexpected(belongings.error());
  for (const auto& each : *belongings) {
    // One message may have more reactions than a piece may remove: then it stays until all of them are gone.
    const auto removed = remove(each, rows_max);
    if (!removed) return std::unexpected(removed.error());
    rows_max -= *removed;
    if (rows_max == 0) {
      range.end = each.n;
      break;
    }
  }
  if (auto done = delete_messages_.run(room_key, range.begin, range.end); !done) {
    return std::unexpected(std::move(done.error()));
  }
  if (auto done = remove_changes(room_key, range); !done) return std::unexpected(std::move(done.error()));
  return range.end;
}

Outcome<std::int64_t> HistorySweeper::release_attachments(std::int64_t room_key, Range range,
                                                          std::int64_t messages_max) {
  const auto ids = messages_with_attachments_.all(read_integer, room_key, range.begin, range.end, messages_max);
  if (!ids) return std::unexpected(ids.error());
  for (const chat::MessageId id : *ids) {
    if (auto done = attachments_.release(id); !done) return std::unexpected(std::move(done.error()));
    if (auto done = note_attachments_released_.run(id); !done) return std::unexpected(std::move(done.error()));
  }
  return std::ssize(*ids);
}

Outcome<void> HistorySweeper::remove_changes(std::int64_t room_key, Range range) {
  return delete_changes_.run(room_key, range.begin, range.end);
}

Outcome<std::int64_t> HistorySweeper::remove(const Belongings& belongings, std::int64_t rows_max) {
  if (belongings.attachments > 0) {
    if (auto done = attachments_.release(belongings.message_id); !done) return std::unexpected(std::move(done.error()));
  }
  return belongings.emojis > 0 ? remove_reactions(belongings.message_id, rows_max) : 0;
}

Outcome<std::int64_t> HistorySweeper::remove_reactions(chat::MessageId id, std::int64_t rows_max) {
  if (auto done = delete_some_reactions_.run(id, rows_max); !done) return std::unexpected(std::move(done.error()));
  const auto removed = connection_.changed_rows();
  if (auto done = delete_reaction_counts_.run(id); !done) return std::unexpected(std::move(done.error()));
  return removed;
}

}  // namespace vestnik::storage::sqlite
