#include "storage/sqlite/history_reader.hpp"

#include <algorithm>

#include "storage/answers.hpp"
#include "storage/sqlite/sql/history.hpp"
#include "storage/sqlite/sql/people.hpp"
#include "storage/sqlite/sql/rooms.hpp"

namespace vestnik::storage::sqlite {

using chat::Event;
using chat::Message;

HistoryReader::HistoryReader(Connection& connection)
    : search_(connection),
      messages_(connection),
      room_state_(connection, sql::kRoomState),
      room_of_message_(connection, sql::kRoomOfMessage),
      room_rules_(connection, sql::kRoomRules),
      room_states_since_(connection, sql::kRoomStatesSince),
      messages_ascending_(connection, sql::kMessagesAscending),
      messages_descending_(connection, sql::kMessagesDescending),
      changes_(connection, sql::kChanges),
      user_by_id_(connection, sql::kUserById) {}

Outcome<std::vector<Message>> HistoryReader::list_messages(const chat::HistoryQuery& query) {
  const auto room = room_state_.first(read_room_state, query.room_id);
  if (!room) return std::unexpected(room.error());
  if (!*room) return std::vector<Message>{};
  auto range = range_of(**room, query);
  if (range && query.offset > 0) range = skip(**room, *range, query.offset, query.order);
  if (!range) return std::unexpected(range.error());
  auto& statement = query.order == chat::Order::kAscending ? messages_ascending_ : messages_descending_;
  auto page = read_messages(statement, (*room)->key, *range, std::max(query.limit, 0), query.bytes_max);
  if (!page) return std::unexpected(std::move(page.error()));
  return messages_.complete(std::move(*page));
}

Outcome<std::vector<StoredMessage>> HistoryReader::read_messages(Statement& statement, std::int64_t room_key,
                                                                 Range& range, std::int64_t limit,
                                                                 std::int64_t bytes_max) {
  answers::PageBudget budget(bytes_max);
  std::vector<StoredMessage> messages;
  std::optional<std::int64_t> stopped_at;
  auto done = statement.for_each(
      [&](Row row) {
        StoredMessage stored = read_message(row);
        if (!budget.take(chat::weight_of(stored.message, stored.emojis, stored.attachments))) {
          stopped_at = stored.message.n;
          return false;
        }
        messages.push_back(std::move(stored));
        return true;
      },
      room_key, range.begin, range.end, limit);
  if (stopped_at) range.end = *stopped_at;
  if (!done) return std::unexpected(std::move(done.error()));
  return messages;
}

Outcome<Range> HistoryReader::range_of(const RoomState& room, const chat::HistoryQuery& query) {
  Range range = held(room);
  range.begin = std::clamp(query.after, room.floor, room.counter) + 1;
  if (query.before) range.end = std::min(range.end, *query.before);
  if (query.from) {
    const auto begin = search_.find_time(room, range, *query.from);
    if (!begin) return std::unexpected(begin.error());
    range.begin = *begin;
  }
  if (query.to) {
    const auto end = search_.find_time(room, range, *query.to);
    if (!end) return std::unexpected(end.error());
    range.end = *end;
  }
  return range;
}

Outcome<Range> HistoryReader::skip(const RoomState& room, Range range, std::int64_t offset, chat::Order order) {
  if (range.empty()) return range;
  const auto first = search_.ordinal_from(room, range.begin);
  if (!first) return std::unexpected(first.error());
  const auto end = search_.ordinal_from(room, range.end);
  if (!end) return std::unexpected(end.error());
  if (offset >= *end - *first) return Range{};
  const bool ascending = order == chat::Order::kAscending;
  const auto bound = search_.find_ordinal(room, ascending ? *first + offset : *end - offset);
  if (!bound) return std::unexpected(bound.error());
  (ascending ? range.begin : range.end) = *bound;
  return range;
}

Outcome<std::optional<std::pair<chat::RoomId, Message>>> HistoryReader::get_message(chat::MessageId id) {
  auto stored = messages_.by_id(id);
  if (!stored) return std::unexpected(std::move(stored.error()));
  if (!*stored) return std::nullopt;
  auto room = room_of_message_.first([](Row row) { return row.text(0); }, (*stored)->room_key, (*stored)->message.n);
  if (!room) return std::unexpected(std::move(room.error()));
  if (!*room) return std::nullopt;
  auto message = messages_.complete(std::move(**stored));
  if (!message) return std::unexpected(std::move(message.error()));
  return std::pair(std::move(**room), std::move(*message));
}

Outcome<std::vector<Event>> HistoryReader::list_events(const chat::RoomId& room_id, std::int64_t after,
                                                       std::int32_t limit, std::int64_t bytes_max) {
  const auto room = room_state_.first(read_room_state, room_id);
  if (!room) return std::unexpected(room.error());
  if (!*room) return std::vector<Event>{};
  Range range = held(**room);
  range.begin = std::clamp(after, (*room)->complete_after(), (*room)->counter) + 1;
  range.end = std::min(range.end, range.begin + std::max(limit, 0));
  auto messages = read_messages(messages_ascending_, (*room)->key, range, std::max(limit, 0), bytes_max);
  if (!messages) return std::unexpected(std::move(messages.error()));
  auto changes = changes_.all(read_change, (*room)->key, range.begin, range.end);
  if (!changes) return std::unexpected(std::move(changes.error()));

  // An edited text is read with its event, so the page may end before the messages that were read.
  std::vector<Event> events;
  events.reserve(messages->size() + changes->size());
  answers::PageBudget budget(bytes_max);
  auto message = messages->begin();
  auto change = changes->begin();
  while (message != messages->end() || change != changes->end()) {
    const bool is_message = change == changes->end() || (message != messages->end() && message->message.n < change->n);
    auto event = is_message ? sent(std::move(*message++)) : event_of(**room, std::move(*change++));
    if (!event) return std::unexpected(std::move(event.error()));
    if (!budget.take(chat::weight_of(*event))) break;
    events.push_back(std::move(*event));
  }
  return events;
}

Outcome<Event> HistoryReader::sent(StoredMessage stored) {
  auto message = messages_.complete(std::move(stored));
  if (!message) return std::unexpected(std::move(message.error()));
  return answers::sent(std::move(*message));
}

// What the change is about, as it is now.
Outcome<Event> HistoryReader::event_of(const RoomState& room, StoredChange change) {
  Event event{.n = change.n, .at = change.at, .user_id = change.user_id, .what = {}};
  switch (change.kind) {
    case ChangeKind::kEdited:
    case ChangeKind::kReactionAdded:
    case ChangeKind::kReactionRemoved: {
      auto stored = messages_.by_id(change.message_id);
      if (!stored) return std::unexpected(std::move(stored.error()));
      if (!*stored || (*stored)->message.n <= room.floor) {
        event.what = chat::MessageDeleted{change.message_id};
      } else if (change.kind == ChangeKind::kEdited) {
        auto message = messages_.complete(std::move(**stored));
        if (!message) return std::unexpected(std::move(message.error()));
        event.what = chat::MessageEdited{std::move(*message)};
      } else {
        const auto count = messages_.reaction_count(change.message_id, change.emoji);
        if (!count) return std::unexpected(count.error());
        event.what = chat::ReactionChanged{.message_id = change.message_id,
                                           .emoji = std::move(change.emoji),
                                           .added = change.kind == ChangeKind::kReactionAdded,
                                           .count = *count};
      }
      return event;
    }
    case ChangeKind::kJoined:
    case ChangeKind::kLeft: {
      auto user = user_by_id_.first(read_user, change.user_id);
      if (!user) return std::unexpected(std::move(user.error()));
      event.what = chat::MemberChanged{.username = user->value_or(chat::User{}).username,
                                       .joined = change.kind == ChangeKind::kJoined};
      return event;
    }
    case ChangeKind::kRules: {
      const auto rules = room_rules_.first(read_rules, room.key);
      if (!rules) return std::unexpected(rules.error());
      event.what = chat::RulesChanged{rules->value_or(chat::RoomRules{})};
      return event;
    }
    case ChangeKind::kDeleted:
      break;
  }
  event.what = chat::MessageDeleted{change.message_id};
  return event;
}

Outcome<std::int64_t> HistoryReader::count_since(Time since) {
  const auto rooms = room_states_since_.all(read_room_state, since);
  if (!rooms) return std::unexpected(rooms.error());
  std::int64_t count = 0;
  for (const auto& room : *rooms) {
    const auto first = search_.find_time(room, held(room), since);
    if (!first) return std::unexpected(first.error());
    const auto ordinal = search_.ordinal_from(room, *first);
    if (!ordinal) return std::unexpected(ordinal.error());
    count += room.message_total + 1 - *ordinal;
  }
  return count;
}

}  // namespace vestnik::storage::sqlite
