#include "storage/sqlite/writer.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include "storage/sqlite/sql.hpp"

namespace vestnik::storage::sqlite {

Writer::Writer(std::unique_ptr<Connection> connection)
    : connection_(std::move(connection)),
      user_by_name_(*connection_, sql::kUserByName),
      insert_user_(*connection_, sql::kInsertUser),
      room_taken_(*connection_, sql::kRoomTaken),
      insert_room_(*connection_, sql::kInsertRoom),
      room_state_(*connection_, sql::kRoomState),
      update_room_state_(*connection_, sql::kUpdateRoomState),
      newest_message_(*connection_, sql::kNewestMessage),
      message_by_nonce_(*connection_, sql::kMessageByNonce),
      insert_message_(*connection_, sql::kInsertMessage),
      write_probe_(*connection_, sql::kWriteProbe) {}

Outcome<std::optional<chat::User>> Writer::create_user(const chat::NewUser& user) {
  const auto taken = user_by_name_.first(read_user, user.username);
  if (!taken) return std::unexpected(taken.error());
  if (*taken) return std::nullopt;
  return insert_user_.first(read_user, user.username, user.email);
}

Outcome<std::optional<chat::Room>> Writer::create_room(const chat::NewRoom& room) {
  const auto& info = room.info;
  const auto taken = room_taken_.first([](Row) { return true; }, info.id, info.name);
  if (!taken) return std::unexpected(taken.error());
  if (*taken) return std::nullopt;
  const auto inserted = insert_room_.run(info.id, info.name, info.epoch, info.created_at, info.max_length,
                                         std::int64_t{info.client_seq_required});
  if (!inserted) return std::unexpected(inserted.error());
  chat::Room created;
  created.info = info;
  return created;
}

Outcome<std::vector<Result<chat::Appended>>> Writer::append(std::span<const chat::Draft> drafts, Time now) {
  const auto before = newest_message_.first(read_time_mark);
  if (!before) return std::unexpected(before.error());
  TimeMark newest = before->value_or(TimeMark{.number = 0, .created_at = now});
  newest.created_at = std::max(newest.created_at, now);

  Rooms rooms;
  std::vector<Result<chat::Appended>> results;
  results.reserve(drafts.size());
  for (const auto& draft : drafts) {
    auto result = append_one(draft, rooms, newest);
    if (!result) return std::unexpected(std::move(result.error()));
    results.push_back(std::move(*result));
  }

  for (const auto& [id, room] : rooms) {
    if (!room.has_grown) continue;
    const auto& [key, counter, floor, message_count] = *room.state;
    const auto updated = update_room_state_.run(key, counter, message_count, newest.created_at);
    if (!updated) return std::unexpected(updated.error());
  }
  return results;
}

Outcome<Result<chat::Appended>> Writer::append_one(const chat::Draft& draft, Rooms& rooms, TimeMark& newest) {
  const auto [entry, is_new] = rooms.try_emplace(draft.room_id);
  if (is_new) {
    auto state = room_state_.first(read_room_state, draft.room_id);
    if (!state) return std::unexpected(std::move(state.error()));
    entry->second.state = *state;
  }
  auto& [room, has_grown] = entry->second;
  if (!room) {
    return Result<chat::Appended>(fail(ErrorCode::kNotFound, fmt::format("There is no room \"{}\".", draft.room_id)));
  }

  if (draft.nonce) {
    auto first = message_by_nonce_.first(read_message, room->key, draft.user_id.value_or(0), *draft.nonce);
    if (!first) return std::unexpected(std::move(first.error()));
    if (*first && (*first)->content == draft.content) {
      return chat::Appended{.message = std::move(**first), .duplicate = true};
    }
    if (*first) {
      return Result<chat::Appended>(
          fail(ErrorCode::kAlreadyExists, "The nonce was used for a message with another content."));
    }
  }

  chat::Appended appended{.message = {.id = ++newest.number,
                                      .n = ++room->counter,
                                      .created_at = newest.created_at,
                                      .user_id = draft.user_id,
                                      .username = draft.username,
                                      .content = draft.content,
                                      .client_seq = draft.client_seq,
                                      .nonce = draft.nonce}};
  ++room->message_count;
  has_grown = true;
  const auto& message = appended.message;
  const auto inserted = insert_message_.run(message.id, room->key, message.n, message.created_at, message.user_id,
                                            message.username, message.content, message.client_seq, message.nonce);
  if (!inserted) return std::unexpected(inserted.error());
  return appended;
}

}  // namespace vestnik::storage::sqlite
