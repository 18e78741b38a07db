// What every storage answers in the same words.
#pragma once

#include <fmt/core.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "base/error.hpp"
#include "base/sha256.hpp"
#include "chat/chat_store.hpp"
#include "chat/types.hpp"
#include "chat/unfit.hpp"

namespace vestnik::storage::answers {

using Refusal = std::unexpected<Error>;

inline Refusal username_taken(std::string_view name) {
  return fail(ErrorCode::kAlreadyExists, fmt::format("The username \"{}\" is taken.", name));
}
inline Refusal name_reserved(std::string_view name) {
  return fail(ErrorCode::kAlreadyExists,
              fmt::format("The name \"{}\" is that of an account, or looks like it; give another one.", name));
}
inline Refusal is_account(chat::UserId id) {
  return fail(ErrorCode::kAlreadyExists, fmt::format("The user {} has an account already.", id));
}
inline Refusal no_user(chat::UserId id) {
  return fail(ErrorCode::kNotFound, fmt::format("There is no user {}.", id));
}
inline Refusal session_exists() {
  return fail(ErrorCode::kAlreadyExists, "There is a session with this key.");
}
inline Refusal no_session() {
  return fail(ErrorCode::kNotFound, "There is no such session.");
}
inline Refusal key_exists(std::string_view name) {
  return fail(ErrorCode::kAlreadyExists, fmt::format("There is an API key \"{}\".", name));
}
inline Refusal no_key(std::string_view name) {
  return fail(ErrorCode::kNotFound, fmt::format("There is no API key \"{:.64}\".", name));
}
inline Refusal room_exists(std::string_view name) {
  return fail(ErrorCode::kAlreadyExists, fmt::format("The room \"{}\" exists.", name));
}
inline Refusal no_room(std::string_view id_or_name) {
  return fail(ErrorCode::kNotFound, fmt::format("There is no room \"{:.64}\".", id_or_name));
}
inline Refusal no_message(chat::MessageId id) {
  return fail(ErrorCode::kNotFound, fmt::format("There is no message {}.", id));
}
inline Refusal message_deleted(chat::MessageId id) {
  return fail(ErrorCode::kFailedPrecondition, fmt::format("The message {} was deleted.", id));
}
inline Refusal no_reply(chat::MessageId id) {
  return fail(ErrorCode::kFailedPrecondition, fmt::format("The room has no message {} to reply to.", id));
}
inline Refusal no_attachment(std::string_view id) {
  return chat::unfit("attachment_ids", fmt::format("there is no attachment {}; it was removed, or never uploaded", id));
}
inline Refusal foreign_attachment(std::string_view id) {
  return fail(ErrorCode::kPermissionDenied, fmt::format("Only who uploaded the attachment {} may send it.", id));
}
inline Refusal unknown_attachment() {
  return fail(ErrorCode::kNotFound, "There is no such attachment.");
}
inline Refusal nonce_used() {
  return fail(ErrorCode::kAlreadyExists, "The nonce was used for a message with another content.");
}
inline Refusal other_end() {
  return fail(ErrorCode::kFailedPrecondition, "The room has another end by now.");
}
inline Refusal session_active() {
  return fail(ErrorCode::kFailedPrecondition, "The session has been active since.");
}
inline Refusal too_many_emojis() {
  return fail(
      ErrorCode::kResourceExhausted,
      fmt::format("The message has {} different reactions, which is the most it can have.", chat::kReactionEmojisMax));
}

inline Refusal too_many_rooms(std::int64_t rooms_max) {
  return over_limit("max-rooms-joined", fmt::format("The user is a member of {} rooms, as many as --max-rooms-joined "
                                                    "allows; leave one first.",
                                                    rooms_max));
}
inline Refusal too_many_cursors(std::int64_t cursors_max) {
  return over_limit("max-cursors-per-user",
                    fmt::format("The user has {} cursors, as many as --max-cursors-per-user allows.", cursors_max));
}

// How much of a page is left: the first item always fits, and what comes behind one that does not is not asked for.
class PageBudget {
 public:
  explicit PageBudget(std::int64_t bytes_max) : left_(bytes_max) {}

  // Whether an item of that weight is still in the page.
  bool take(std::int64_t weight) {
    if (!is_empty_ && weight > left_) return false;
    is_empty_ = false;
    left_ -= weight;
    return true;
  }

 private:
  std::int64_t left_;
  bool is_empty_ = true;
};

// What must be the same in a draft that repeats another: the digest of content, attachments, what it answers, and of
// the name where that alone tells one author from another. Not the client's own number, which may begin anew with each
// connection.
inline std::string digest_of(const chat::Draft& draft) {
  Sha256 digest;
  digest.add(draft.content);
  for (const auto& id : draft.attachment_ids) {
    digest.add(std::string_view("\0", 1));  // stands in no content
    digest.add(id);
  }
  if (draft.reply_to) {
    digest.add(std::string_view("\0>", 2));  // begins no id
    digest.add(std::to_string(*draft.reply_to));
  }
  if (!draft.user_id && draft.username) {
    digest.add(std::string_view("\0@", 2));
    digest.add(*draft.username);
  }
  return digest.finish();
}

// The earliest position whose nonce a room remembers although it does not hold the message.
inline std::int64_t first_remembered_nonce(std::int64_t counter) {
  return counter - chat::kNoncesKept + 1;
}

// The answer to the repetition of a message that was trimmed.
inline chat::Message trimmed(const chat::Draft& draft, chat::MessageId id, std::int64_t n, Time at) {
  chat::Message message{.id = id, .n = n, .created_at = at, .user_id = draft.user_id, .content = {}, .deleted = true};
  message.nonce = draft.nonce;
  return message;
}

// Whether the author of the draft may attach it.
inline bool may_attach(const chat::Draft& draft, const chat::Attachment& attachment) {
  return !attachment.user_id || attachment.user_id == draft.user_id;
}

// The message that the draft becomes.
inline chat::Message message_of(const chat::Draft& draft, chat::MessageId id, std::int64_t n, Time at,
                                std::vector<chat::Attachment> attachments) {
  return {.id = id,
          .n = n,
          .created_at = at,
          .user_id = draft.user_id,
          .username = draft.username,
          .content = draft.content,
          .client_seq = draft.client_seq,
          .nonce = draft.nonce,
          .reply_to = draft.reply_to,
          .attachments = std::move(attachments)};
}

// The event of a message that was written.
inline chat::Event sent(chat::Message message) {
  chat::Event event{.n = message.n, .at = message.created_at, .user_id = message.user_id, .what = {}};
  event.what = chat::MessageSent{std::move(message)};
  return event;
}

// The time of changes that are committed at `now`, when the newest before them was made at `newest`. A clock that has
// gone back makes it go on by the microsecond.
inline Time time_of_changes(Time now, Time newest) {
  return newest > now ? newest + std::chrono::microseconds(1) : now;
}

// Messages that a room keeps under a limit: the one just written is always among them.
inline std::int64_t kept(std::int64_t message_limit) {
  return std::max<std::int64_t>(message_limit, 1);
}

// Where the history of a room may begin: few messages with very many reactions do not keep all that happened to them.
inline std::int64_t events_floor(std::int64_t counter, std::int64_t message_count) {
  return counter - std::max(chat::kEventsKept, 2 * message_count);
}

}  // namespace vestnik::storage::answers
