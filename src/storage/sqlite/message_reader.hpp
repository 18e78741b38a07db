// Messages one by one with what belongs to them, for reading and for changing them.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "storage/sqlite/connection.hpp"
#include "storage/sqlite/rows.hpp"

namespace vestnik::storage::sqlite {

// One connection, one thread at a time.
class MessageReader {
 public:
  explicit MessageReader(Connection& connection);

  // Also one that is no longer held.
  Outcome<std::optional<StoredMessage>> by_id(chat::MessageId id) { return by_id_.first(read_message, id); }
  // The message with its reactions and attachments.
  Outcome<chat::Message> complete(StoredMessage stored);
  Outcome<std::vector<chat::Message>> complete(std::vector<StoredMessage> stored);
  // How often the message was given the emoji.
  Outcome<std::int64_t> reaction_count(chat::MessageId id, std::string_view emoji);

 private:
  Outcome<void> add_reactions(chat::Message& message);

  Statement by_id_;
  Statement reaction_counts_;
  Statement reaction_users_;
  Statement reaction_count_;
  Statement attachments_;
};

}  // namespace vestnik::storage::sqlite
