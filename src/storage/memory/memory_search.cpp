// Search in the memory storage. New texts wait in a list until index_some() takes them into the index.
#include <algorithm>
#include <limits>
#include <optional>
#include <ranges>
#include <utility>
#include <vector>

#include "storage/memory/memory_store.hpp"

namespace vestnik::storage {

Result<chat::FoundTexts> MemoryStore::search(const chat::SearchQuery& query, const chat::SearchFilter& filter) {
  const auto before = filter.before.value_or(std::numeric_limits<chat::MessageId>::max());
  chat::FoundTexts found;
  {
    const std::lock_guard lock(mutex_);
    if (!changed_texts_.empty()) found.indexed_through = changed_texts_.front().at;
  }
  // Without the mutex, for which everybody waits.
  const auto hits = texts_.find(query, filter.room_id, before, filter.limit);
  found.next = hits.next;
  const std::lock_guard lock(mutex_);
  std::size_t bytes = 0;
  for (const auto& [id, room_id] : hits.messages) {
    if (bytes >= filter.bytes_max) {
      found.next = found.messages.back().second.id;
      break;
    }
    const auto* history = find(room_id);
    const auto* message = history == nullptr ? nullptr : history->find(id);
    if (message == nullptr || message->deleted) continue;
    if (filter.to && message->created_at >= *filter.to) continue;
    if (filter.from && message->created_at < *filter.from) {
      found.next.reset();  // what follows is older
      break;
    }
    bytes += message->content.size();
    found.messages.emplace_back(room_id, *message);
  }
  return found;
}

Result<chat::IndexStep> MemoryStore::index_some(std::int32_t limit) {
  struct Present {
    memory::ChangedText what;
    std::optional<std::string> content;
  };
  std::vector<Present> piece;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& changed : changed_texts_ | std::views::take(limit)) {
      auto& [what, content] = piece.emplace_back(Present{.what = changed, .content = {}});
      const auto* history = find(what.room_id);
      const auto* message = history == nullptr ? nullptr : history->find(what.id);
      if (message != nullptr && !message->deleted) content = message->content;
    }
  }
  for (const auto& [what, content] : piece) {
    if (content) {
      texts_.put(what.id, what.room_id, *content);
    } else {
      texts_.remove(what.id);
    }
  }
  const std::lock_guard lock(mutex_);
  changed_texts_.erase(changed_texts_.begin(), changed_texts_.begin() + std::ssize(piece));
  return chat::IndexStep{
      .messages = std::ssize(piece), .waiting = std::ssize(changed_texts_), .more = !changed_texts_.empty()};
}

Result<void> MemoryStore::clear_index() {
  const std::lock_guard lock(mutex_);
  texts_.clear();
  changed_texts_.clear();
  for (const auto& history : rooms_) history->give_up_texts(changed_texts_, newest_change_at_);
  std::ranges::sort(changed_texts_, {}, &memory::ChangedText::id);
  return {};
}

}  // namespace vestnik::storage
