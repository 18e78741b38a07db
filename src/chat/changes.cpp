#include "chat/changes.hpp"

#include <fmt/format.h>

#include <memory>
#include <utility>

#include "chat/unfit.hpp"
#include "chat/unicode.hpp"

namespace vestnik::chat {
namespace {

Subject subject_of(const OpenRoom& room) {
  return {.owner_id = room.owner_id, .read_only = room.rules().read_only, .author_id = {}};
}

Subject subject_of(const OpenRoom& room, const Message& message) {
  Subject subject = subject_of(room);
  subject.author_id = message.user_id;
  return subject;
}

// Whether only a rule of the room keeps the actor from writing there.
bool may_write_by_other_rules(const Actor& actor, Subject subject, Access access) {
  subject.read_only = false;
  return authorize(actor, Action::kWrite, subject, access).has_value();
}

}  // namespace

Result<Prepared> Changes::send(const Actor& actor, std::string_view room_name, NewMessage message) const {
  auto room = find_room(actor, room_name);
  if (!room) return error_of(room);
  const RoomRules rules = (*room)->rules();
  const Subject subject{.owner_id = (*room)->owner_id, .read_only = rules.read_only, .author_id = {}};
  auto may = authorize(actor, Action::kWrite, subject, access_);
  if (!may && !(message.nonce && may_write_by_other_rules(actor, subject, access_))) return error_of(may);
  if (auto ok = rates_.count_change(actor); !ok) return error_of(ok);
  message.user_id = actor.user_id;
  if (actor.authenticated) {
    if (message.username && *message.username != actor.username) {
      return fail(ErrorCode::kPermissionDenied,
                  fmt::format("username is not that of the session's user, {}; leave it out", actor.username));
    }
    message.username.reset();  // it was looked at when it was given
  }
  auto draft = may ? check_message(message, **room, rules, limits_) : Result<Draft>(error_of(may));
  if (!draft && message.nonce) {
    // Under other rules it may have been sent before, and then its nonce answers.
    auto earlier = check_message(std::move(message), **room, {}, limits_);
    if (!earlier) return error_of(draft);
    earlier->refusal = std::make_shared<const Error>(std::move(draft.error()));
    draft = std::move(earlier);
  }
  if (!draft) return error_of(draft);
  if (actor.authenticated) draft->username = actor.username;
  return Prepared{std::move(*room), std::move(*draft)};
}

Result<Prepared> Changes::edit(const Actor& actor, MessageId id, std::string content) const {
  auto found = find_message(actor, id);
  if (!found) return error_of(found);
  auto& [room, message] = *found;
  if (auto may = allow(actor, Action::kEditMessage, subject_of(*room, message)); !may) {
    return error_of(may);
  }
  if (auto ok = check_text("content", content, true, room->rules(), limits_); !ok) return error_of(ok);
  if (message.attachments.empty() && !has_visible(content)) {
    return unfit("content", "nothing that can be seen, and the message has no files that could stand alone");
  }
  Edit edit{.room_id = room->id, .message_id = id, .user_id = actor.user_id, .content = std::move(content)};
  return Prepared{std::move(room), std::move(edit)};
}

Result<Prepared> Changes::erase(const Actor& actor, MessageId id) const {
  auto found = find_message(actor, id);
  if (!found) return error_of(found);
  auto& [room, message] = *found;
  if (auto may = allow(actor, Action::kDeleteMessage, subject_of(*room, message)); !may) {
    return error_of(may);
  }
  Deletion deletion{.room_id = room->id, .message_id = id, .user_id = actor.user_id};
  return Prepared{std::move(room), std::move(deletion)};
}

Result<Prepared> Changes::react(const Actor& actor, MessageId id, std::string_view emoji, bool add) const {
  auto normalized = check_emoji(emoji);
  if (!normalized) return error_of(normalized);
  auto found = find_message(actor, id);
  if (!found) return error_of(found);
  auto& [room, message] = *found;
  if (auto may = allow(actor, Action::kReact, subject_of(*room, message)); !may) return error_of(may);
  ReactionChange change{
      .room_id = room->id, .message_id = id, .user_id = *actor.user_id, .emoji = *std::move(normalized), .add = add};
  return Prepared{std::move(room), std::move(change)};
}

Result<Prepared> Changes::join(const Actor& actor, std::string_view room_name, bool join) const {
  auto room = find_room(actor, room_name);
  if (!room) return error_of(room);
  if (auto may = allow(actor, Action::kJoin, subject_of(**room)); !may) return error_of(may);
  Membership membership{
      .room_id = (*room)->id, .user_id = *actor.user_id, .join = join, .rooms_max = limits_.max_rooms_joined};
  return Prepared{std::move(*room), std::move(membership)};
}

Result<Prepared> Changes::update(const Actor& actor, std::string_view room_name, const RulesRequest& request) const {
  auto room = find_room(actor, room_name);
  if (!room) return error_of(room);
  if (auto may = allow(actor, Action::kUpdateRoom, subject_of(**room)); !may) return error_of(may);
  auto patch = check_rules(request, limits_, clock_());
  if (!patch) return error_of(patch);
  if (is_built_in((*room)->name) && patch->expires_at && *patch->expires_at) {
    return fail(ErrorCode::kFailedPrecondition,
                fmt::format("the room {} is built in and stays; leave ttl out", (*room)->name));
  }
  RulesChange change{.room_id = (*room)->id, .user_id = actor.user_id, .patch = *patch};
  return Prepared{std::move(*room), std::move(change)};
}

Result<Prepared> Changes::close(const Actor& actor, std::string_view room_name) const {
  auto room = find_room(actor, room_name);
  if (!room) return error_of(room);
  if (auto may = allow(actor, Action::kCloseRoom, subject_of(**room)); !may) return error_of(may);
  if (is_built_in((*room)->name)) {
    return fail(ErrorCode::kFailedPrecondition, fmt::format("the room {} is built in and stays", (*room)->name));
  }
  Closing closing{.room_id = (*room)->id, .user_id = actor.user_id};
  return Prepared{std::move(*room), std::move(closing)};
}

Result<void> Changes::allow_upload(const Actor& actor) const {
  return allow(actor, Action::kWrite, {});
}

Result<void> Changes::allow_typing(const Actor& actor, const OpenRoom& room) const {
  return allow(actor, Action::kWrite, subject_of(room));
}

Result<void> Changes::allow(const Actor& actor, Action action, const Subject& subject) const {
  if (auto may = authorize(actor, action, subject, access_); !may) return may;
  return rates_.count_change(actor);
}

Result<RoomPtr> Changes::find_room(const Actor& actor, std::string_view name) const {
  if (auto may = authorize(actor, Action::kRead, {}, access_); !may) return error_of(may);
  auto room = rooms_.get(name);
  if (room && is_over(**room)) {
    return fail(ErrorCode::kNotFound, fmt::format("The time of the room \"{}\" is over.", (*room)->name));
  }
  return room;
}

Result<Changes::Found> Changes::find_message(const Actor& actor, MessageId id) const {
  if (auto may = authorize(actor, Action::kRead, {}, access_); !may) return error_of(may);
  auto found = store_.get_message(id);
  if (!found) return error_of(found);
  RoomPtr room = rooms_.find(found->first);
  if (!room || is_over(*room)) return fail(ErrorCode::kNotFound, fmt::format("There is no message {}.", id));
  return Found{std::move(room), std::move(found->second)};
}

bool Changes::is_over(const OpenRoom& room) const {
  const auto end = room.rules().expires_at;
  return end && *end <= clock_();
}

}  // namespace vestnik::chat
