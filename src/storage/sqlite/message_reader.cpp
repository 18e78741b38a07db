#include "storage/sqlite/message_reader.hpp"

#include <utility>

#include "storage/sqlite/sql/attachments.hpp"
#include "storage/sqlite/sql/history.hpp"

namespace vestnik::storage::sqlite {

MessageReader::MessageReader(Connection& connection)
    : by_id_(connection, sql::kMessageById),
      reaction_counts_(connection, sql::kReactionCounts),
      reaction_users_(connection, sql::kReactionUsers),
      reaction_count_(connection, sql::kReactionCount),
      attachments_(connection, sql::kAttachmentsOfMessage) {}

Outcome<chat::Message> MessageReader::complete(StoredMessage stored) {
  auto& message = stored.message;
  if (stored.emojis > 0) {
    if (auto added = add_reactions(message); !added) return std::unexpected(std::move(added.error()));
  }
  if (stored.attachments > 0) {
    auto attachments = attachments_.all(read_attachment, message.id);
    if (!attachments) return std::unexpected(std::move(attachments.error()));
    message.attachments = std::move(*attachments);
  }
  return std::move(message);
}

Outcome<void> MessageReader::add_reactions(chat::Message& message) {
  auto reactions = reaction_counts_.all(
      [](Row row) { return chat::Reaction{.emoji = row.text(0), .count = row.integer(1), .user_ids = {}}; },
      message.id);
  if (!reactions) return std::unexpected(std::move(reactions.error()));
  for (auto& reaction : *reactions) {
    auto users = reaction_users_.all(read_integer, message.id, reaction.emoji, std::int64_t{chat::kReactionUsersShown});
    if (!users) return std::unexpected(std::move(users.error()));
    reaction.user_ids = std::move(*users);
  }
  message.reactions = std::move(*reactions);
  return {};
}

Outcome<std::vector<chat::Message>> MessageReader::complete(std::vector<StoredMessage> stored) {
  std::vector<chat::Message> messages;
  messages.reserve(stored.size());
  for (auto& each : stored) {
    auto message = complete(std::move(each));
    if (!message) return std::unexpected(std::move(message.error()));
    messages.push_back(std::move(*message));
  }
  return messages;
}

Outcome<std::int64_t> MessageReader::reaction_count(chat::MessageId id, std::string_view emoji) {
  const auto count = reaction_count_.first(read_integer, id, emoji);
  if (!count) return std::unexpected(count.error());
  return count->value_or(0);
}

}  // namespace vestnik::storage::sqlite
