#include "storage/memory/text_index.hpp"

#include <algorithm>
#include <list>

namespace vestnik::storage::memory {

void TextIndex::put(chat::MessageId id, const chat::RoomId& room_id, std::string_view content) {
  const std::lock_guard lock(mutex_);
  take_out(id);
  Text text{.room_id = room_id, .terms = {}};
  for (const chat::SearchToken& token : tokenizer_.tokenize(content)) {
    auto term = terms_.find(token.term);
    if (term == terms_.end()) term = terms_.emplace(token.term, Ids{}).first;
    if (term->second.insert(id).second) text.terms.push_back(term);
  }
  texts_.emplace(id, std::move(text));
}

void TextIndex::remove(chat::MessageId id) {
  const std::lock_guard lock(mutex_);
  take_out(id);
}

void TextIndex::clear() {
  const std::lock_guard lock(mutex_);
  texts_.clear();
  terms_.clear();
}

void TextIndex::take_out(chat::MessageId id) {
  const auto text = texts_.find(id);
  if (text == texts_.end()) return;
  for (const auto term : text->second.terms) {
    term->second.erase(id);
    if (term->second.empty()) terms_.erase(term);
  }
  texts_.erase(text);
}

TextIndex::Ids TextIndex::with_prefix(std::string_view prefix) const {
  Ids ids;
  for (auto term = terms_.lower_bound(prefix); term != terms_.end() && term->first.starts_with(prefix); ++term)
    ids.insert(term->second.begin(), term->second.end());
  return ids;
}

std::vector<std::pair<chat::MessageId, chat::RoomId>> TextIndex::find(const chat::SearchQuery& query,
                                                                      const std::optional<chat::RoomId>& room_id,
                                                                      chat::MessageId before,
                                                                      std::int32_t limit) const {
  const std::lock_guard lock(mutex_);
  std::vector<const Ids*> lists;
  std::list<Ids> united;  // keeps its items where they are
  for (const chat::SearchClause& clause : query.clauses) {
    for (std::size_t i = 0; i < clause.terms.size(); ++i) {
      if (clause.is_prefix && i + 1 == clause.terms.size()) {
        lists.push_back(&united.emplace_back(with_prefix(clause.terms[i])));
        continue;
      }
      const auto term = terms_.find(clause.terms[i]);
      if (term == terms_.end()) return {};
      lists.push_back(&term->second);
    }
  }
  std::ranges::sort(lists, {}, [](const Ids* ids) { return ids->size(); });

  std::vector<std::pair<chat::MessageId, chat::RoomId>> found;
  const Ids& shortest = *lists.front();
  for (auto id = shortest.upper_bound(before); id != shortest.end() && std::ssize(found) < limit; ++id) {
    if (!std::ranges::all_of(lists, [&](const Ids* ids) { return ids->contains(*id); })) continue;
    const Text& text = texts_.at(*id);
    if (!room_id || *room_id == text.room_id) found.emplace_back(*id, text.room_id);
  }
  return found;
}

}  // namespace vestnik::storage::memory
