#include "storage/sqlite/draft_writer.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "storage/answers.hpp"
#include "storage/sqlite/sql/history.hpp"

namespace vestnik::storage::sqlite {
namespace {

// Whether a message is what the draft says, and has not been changed: all that is known where no digest was kept.
bool is_as_sent(const chat::Draft& draft, const chat::Message& message) {
  return !message.deleted && !message.edited_at && message.content == draft.content &&
         std::ranges::equal(draft.attachment_ids, message.attachments, {}, {}, &chat::Attachment::id);
}

}  // namespace

DraftWriter::DraftWriter(Connection& connection, MessageReader& messages, AttachmentWriter& attachments,
                         SessionActivity& activity)
    : messages_(messages),
      attachments_(attachments),
      activity_(activity),
      nonce_(connection, sql::kNonce),
      put_nonce_(connection, sql::kPutNonce),
      insert_message_(connection, sql::kInsertMessage) {}

Answer DraftWriter::apply(const chat::Draft& draft, Batch& batch, BatchRoom& room) {
  std::string digest;
  if (draft.nonce) {
    digest = answers::digest_of(draft);
    auto answer = answer_to_nonce(draft, digest, room);
    if (!answer) return failed(answer.error());
    if (*answer) return std::move(**answer);
  }
  if (draft.refusal) return refused(std::unexpected(*draft.refusal));
  if (draft.reply_to) {
    const auto original = messages_.by_id(*draft.reply_to);
    if (!original) return failed(original.error());
    if (!*original || !room.holds(**original) || (*original)->message.deleted) {
      return refused(answers::no_reply(*draft.reply_to));
    }
  }
  if (draft.attachment_ids.empty()) return insert(draft, {}, digest, batch, room);
  auto attachments = attachments_.find(draft);
  if (!attachments) return failed(attachments.error());
  if (!*attachments) return refused(std::unexpected(std::move(attachments->error())));
  return insert(draft, std::move(**attachments), digest, batch, room);
}

Outcome<std::optional<Result<chat::Appended>>> DraftWriter::answer_to_nonce(const chat::Draft& draft,
                                                                            std::string_view digest,
                                                                            const BatchRoom& room) {
  const auto first = nonce_.first(read_nonce, room.state.key, draft.user_id.value_or(0), *draft.nonce);
  if (!first) return std::unexpected(first.error());
  if (!*first) return std::nullopt;
  const StoredNonce& nonce = **first;
  auto stored = messages_.by_id(nonce.message_id);
  if (!stored) return std::unexpected(std::move(stored.error()));
  const bool is_held = *stored && room.holds(**stored);
  // Its row may be there for longer than it is remembered.
  if (!is_held && nonce.n < answers::first_remembered_nonce(room.state.counter)) return std::nullopt;
  const auto used = [] { return std::optional<Result<chat::Appended>>(answers::nonce_used()); };
  if (nonce.digest && *nonce.digest != digest) return used();
  chat::Message message = answers::trimmed(draft, nonce.message_id, nonce.n, nonce.created_at);
  if (is_held) {
    auto complete = messages_.complete(std::move(**stored));
    if (!complete) return std::unexpected(std::move(complete.error()));
    message = std::move(*complete);
  }
  if (!nonce.digest && !is_as_sent(draft, message)) return used();
  return std::optional<Result<chat::Appended>>(
      chat::Appended{.event = answers::sent(std::move(message)), .duplicate = true});
}

Answer DraftWriter::insert(const chat::Draft& draft, std::vector<chat::Attachment> attachments, std::string_view digest,
                           Batch& batch, BatchRoom& room) {
  auto& state = room.state;
  const std::int64_t others = state.counter - state.message_total;
  chat::Message message =
      answers::message_of(draft, ++batch.newest_message_id, room.take_position(), batch.at, std::move(attachments));
  const auto inserted = insert_message_.run(message.id, state.key, message.n, message.created_at, message.user_id,
                                            message.username, message.content, message.client_seq, message.nonce,
                                            others, message.reply_to, std::ssize(message.attachments));
  if (!inserted) return failed(inserted.error());
  if (message.nonce) {
    const auto put = put_nonce_.run(state.key, message.user_id.value_or(0), *message.nonce, message.id, message.n,
                                    message.created_at, digest);
    if (!put) return failed(put.error());
  }
  if (const auto linked = attachments_.link(message.id, message.attachments); !linked) return failed(linked.error());

  ++state.message_total;
  ++state.message_count;
  room.last_message_at = batch.at;
  if (draft.message_limit) room.keep(*draft.message_limit);
  if (draft.user_id && activity_.may_have_sessions(*draft.user_id)) batch.active_users.insert(*draft.user_id);
  return committed(answers::sent(std::move(message)));
}

}  // namespace vestnik::storage::sqlite
