// An inverted index in memory: the messages in which a term occurs.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "chat/search_query.hpp"
#include "chat/search_tokens.hpp"
#include "chat/types.hpp"

namespace vestnik::storage::memory {

// Any thread.
class TextIndex {
 public:
  // In place of what it had of the message.
  void put(chat::MessageId id, const chat::RoomId& room_id, std::string_view text);
  void remove(chat::MessageId id);
  void clear();

  struct Found {
    std::vector<std::pair<chat::MessageId, chat::RoomId>> messages;  // newest first
    std::optional<chat::MessageId> next;                             // `before` of what follows; absent: nothing does
  };
  // The newest `limit` messages with id < before that have every term of the query, wherever it stands: a phrase is not
  // looked at closer. Whatever the query, one call looks at some thousand messages: it may find fewer and have a
  // `next`.
  Found find(const chat::SearchQuery& query, const std::optional<chat::RoomId>& room_id, chat::MessageId before,
             std::int32_t limit) const;

 private:
  using Ids = std::set<chat::MessageId, std::greater<>>;
  using Terms = std::map<std::string, Ids, std::less<>>;
  struct Text {
    chat::RoomId room_id;
    std::vector<Terms::iterator> terms;
  };

  // With the mutex held.
  void take_out(chat::MessageId id);
  // The messages with a term that begins so; nullopt: too many to be gathered.
  std::optional<Ids> with_prefix(std::string_view prefix) const;

  mutable std::shared_mutex mutex_;  // guards everything below
  chat::SearchTokenizer tokenizer_;
  Terms terms_;
  std::unordered_map<chat::MessageId, Text> texts_;
  Ids ids_;  // of all texts
};

}  // namespace vestnik::storage::memory
