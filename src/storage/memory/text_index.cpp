#include "storage/memory/text_index.hpp"

#include <algorithm>
#include <list>

namespace vestnik::storage::memory {
namespace {

// Messages that one search looks at, and terms of them that it compares: some milliseconds.
constexpr std::size_t kLookedAtMax = 4'096;
constexpr std::size_t kComparedMax = 200'000;

}  // namespace

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
  ids_.insert(id);
}

void TextIndex::remove(chat::MessageId id) {
  const std::lock_guard lock(mutex_);
  take_out(id);
}

void TextIndex::clear() {
  const std::lock_guard lock(mutex_);
  texts_.clear();
  terms_.clear();
  ids_.clear();
}

void TextIndex::take_out(chat::MessageId id) {
  const auto text = texts_.find(id);
  if (text == texts_.end()) return;
  for (const auto term : text->second.terms) {
    term->second.erase(id);
    if (term->second.empty()) terms_.erase(term);
  }
  texts_.erase(text);
  ids_.erase(id);
}

std::optional<TextIndex::Ids> TextIndex::with_prefix(std::string_view prefix) const {
  Ids ids;
  std::size_t left = kLookedAtMax;
  for (auto term = terms_.lower_bound(prefix); term != terms_.end() && term->first.starts_with(prefix); ++term) {
    if (term->second.size() > left) return std::nullopt;
    left -= term->second.size();
    ids.insert(term->second.begin(), term->second.end());
  }
  return ids;
}

TextIndex::Found TextIndex::find(const chat::SearchQuery& query, const std::optional<chat::RoomId>& room_id,
                                 chat::MessageId before, std::int32_t limit) const {
  const std::shared_lock lock(mutex_);
  std::vector<const Ids*> lists{&ids_};
  std::list<Ids> united;  // keeps its items where they are
  // Of so many messages that the first is soon found by looking at them.
  std::vector<std::string_view> prefixes;
  for (const chat::SearchClause& clause : query.clauses) {
    for (std::size_t i = 0; i < clause.terms.size(); ++i) {
      const std::string& wanted = clause.terms[i];
      if (clause.is_prefix && i + 1 == clause.terms.size()) {
        if (auto ids = with_prefix(wanted)) {
          lists.push_back(&united.emplace_back(std::move(*ids)));
        } else {
          prefixes.push_back(wanted);
        }
        continue;
      }
      const auto term = terms_.find(wanted);
      if (term == terms_.end()) return {};
      lists.push_back(&term->second);
    }
  }
  std::ranges::sort(lists, {}, [](const Ids* ids) { return ids->size(); });

  const auto is_found = [&](chat::MessageId id, const Text& text) {
    const auto begins = [&text](std::string_view prefix) {
      return std::ranges::any_of(text.terms, [prefix](const auto term) { return term->first.starts_with(prefix); });
    };
    return (!room_id || *room_id == text.room_id) &&
           std::ranges::all_of(lists, [id](const Ids* ids) { return ids->contains(id); }) &&
           std::ranges::all_of(prefixes, begins);
  };
  Found found;
  std::size_t left = kLookedAtMax;
  std::size_t compared = 0;
  const Ids& shortest = *lists.front();
  for (auto id = shortest.upper_bound(before); id != shortest.end(); ++id, --left) {
    if (left == 0 || compared >= kComparedMax || std::ssize(found.messages) == limit) {
      found.next = *id + 1;
      break;
    }
    const Text& text = texts_.at(*id);
    compared += prefixes.size() * text.terms.size();
    if (is_found(*id, text)) found.messages.emplace_back(*id, text.room_id);
  }
  return found;
}

}  // namespace vestnik::storage::memory
