#include "storage/sqlite/history_writer.hpp"

#include <algorithm>
#include <type_traits>
#include <utility>
#include <variant>

#include "storage/answers.hpp"
#include "storage/sqlite/sql/history.hpp"
#include "storage/sqlite/sql/rooms.hpp"

namespace vestnik::storage::sqlite {
namespace {

// Rows below the floor that one batch removes, if there are so many; what is left is removed by the next or by
// sweeping.
std::int64_t trimmed_rows(const BatchRoom& room) {
  return std::max<std::int64_t>(1'000, 2 * room.grown);
}

// Where ids and time have come.
struct HighWater {
  chat::MessageId message_id = 0;
  std::optional<Time> at;
};

HighWater read_high_water(Row row) {
  return {.message_id = row.integer(0), .at = row.maybe_time(1)};
}

std::optional<chat::UserId> actor_of(const chat::Change& change) {
  return std::visit([](const auto& each) -> std::optional<chat::UserId> { return each.user_id; }, change);
}

}  // namespace

HistoryWriter::HistoryWriter(Connection& connection, SessionActivity& activity, KnownUsers& known_users,
                             AttachmentWriter& attachments)
    : activity_(activity),
      known_users_(known_users),
      messages_(connection),
      search_(connection),
      sweeper_(connection, attachments),
      log_(connection),
      drafts_(connection, messages_, attachments, activity),
      message_changer_(connection, messages_, log_, sweeper_),
      room_changer_(connection, log_),
      newest_message_(connection, sql::kNewestMessage),
      high_water_(connection, sql::kHighWater),
      update_high_water_(connection, sql::kUpdateHighWater),
      room_state_(connection, sql::kRoomState),
      update_room_state_(connection, sql::kUpdateRoomState),
      delete_some_nonces_(connection, sql::kDeleteSomeNonces) {}

Outcome<std::vector<Result<chat::Appended>>> HistoryWriter::append(std::span<const chat::Change> changes, Time now) {
  shrunk_rooms_.clear();
  auto batch = begin(now);
  if (!batch) return std::unexpected(std::move(batch.error()));
  std::vector<Result<chat::Appended>> results;
  results.reserve(changes.size());
  for (const auto& change : changes) {
    auto result = apply(change, *batch);
    if (!result) return std::unexpected(std::move(result.error()));
    results.push_back(std::move(*result));
  }
  if (auto finished = finish(*batch); !finished) return std::unexpected(std::move(finished.error()));
  return results;
}

Outcome<Batch> HistoryWriter::begin(Time now) {
  if (auto loaded = activity_.load(); !loaded) return std::unexpected(std::move(loaded.error()));
  const auto message = newest_message_.first(read_high_water);
  if (!message) return std::unexpected(message.error());
  const auto other = high_water_.first(read_high_water);
  if (!other) return std::unexpected(other.error());
  Batch batch{.at = now};
  Time newest = now;
  for (const auto& known : {*message, *other}) {
    if (!known) continue;
    batch.newest_message_id = std::max(batch.newest_message_id, known->message_id);
    newest = std::max(newest, known->at.value_or(now));
  }
  batch.at = answers::time_of_changes(now, newest);
  return batch;
}

Answer HistoryWriter::apply(const chat::Change& change, Batch& batch) {
  const auto& room_id = chat::room_of(change);
  const auto found = find_room(room_id, batch);
  if (!found) return failed(found.error());
  auto& room = **found;
  if (!room || room->is_closed) return refused(answers::no_room(room_id));
  const auto user = actor_of(change);
  if (user) {
    const auto is_user = known_users_.exists(*user);
    if (!is_user) return failed(is_user.error());
    if (!*is_user) return refused(answers::no_user(*user));
  }
  auto answer = std::visit(
      [&]<typename T>(const T& each) {
        if constexpr (std::is_same_v<T, chat::Draft>) {
          return drafts_.apply(each, batch, *room);
        } else if constexpr (requires { message_changer_.apply(each, batch, *room); }) {
          return message_changer_.apply(each, batch, *room);
        } else {
          return room_changer_.apply(each, batch, *room);
        }
      },
      change);
  const bool is_new = answer && *answer && !(*answer)->duplicate;
  if (user && is_new && activity_.may_have_sessions(*user)) batch.acting_users.insert(*user);
  return answer;
}

Outcome<std::optional<BatchRoom>*> HistoryWriter::find_room(const chat::RoomId& id, Batch& batch) {
  const auto [entry, is_new] = batch.rooms.try_emplace(id);
  if (is_new) {
    const auto state = room_state_.first(read_room_state, id);
    if (!state) return std::unexpected(state.error());
    if (*state) entry->second.emplace().state = **state;
  }
  return &entry->second;
}

Outcome<void> HistoryWriter::finish(Batch& batch) {
  for (auto& [id, room] : batch.rooms) {
    if (!room || room->grown == 0) continue;
    if (room->is_closed || room->has_trimmed) shrunk_rooms_.push_back(room->state.key);
    if (auto trimmed = trim(*room); !trimmed) return trimmed;
    if (auto forgotten = forget_events(*room); !forgotten) return forgotten;
    if (auto forgotten = forget_nonces(*room); !forgotten) return forgotten;
    const auto& [key, counter, floor, swept, events_floor, message_count, message_total] = room->state;
    auto updated = update_room_state_.run(key, counter, floor, swept, events_floor, message_count, message_total,
                                          room->last_message_at);
    if (!updated) return updated;
  }
  for (const auto user : batch.active_users) {
    if (auto touched = activity_.touch(user, batch.at); !touched) return touched;
  }
  for (const auto user : batch.acting_users) {
    if (auto noted = known_users_.note_acted(user); !noted) return noted;
  }
  if (!batch.has_other_changes) return {};
  return update_high_water_.run(batch.newest_message_id, batch.at);
}

Outcome<void> HistoryWriter::trim(BatchRoom& room) {
  auto& state = room.state;
  if (room.has_trimmed) {
    const auto oldest = search_.find_ordinal(state, state.first_ordinal());
    if (!oldest) return std::unexpected(oldest.error());
    state.floor = *oldest - 1;
  }
  if (state.swept >= state.floor) return {};
  const auto left = sweeper_.remove(state.key, {.begin = state.swept + 1, .end = state.floor + 1}, trimmed_rows(room));
  if (!left) return std::unexpected(left.error());
  state.swept = *left - 1;
  return {};
}

Outcome<void> HistoryWriter::forget_events(BatchRoom& room) {
  auto& state = room.state;
  const std::int64_t floor = state.complete_after();
  const std::int64_t next =
      std::min(answers::events_floor(state.counter, state.message_count), floor + trimmed_rows(room));
  if (next <= floor) return {};
  state.events_floor = next;
  return sweeper_.remove_changes(state.key, {.begin = floor + 1, .end = next + 1});
}

Outcome<void> HistoryWriter::forget_nonces(const BatchRoom& room) {
  const std::int64_t first = std::min(room.state.floor + 1, answers::first_remembered_nonce(room.state.counter));
  if (first <= 1) return {};
  return delete_some_nonces_.run(room.state.key, first, trimmed_rows(room));
}

}  // namespace vestnik::storage::sqlite
