#include "storage/sqlite/message_index.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace vestnik::storage::sqlite {
namespace {

// Merging its lists may hold a transaction of the index for a while, and nobody waits for it.
constexpr std::chrono::seconds kStepTimeout{60};

// Removing a text costs some ten times as much as adding one.
constexpr std::int32_t kRemovalsShare = 8;

}  // namespace

Outcome<std::optional<IdFilter>> id_filter(Reader& reader, const chat::SearchFilter& filter) {
  IdFilter ids{.limit = filter.limit};
  if (filter.before) ids.before = *filter.before;
  if (filter.room_id) {
    const auto key = reader.room_key(*filter.room_id);
    if (!key) return std::unexpected(key.error());
    if (!*key) return std::nullopt;
    ids.room_key = *key;
  }
  if (filter.from) {
    const auto from = reader.texts().id_at(*filter.from);
    if (!from) return std::unexpected(from.error());
    ids.from = *from;
  }
  if (filter.to) {
    const auto to = reader.texts().id_at(*filter.to);
    if (!to) return std::unexpected(to.error());
    ids.before = std::min(ids.before, *to);
  }
  return ids;
}

Outcome<chat::FoundTexts> found_texts(Reader& reader, const IndexHits& hits, std::size_t bytes_max) {
  chat::FoundTexts found{.messages = {}, .next = hits.next, .indexed_through = {}};
  std::size_t bytes = 0;
  for (const chat::MessageId id : hits.ids) {
    if (bytes >= bytes_max) {
      found.next = found.messages.back().second.id;
      break;
    }
    auto message = reader.history().get_message(id);
    if (!message) return std::unexpected(std::move(message.error()));
    if (!*message || (*message)->second.deleted) continue;
    bytes += (*message)->second.content.size();
    found.messages.push_back(std::move(**message));
  }
  auto missing = reader.texts().first_missing(hits.position);
  if (!missing) return std::unexpected(std::move(missing.error()));
  found.indexed_through = *missing;
  return found;
}

MessageIndex::MessageIndex(std::string path, std::unique_ptr<Reader> reader)
    : path_(std::move(path)), reader_(std::move(reader)), texts_(reader_->texts()) {
  reader_->connection().give_way();
}

Outcome<IndexHits> MessageIndex::find(const chat::SearchQuery& query, const IdFilter& filter, Deadline deadline) {
  auto index = take_reader(deadline);
  if (!index) return std::unexpected(std::move(index.error()));
  index->reader->set_deadline(deadline);
  const auto position = index->reader->position();
  auto ids = position ? index->reader->find(query, filter) : std::unexpected(position.error());
  if (!ids) {
    note_failure(ids.error(), index->generation);
    return std::unexpected(std::move(ids.error()));
  }
  give_back(std::move(*index));
  IndexHits hits{.ids = std::move(*ids), .next = {}, .position = *position};
  if (std::ssize(hits.ids) == filter.limit) hits.next = hits.ids.back();
  return hits;
}

Outcome<MessageIndex::OpenedReader> MessageIndex::take_reader(Deadline deadline) {
  std::unique_lock lock(mutex_);
  first_opening_over_.wait_until(lock, deadline, [this] { return is_first_opening_over_; });
  const std::uint64_t generation = generation_;
  if (generation == 0) {
    return std::unexpected(Failure{.code = SQLITE_CANTOPEN, .message = "the search index is not open yet"});
  }
  while (!free_readers_.empty()) {
    OpenedReader reader = std::move(free_readers_.back());
    free_readers_.pop_back();
    if (reader.generation == generation) return reader;
  }
  lock.unlock();
  auto opened = SearchReader::open(path_);
  if (!opened) return std::unexpected(std::move(opened.error()));
  return OpenedReader{.reader = std::move(*opened), .generation = generation};
}

void MessageIndex::give_back(OpenedReader reader) {
  const std::lock_guard lock(mutex_);
  free_readers_.push_back(std::move(reader));
}

void MessageIndex::note_failure(const Failure& failure, std::uint64_t generation) {
  if (!is_damage(failure)) return;
  const std::lock_guard lock(mutex_);
  damaged_ = std::max(damaged_, generation);
}

bool MessageIndex::is_damaged() {
  const std::lock_guard lock(mutex_);
  return damaged_ == generation_;
}

void MessageIndex::note_shrunk(std::span<const std::int64_t> room_keys) {
  if (room_keys.empty()) return;
  const std::lock_guard lock(mutex_);
  shrunk_.insert(room_keys.begin(), room_keys.end());
}

Outcome<void> MessageIndex::open() {
  if (index_ && (is_damaged() || file_->is_gone())) discard();
  if (index_) return {};
  auto done = open_file();
  const std::lock_guard lock(mutex_);
  is_first_opening_over_ = true;
  first_opening_over_.notify_all();
  return done;
}

Outcome<void> MessageIndex::open_file() {
  auto opened = SearchIndex::open(path_);
  if (!opened) return std::unexpected(std::move(opened.error()));
  index_ = std::move(*opened);
  file_ = files::FileIdentity::of(path_);
  if (!file_) {
    index_.reset();
    return std::unexpected(Failure{.code = SQLITE_CANTOPEN, .message = "the search index was removed"});
  }
  begin_step();
  if (auto begun = begin_following(); !begun) {
    index_.reset();
    return begun;
  }
  ++generation_;
  return {};
}

void MessageIndex::discard() {
  index_.reset();
  remove_index(path_);
}

void MessageIndex::begin_step() {
  const Deadline until = std::chrono::steady_clock::now() + kStepTimeout;
  index_->set_deadline(until);
  reader_->connection().set_deadline(until);
}

// Finds out where the index is, whether it belongs to these messages, and what has left the rooms since.
Outcome<void> MessageIndex::begin_following() {
  const auto position = index_->position();
  if (!position) return std::unexpected(position.error());
  position_ = *position;
  const auto can_follow = texts_.can_follow(position_);
  if (!can_follow) return std::unexpected(can_follow.error());
  if (!*can_follow) {  // as at first
    if (auto cleared = index_->clear(); !cleared) return cleared;
    // Every message will be read as it is now: changes of the past are of no interest.
    const auto newest = texts_.newest();
    if (!newest) return std::unexpected(newest.error());
    position_ = {
        .message_id = 0, .change = newest->change, .written_at = {}, .database_made_at = newest->database_made_at};
    if (auto applied = index_->apply({}, position_); !applied) return applied;
  }
  forgotten_ = 0;
  removals_.clear();
  const auto rooms = index_->rooms();
  if (!rooms) return std::unexpected(rooms.error());
  for (const IndexedRoom& room : *rooms) {
    if (auto planned = plan_removal(room); !planned) return planned;
  }
  return {};
}

Outcome<chat::IndexStep> MessageIndex::advance(std::int32_t limit) {
  if (auto opened = open(); !opened) return std::unexpected(std::move(opened.error()));
  begin_step();
  return take_step(limit);
}

Outcome<chat::IndexStep> MessageIndex::take_step(std::int32_t limit) {
  const auto piece = in_transaction(reader_->connection(), kBeginRead, [&] { return texts_.after(position_, limit); });
  if (!piece) return std::unexpected(piece.error());
  if (piece->position != position_) {
    std::vector<TextToIndex> texts;
    texts.reserve(piece->texts.size());
    for (const auto& [id, room_key, content] : piece->texts) {
      if (id > position_.message_id && !content) continue;  // the index does not have it
      texts.push_back({.id = id, .room_key = room_key, .content = content});
    }
    if (auto applied = index_->apply(texts, piece->position); !applied) {
      note_failure(applied.error(), generation_);
      return std::unexpected(std::move(applied.error()));
    }
    position_ = piece->position;
  }
  if (auto planned = plan_removals(); !planned) return std::unexpected(std::move(planned.error()));
  if (auto removed = remove_some(std::max(limit / kRemovalsShare, 1)); !removed) {
    return std::unexpected(std::move(removed.error()));
  }
  const auto& newest = piece->newest;
  return chat::IndexStep{.messages = std::ssize(piece->texts),
                         .waiting = newest.message_id - position_.message_id + newest.change - position_.change,
                         .more = position_ != newest || !removals_.empty()};
}

Outcome<void> MessageIndex::plan_removals() {
  std::set<std::int64_t> shrunk;
  {
    const std::lock_guard lock(mutex_);
    shrunk.swap(shrunk_);
  }
  if (shrunk.empty()) return {};
  auto planned = plan_removals_of(shrunk);
  if (!planned) {
    const std::lock_guard lock(mutex_);
    shrunk_.merge(shrunk);  // for the next step
  }
  return planned;
}

Outcome<void> MessageIndex::plan_removals_of(const std::set<std::int64_t>& room_keys) {
  const auto rooms = index_->rooms();
  if (!rooms) {
    note_failure(rooms.error(), generation_);
    return std::unexpected(rooms.error());
  }
  for (const IndexedRoom& room : *rooms) {
    if (!room_keys.contains(room.key)) continue;
    if (auto planned = plan_removal(room); !planned) return planned;
  }
  return {};
}

Outcome<void> MessageIndex::plan_removal(IndexedRoom indexed) {
  const auto present = texts_.room(indexed.key);
  if (!present) return std::unexpected(present.error());
  if (!*present) {
    removals_.insert_or_assign(indexed.key, Removal{.before = position_.message_id + 1, .floor = {}});
    return {};
  }
  const std::int64_t floor = (*present)->floor;
  if (floor == indexed.floor) return {};
  const auto first = texts_.first_held(**present);
  if (!first) return std::unexpected(first.error());
  removals_.insert_or_assign(indexed.key, Removal{.before = first->value_or(position_.message_id + 1), .floor = floor});
  return {};
}

Outcome<void> MessageIndex::remove_some(std::int32_t limit) {
  for (std::int64_t left = limit; left > 0 && !removals_.empty();) {
    const auto& [room_key, removal] = *removals_.begin();
    const auto removed = index_->remove_of_room(room_key, removal.before, static_cast<std::int32_t>(left));
    if (!removed) {
      note_failure(removed.error(), generation_);
      return std::unexpected(removed.error());
    }
    if (*removed == left) return {};
    left -= *removed + 1;  // also a room of which nothing is left costs something
    auto noted =
        removal.floor ? index_->set_floor({.key = room_key, .floor = *removal.floor}) : index_->forget_room(room_key);
    if (!noted) return noted;
    removals_.erase(removals_.begin());
  }
  return {};
}

Outcome<std::optional<std::int64_t>> MessageIndex::changes_to_forget() {
  if (!index_ || position_.change == forgotten_) return std::nullopt;
  const std::int64_t applied = position_.change;
  const auto durable = index_->make_durable();
  if (!durable) return std::unexpected(durable.error());
  return *durable ? std::optional(applied) : std::nullopt;
}

Outcome<void> MessageIndex::clear() {
  // Made anew rather than emptied: that also cures one that is damaged.
  discard();
  return open();
}

}  // namespace vestnik::storage::sqlite
