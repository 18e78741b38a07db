#include <algorithm>
#include <chrono>
#include <optional>
#include <variant>

#include "conformance/naive_store.hpp"

namespace vestnik::conformance {
namespace {

chat::Appended commit(chat::Room& room, std::optional<chat::UserId> user, Time at, decltype(chat::Event::what) what) {
  return {.event = {.n = ++room.counter, .at = at, .user_id = user, .what = std::move(what)}};
}
chat::Appended unchanged(const chat::Room& room, std::optional<chat::UserId> user, Time at,
                         decltype(chat::Event::what) what) {
  return {.event = {.n = room.counter, .at = at, .user_id = user, .what = std::move(what)}, .duplicate = true};
}

}  // namespace

Result<std::vector<Result<chat::Appended>>> NaiveStore::append(std::span<const chat::Change> changes, Time now) {
  const Time at = now < newest_change_at_ ? newest_change_at_ + std::chrono::microseconds(1) : now;
  std::vector<Result<chat::Appended>> results;
  for (const auto& change : changes) {
    auto* room = find(chat::room_of(change));
    const auto user = std::visit([](const auto& each) -> std::optional<chat::UserId> { return each.user_id; }, change);
    if (room == nullptr || (user && find_user(*user) == nullptr)) {
      results.push_back(not_found());
      continue;
    }
    results.push_back(std::visit([&](const auto& each) { return apply(*room, each, at); }, change));
    if (!results.back() || results.back()->duplicate) continue;
    newest_change_at_ = at;
    if (user) acted_.insert(*user);
    room->events.push_back(results.back()->event);

    std::optional<chat::UserId> active;
    if (std::holds_alternative<chat::Draft>(change)) active = user;
    if (std::holds_alternative<chat::Closing>(change)) active = room->room.info.owner_id;
    for (auto& session : sessions_) {
      if (session.user.id == active) session.active_at = std::max(session.active_at, at);
    }
    if (std::holds_alternative<chat::Closing>(change)) rooms_.erase(rooms_.begin() + (room - rooms_.data()));
  }
  return results;
}

chat::Message* NaiveStore::find_message(RoomState& room, chat::MessageId id) {
  for (auto& message : room.messages) {
    if (message.id == id) return &message;
  }
  return nullptr;
}

Result<chat::Appended> NaiveStore::apply(RoomState& room, const chat::Draft& draft, Time at) {
  for (const auto& event : room.events) {
    const auto* sent = std::get_if<chat::MessageSent>(&event.what);
    if (!draft.nonce || sent == nullptr) continue;
    const auto& first = sent->message;  // as it was sent
    if (first.user_id != draft.user_id || first.nonce != draft.nonce) continue;
    const auto* now = find_message(room, first.id);
    if (now == nullptr && room.room.counter - first.n >= 100'000) continue;
    bool same = first.content == draft.content && draft.attachment_ids.size() == first.attachments.size();
    same = same && first.reply_to == draft.reply_to && (draft.user_id || first.username == draft.username);
    for (std::size_t i = 0; same && i < first.attachments.size(); ++i) {
      same = first.attachments[i].id == draft.attachment_ids[i];
    }
    if (!same) return taken();
    chat::Message left{.id = first.id, .n = first.n, .created_at = first.created_at};
    left.user_id = first.user_id;
    left.nonce = first.nonce;
    left.deleted = true;
    return chat::Appended{.event = {.n = first.n,
                                    .at = first.created_at,
                                    .user_id = first.user_id,
                                    .what = chat::MessageSent{now == nullptr ? left : *now}},
                          .duplicate = true};
  }
  if (draft.refusal) return std::unexpected(*draft.refusal);
  if (draft.reply_to) {
    const auto* original = find_message(room, *draft.reply_to);
    if (original == nullptr || original->deleted) return fail(ErrorCode::kFailedPrecondition, "no original");
  }
  std::vector<chat::Attachment> attachments;
  for (const auto& id : draft.attachment_ids) {
    const auto* stored = find_attachment(id);
    if (stored == nullptr) return fail(ErrorCode::kFailedPrecondition, "no attachment");
    const auto& uploader = stored->attachment.user_id;
    if (uploader && uploader != draft.user_id) return fail(ErrorCode::kPermissionDenied, "another one's");
    attachments.push_back(stored->attachment);
  }
  for (const auto& attachment : attachments) find_attachment(attachment.id)->was_sent = true;
  const chat::Message message{.id = ++newest_message_id_,
                              .n = room.room.counter + 1,
                              .created_at = at,
                              .user_id = draft.user_id,
                              .username = draft.username,
                              .content = draft.content,
                              .client_seq = draft.client_seq,
                              .nonce = draft.nonce,
                              .reply_to = draft.reply_to,
                              .attachments = attachments};
  room.messages.push_back(message);
  ++room.room.message_total;
  room.room.last_message_at = at;
  trim(room, draft.message_limit);
  return commit(room.room, draft.user_id, at, chat::MessageSent{message});
}

Result<chat::Appended> NaiveStore::apply(RoomState& room, const chat::Edit& edit, Time at) {
  auto* message = find_message(room, edit.message_id);
  if (message == nullptr) return not_found();
  if (message->deleted) return fail(ErrorCode::kFailedPrecondition, "deleted");
  if (message->content == edit.content) return unchanged(room.room, edit.user_id, at, chat::MessageEdited{*message});
  message->content = edit.content;
  message->edited_at = at;
  return commit(room.room, edit.user_id, at, chat::MessageEdited{*message});
}

Result<chat::Appended> NaiveStore::apply(RoomState& room, const chat::Deletion& deletion, Time at) {
  auto* message = find_message(room, deletion.message_id);
  const chat::MessageDeleted what{deletion.message_id};
  if (message == nullptr) return not_found();
  if (message->deleted) return unchanged(room.room, deletion.user_id, at, what);
  message->deleted = true;
  message->content = "";
  message->attachments.clear();
  std::erase_if(room.reactions, [&](const auto& given) { return given.message_id == message->id; });
  show_reactions(room, *message);
  return commit(room.room, deletion.user_id, at, what);
}

Result<chat::Appended> NaiveStore::apply(RoomState& room, const chat::ReactionChange& change, Time at) {
  auto* message = find_message(room, change.message_id);
  if (message == nullptr) return not_found();
  if (message->deleted) return fail(ErrorCode::kFailedPrecondition, "deleted");
  auto given = std::ranges::find_if(room.reactions, [&](const auto& each) {
    return each.message_id == change.message_id && each.emoji == change.emoji;
  });
  const auto count = given == room.reactions.end() ? 0 : std::ssize(given->user_ids);
  chat::ReactionChanged what{
      .message_id = change.message_id, .emoji = change.emoji, .added = change.add, .count = count};
  const bool has = count > 0 && std::ranges::find(given->user_ids, change.user_id) != given->user_ids.end();
  if (has == change.add) return unchanged(room.room, change.user_id, at, what);
  if (count == 0) {
    if (std::ssize(message->reactions) == 50) return fail(ErrorCode::kResourceExhausted, "50 emojis");
    given = room.reactions.insert(room.reactions.end(), {change.message_id, change.emoji, {}});
  }
  if (change.add) {
    given->user_ids.push_back(change.user_id);
  } else {
    std::erase(given->user_ids, change.user_id);
  }
  what.count = std::ssize(given->user_ids);
  if (what.count == 0) room.reactions.erase(given);
  show_reactions(room, *message);
  return commit(room.room, change.user_id, at, what);
}

void NaiveStore::show_reactions(RoomState& room, chat::Message& message) {
  message.reactions.clear();
  for (const auto& [id, emoji, user_ids] : room.reactions) {
    if (id != message.id) continue;
    message.reactions.push_back({.emoji = emoji, .count = std::ssize(user_ids), .user_ids = page_of(user_ids, 0, 20)});
  }
}

Result<chat::Appended> NaiveStore::apply(RoomState& room, const chat::Membership& membership, Time at) {
  const auto id = membership.user_id;
  const chat::MemberChanged what{.username = find_user(id)->username, .joined = membership.join};
  const auto member = std::ranges::find(room.members, id, &chat::Member::user_id);
  if ((member != room.members.end()) == membership.join) return unchanged(room.room, id, at, what);
  if (membership.join) {
    std::int64_t joined = 0;
    for (const auto& each : rooms_) joined += std::ranges::count(each.members, id, &chat::Member::user_id);
    if (joined >= membership.rooms_max) return fail(ErrorCode::kResourceExhausted, "too many");
    room.members.push_back({.user_id = id, .username = {}, .joined_at = at});
  } else {
    room.members.erase(member);
  }
  return commit(room.room, id, at, what);
}

Result<chat::Appended> NaiveStore::apply(RoomState& room, const chat::RulesChange& change, Time at) {
  auto& rules = room.room.rules;
  const auto before = rules;
  if (change.patch.max_length) rules.max_length = *change.patch.max_length;
  if (change.patch.message_limit) rules.message_limit = *change.patch.message_limit;
  if (change.patch.expires_at) rules.expires_at = *change.patch.expires_at;
  if (change.patch.read_only) rules.read_only = *change.patch.read_only;
  if (rules == before) return unchanged(room.room, change.user_id, at, chat::RulesChanged{rules});
  trim(room, rules.message_limit);
  return commit(room.room, change.user_id, at, chat::RulesChanged{rules});
}

void NaiveStore::trim(RoomState& room, std::optional<std::int64_t> message_limit) {
  while (message_limit && std::ssize(room.messages) > std::max<std::int64_t>(*message_limit, 1)) {
    room.messages.erase(room.messages.begin());
    room.room.floor = room.messages.front().n - 1;
  }
  room.room.message_count = std::ssize(room.messages);
}

Result<chat::Appended> NaiveStore::apply(RoomState& room, const chat::Closing& closing, Time at) {
  if (closing.expires_at && closing.expires_at != room.room.rules.expires_at) {
    return fail(ErrorCode::kFailedPrecondition, "another end");
  }
  return commit(room.room, closing.user_id, at, chat::RoomClosed{closing.reason});
}

}  // namespace vestnik::conformance
