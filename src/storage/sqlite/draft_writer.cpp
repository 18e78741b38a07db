#include "storage/sqlite/draft_writer.hpp"

#include <utility>

#include "storage/answers.hpp"
#include "storage/sqlite/sql/history.hpp"

namespace vestnik::storage::sqlite {

DraftWriter::DraftWriter(Connection& connection, MessageReader& messages, AttachmentWriter& attachments,
                         SessionActivity& activity)
    : messages_(messages),
      attachments_(attachments),
      activity_(activity),
      message_by_nonce_(connection, sql::kMessageByNonce),
      forget_nonce_(connection, sql::kForgetNonce),
      insert_message_(connection, sql::kInsertMessage) {}

Answer DraftWriter::apply(const chat::Draft& draft, Batch& batch, BatchRoom& room) {
  if (draft.nonce) {
    auto first = find_nonce(draft, room);
    if (!first) return failed(first.error());
    if (*first) {
      auto message = messages_.complete(std::move(**first));
      if (!message) return failed(message.error());
      if (!answers::repeats(draft, *message)) return refused(answers::nonce_used());
      return duplicate(answers::sent(std::move(*message)));
    }
  }
  if (draft.reply_to) {
    const auto original = messages_.by_id(*draft.reply_to);
    if (!original) return failed(original.error());
    if (!*original || !room.holds(**original) || (*original)->message.deleted) {
      return refused(answers::no_reply(*draft.reply_to));
    }
  }
  if (draft.attachment_ids.empty()) return insert(draft, {}, batch, room);
  auto attachments = attachments_.find(draft);
  if (!attachments) return failed(attachments.error());
  if (!*attachments) return refused(std::unexpected(std::move(attachments->error())));
  return insert(draft, std::move(**attachments), batch, room);
}

Outcome<std::optional<StoredMessage>> DraftWriter::find_nonce(const chat::Draft& draft, const BatchRoom& room) {
  auto first = message_by_nonce_.first(read_message, room.state.key, draft.user_id.value_or(0), *draft.nonce);
  if (!first || !*first || room.holds(**first)) return first;
  // It was trimmed, only its row is still there.
  if (auto done = forget_nonce_.run((*first)->message.id); !done) return std::unexpected(std::move(done.error()));
  return std::nullopt;
}

Answer DraftWriter::insert(const chat::Draft& draft, std::vector<chat::Attachment> attachments, Batch& batch,
                           BatchRoom& room) {
  auto& state = room.state;
  const std::int64_t others = state.counter - state.message_total;
  chat::Message message =
      answers::message_of(draft, ++batch.newest_message_id, room.take_position(), batch.at, std::move(attachments));
  const auto inserted = insert_message_.run(message.id, state.key, message.n, message.created_at, message.user_id,
                                            message.username, message.content, message.client_seq, message.nonce,
                                            others, message.reply_to, std::ssize(message.attachments));
  if (!inserted) return failed(inserted.error());
  if (const auto linked = attachments_.link(message.id, message.attachments); !linked) return failed(linked.error());

  ++state.message_total;
  ++state.message_count;
  room.last_message_at = batch.at;
  if (draft.message_limit) room.keep(*draft.message_limit);
  if (draft.user_id && activity_.may_have_sessions(*draft.user_id)) batch.active_users.insert(*draft.user_id);
  return committed(answers::sent(std::move(message)));
}

}  // namespace vestnik::storage::sqlite
