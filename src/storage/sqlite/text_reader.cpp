#include "storage/sqlite/text_reader.hpp"

#include <algorithm>
#include <set>
#include <tuple>
#include <utility>

#include "storage/sqlite/rows.hpp"
#include "storage/sqlite/sql/database.hpp"
#include "storage/sqlite/sql/history.hpp"
#include "storage/sqlite/sql/search.hpp"

namespace vestnik::storage::sqlite {
namespace {

constexpr std::size_t kPieceBytes = 4 * 1024 * 1024;

TextReader::Text read_text(Row row) {
  return {.id = row.integer(0),
          .room_key = row.integer(1),
          .content = row.integer(3) != 0 ? std::optional(row.text(2)) : std::nullopt};
}

std::pair<chat::MessageId, Time> read_id_and_time(Row row) {
  return {row.integer(0), row.time(1)};
}

IndexedRoom read_floor(Row row) {
  return {.key = row.integer(0), .floor = row.integer(1)};
}

}  // namespace

TextReader::TextReader(Connection& connection)
    : texts_after_(connection, sql::kTextsAfter),
      text_by_id_(connection, sql::kTextById),
      changes_after_(connection, sql::kTextChangesAfter),
      last_change_(connection, sql::kLastTextChange),
      first_change_(connection, sql::kFirstTextChange),
      newest_message_(connection, sql::kNewestMessage),
      high_water_(connection, sql::kHighWater),
      database_made_at_(connection, sql::kDatabaseMadeAt),
      time_of_next_message_(connection, sql::kTimeOfNextMessage),
      time_of_next_change_(connection, sql::kTimeOfNextTextChange),
      message_from_id_(connection, sql::kMessageFromId),
      floor_of_(connection, sql::kFloorOf),
      first_above_(connection, sql::kFirstMessageAbove) {}

Outcome<TextReader::Piece> TextReader::after(IndexPosition position, std::int32_t limit) {
  const auto end = newest();
  if (!end) return std::unexpected(end.error());
  Piece piece{.texts = {}, .position = position, .newest = *end};
  if (auto done = add_changed(piece, limit); !done) return std::unexpected(std::move(done.error()));
  if (auto done = add_new(piece, limit); !done) return std::unexpected(std::move(done.error()));
  return piece;
}

Outcome<void> TextReader::add_changed(Piece& piece, std::int32_t limit) {
  const auto changes = changes_after_.all([](Row row) { return std::pair(row.integer(0), row.integer(1)); },
                                          piece.position.change, std::int64_t{limit});
  if (!changes) return std::unexpected(changes.error());
  std::set<chat::MessageId> ids;
  std::size_t bytes = 0;
  for (const auto& [number, id] : *changes) {
    if (bytes >= kPieceBytes) break;
    piece.position.change = number;
    // A message that is still to come is read with its present text then.
    if (id > piece.position.message_id || !ids.insert(id).second) continue;
    auto text = text_by_id_.first(read_text, id);
    if (!text) return std::unexpected(std::move(text.error()));
    piece.texts.push_back(text->value_or(Text{.id = id, .room_key = 0, .content = {}}));
    if (const auto& content = piece.texts.back().content) bytes += content->size();
  }
  std::ranges::sort(piece.texts, {}, &Text::id);
  return {};
}

Outcome<void> TextReader::add_new(Piece& piece, std::int32_t limit) {
  std::size_t bytes = 0;
  std::int32_t count = 0;
  const auto done = texts_after_.for_each(
      [&](Row row) {
        Text text = read_text(row);
        piece.position.message_id = text.id;
        piece.position.written_at = row.time(4);
        if (text.content) bytes += text.content->size();
        piece.texts.push_back(std::move(text));
        return ++count < limit && bytes < kPieceBytes;
      },
      piece.position.message_id, std::int64_t{limit});
  // The newest messages may have been removed.
  if (count < limit && bytes < kPieceBytes) {
    piece.position.message_id = piece.newest.message_id;
    piece.position.written_at = piece.newest.written_at;
  }
  return done;
}

Outcome<IndexPosition> TextReader::newest() {
  IndexPosition newest;
  const auto made_at = database_made_at_.first([](Row row) { return row.time(0); });
  if (!made_at) return std::unexpected(made_at.error());
  newest.database_made_at = made_at->value_or(Time());
  const auto message = newest_message_.first(read_id_and_time);
  if (!message) return std::unexpected(message.error());
  std::tie(newest.message_id, newest.written_at) = message->value_or(std::pair(chat::MessageId{0}, Time()));
  const auto removed = high_water_.first(read_integer);
  if (!removed) return std::unexpected(removed.error());
  if (removed->value_or(0) > newest.message_id) {
    newest.message_id = **removed;
    newest.written_at = {};
  }
  const auto change = last_change_.first(read_integer);
  if (!change) return std::unexpected(change.error());
  newest.change = change->value_or(0);
  return newest;
}

Outcome<bool> TextReader::can_follow(IndexPosition position) {
  const auto end = newest();
  if (!end) return std::unexpected(end.error());
  if (position.database_made_at != end->database_made_at) return false;
  if (position.message_id > end->message_id || position.change > end->change) return false;
  // It may be an older copy of the database that has grown in another way since.
  const auto last = message_from_id_.first(read_id_and_time, position.message_id);
  if (!last) return std::unexpected(last.error());
  const bool is_there = *last && (*last)->first == position.message_id && position.written_at != Time();
  if (is_there && (*last)->second != position.written_at) return false;
  if (position.change == end->change) return true;
  const auto first = first_change_.first([](Row row) { return row.maybe_integer(0); });
  if (!first) return std::unexpected(first.error());
  return *first && **first && ***first <= position.change + 1;
}

Outcome<std::optional<Time>> TextReader::first_missing(IndexPosition position) {
  const auto read_time = [](Row row) { return row.time(0); };
  auto message = time_of_next_message_.first(read_time, position.message_id);
  if (!message) return message;
  auto change = time_of_next_change_.first(read_time, position.change);
  if (!change) return change;
  if (!*message || !*change) return *message ? message : change;
  return std::min(**message, **change);
}

Outcome<std::optional<IndexedRoom>> TextReader::room(std::int64_t key) {
  return floor_of_.first(read_floor, key);
}

Outcome<std::optional<chat::MessageId>> TextReader::first_held(IndexedRoom room) {
  return first_above_.first(read_integer, room.key, room.floor);
}

Outcome<chat::MessageId> TextReader::id_at(Time time) {
  const auto newest_one = newest();
  if (!newest_one) return std::unexpected(newest_one.error());
  chat::MessageId begin = 1;
  chat::MessageId end = newest_one->message_id + 1;
  while (begin < end) {
    const chat::MessageId middle = begin + (end - begin) / 2;
    const auto message = message_from_id_.first(read_id_and_time, middle);
    if (!message) return std::unexpected(message.error());
    if (!*message || (*message)->second >= time) {
      end = middle;
    } else {
      begin = (*message)->first + 1;
    }
  }
  return begin;
}

}  // namespace vestnik::storage::sqlite
