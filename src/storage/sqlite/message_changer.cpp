#include "storage/sqlite/message_changer.hpp"

#include <cstdint>
#include <utility>

#include "storage/answers.hpp"
#include "storage/sqlite/sql/history.hpp"
#include "storage/sqlite/sql/search.hpp"

namespace vestnik::storage::sqlite {

MessageChanger::MessageChanger(Connection& connection, MessageReader& messages, ChangeLog& log, HistorySweeper& sweeper)
    : messages_(messages),
      log_(log),
      sweeper_(sweeper),
      edit_message_(connection, sql::kEditMessage),
      empty_message_(connection, sql::kEmptyMessage),
      insert_text_change_(connection, sql::kInsertTextChange),
      add_emojis_(connection, sql::kAddEmojis),
      has_reaction_(connection, sql::kHasReaction),
      insert_reaction_(connection, sql::kInsertReaction),
      delete_reaction_(connection, sql::kDeleteReaction),
      put_reaction_count_(connection, sql::kPutReactionCount),
      delete_reaction_count_(connection, sql::kDeleteReactionCount) {}

Outcome<std::optional<StoredMessage>> MessageChanger::find(chat::MessageId id, const BatchRoom& room) {
  auto stored = messages_.by_id(id);
  if (stored && *stored && !room.holds(**stored)) return std::nullopt;
  return stored;
}

Answer MessageChanger::apply(const chat::Edit& edit, Batch& batch, BatchRoom& room) {
  auto stored = find(edit.message_id, room);
  if (!stored) return failed(stored.error());
  if (!*stored) return refused(answers::no_message(edit.message_id));
  if ((*stored)->message.deleted) return refused(answers::message_deleted(edit.message_id));
  auto message = messages_.complete(std::move(**stored));
  if (!message) return failed(message.error());
  if (message->content == edit.content) {
    return unchanged(batch, room, edit.user_id, chat::MessageEdited{std::move(*message)});
  }

  message->content = edit.content;
  message->edited_at = batch.at;
  const auto edited = edit_message_.run(message->id, message->content, message->edited_at);
  if (!edited) return failed(edited.error());
  if (const auto noted = insert_text_change_.run(message->id, batch.at); !noted) return failed(noted.error());
  auto event = log_.add(batch, room, ChangeKind::kEdited, edit.user_id, {.message_id = message->id, .emoji = {}});
  if (!event) return failed(event.error());
  event->what = chat::MessageEdited{std::move(*message)};
  return committed(std::move(*event));
}

Answer MessageChanger::apply(const chat::Deletion& deletion, Batch& batch, BatchRoom& room) {
  const auto stored = find(deletion.message_id, room);
  if (!stored) return failed(stored.error());
  if (!*stored) return refused(answers::no_message(deletion.message_id));
  const chat::MessageDeleted what{deletion.message_id};
  if ((*stored)->message.deleted) return unchanged(batch, room, deletion.user_id, what);

  const auto removed = sweeper_.remove(
      Belongings{.message_id = deletion.message_id, .emojis = (*stored)->emojis, .attachments = (*stored)->attachments},
      INT64_MAX);
  if (!removed) return failed(removed.error());
  if (const auto emptied = empty_message_.run(deletion.message_id); !emptied) return failed(emptied.error());
  if (const auto noted = insert_text_change_.run(deletion.message_id, batch.at); !noted) return failed(noted.error());
  auto event =
      log_.add(batch, room, ChangeKind::kDeleted, deletion.user_id, {.message_id = deletion.message_id, .emoji = {}});
  if (!event) return failed(event.error());
  event->what = what;
  return committed(std::move(*event));
}

Answer MessageChanger::apply(const chat::ReactionChange& change, Batch& batch, BatchRoom& room) {
  const auto stored = find(change.message_id, room);
  if (!stored) return failed(stored.error());
  if (!*stored) return refused(answers::no_message(change.message_id));
  if ((*stored)->message.deleted) return refused(answers::message_deleted(change.message_id));
  const auto given = has_reaction_.first(read_presence, change.message_id, change.emoji, change.user_id);
  if (!given) return failed(given.error());
  const auto count = messages_.reaction_count(change.message_id, change.emoji);
  if (!count) return failed(count.error());
  chat::ReactionChanged what{
      .message_id = change.message_id, .emoji = change.emoji, .added = change.add, .count = *count};
  if (given->has_value() == change.add) return unchanged(batch, room, change.user_id, std::move(what));
  if (*count == 0 && (*stored)->emojis >= std::int64_t{chat::kReactionEmojisMax}) {
    return refused(answers::too_many_emojis());
  }

  auto event = log_.add(batch, room, change.add ? ChangeKind::kReactionAdded : ChangeKind::kReactionRemoved,
                        change.user_id, {.message_id = change.message_id, .emoji = change.emoji});
  if (!event) return failed(event.error());
  what.count += change.add ? 1 : -1;
  const auto done = change.add ? add_reaction(change, event->n, what.count) : remove_reaction(change, what.count);
  if (!done) return failed(done.error());
  event->what = std::move(what);
  return committed(std::move(*event));
}

Outcome<void> MessageChanger::add_reaction(const chat::ReactionChange& change, std::int64_t n, std::int64_t count) {
  const auto& [room_id, message_id, user_id, emoji, add] = change;
  if (auto done = insert_reaction_.run(message_id, emoji, user_id, n); !done) return done;
  if (auto done = put_reaction_count_.run(message_id, emoji, n, count); !done || count > 1) return done;
  return add_emojis_.run(message_id, std::int64_t{1});
}

Outcome<void> MessageChanger::remove_reaction(const chat::ReactionChange& change, std::int64_t count) {
  const auto& [room_id, message_id, user_id, emoji, add] = change;
  if (auto done = delete_reaction_.run(message_id, emoji, user_id); !done) return done;
  if (count > 0) return put_reaction_count_.run(message_id, emoji, std::int64_t{0}, count);
  if (auto done = delete_reaction_count_.run(message_id, emoji); !done) return done;
  return add_emojis_.run(message_id, std::int64_t{-1});
}

}  // namespace vestnik::storage::sqlite
