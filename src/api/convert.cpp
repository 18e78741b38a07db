#include "api/convert.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <tuple>
#include <variant>

namespace vestnik::api {
void to_contract(Time time, google::protobuf::Timestamp& out) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(time);
  out.set_seconds(seconds.time_since_epoch().count());
  out.set_nanos(static_cast<std::int32_t>(std::chrono::nanoseconds(time - seconds).count()));
}

void to_contract(const chat::User& user, contract::User& out) {
  out.set_id(user.id);
  out.set_username(user.username);
  if (user.email) out.set_email(*user.email);
  if (user.guest) out.set_guest(true);
}

void to_contract(const chat::OpenedSession& opened, contract::Session& out) {
  if (opened.secret) out.set_session_id(*opened.secret);
  to_contract(opened.session.user, *out.mutable_user());
  to_contract(opened.session.created_at, *out.mutable_created_at());
  if (opened.expires_at) to_contract(*opened.expires_at, *out.mutable_expires_at());
}

void to_contract(const chat::Member& member, contract::Member& out) {
  out.set_user_id(member.user_id);
  out.set_username(member.username);
  to_contract(member.joined_at, *out.mutable_joined_at());
}

void to_contract(const chat::RoomView& view, Time now, contract::Room& out) {
  const auto& [room, owner, active_users] = view;
  const auto& [info, rules] = std::tie(room.info, room.rules);
  out.set_id(info.id);
  out.set_name(info.name);
  to_contract(info.created_at, *out.mutable_created_at());
  if (rules.max_length) out.set_max_length(*rules.max_length);
  out.set_client_seq_required(rules.client_seq_required);
  out.set_message_count(room.message_count);
  append_position(*out.mutable_pos(), info.epoch, room.counter);
  if (room.last_message_at) to_contract(*room.last_message_at, *out.mutable_last_message_at());
  if (info.owner_id) out.set_owner_id(*info.owner_id);
  if (!owner.empty()) out.set_owner(owner);
  out.set_active_users(active_users);
  if (rules.message_limit) out.set_message_limit(*rules.message_limit);
  out.set_read_only(rules.read_only);
  if (rules.expires_at) {
    to_contract(*rules.expires_at, *out.mutable_expires_at());
    const auto left = std::chrono::ceil<std::chrono::seconds>(*rules.expires_at - now);
    out.set_ttl(fmt::format("{}s", std::max<std::int64_t>(0, left.count())));
  }
}

void to_contract(const chat::RoomInfo& room, const chat::Message& message, contract::Message& out) {
  out.set_id(message.id);
  out.set_room(room.name);
  append_position(*out.mutable_pos(), room.epoch, message.n);
  if (message.user_id) out.set_user_id(*message.user_id);
  if (message.username) out.set_username(*message.username);
  out.set_content(message.content);
  if (message.client_seq) out.set_client_seq(*message.client_seq);
  if (message.nonce) out.set_nonce(*message.nonce);
  to_contract(message.created_at, *out.mutable_created_at());
  if (message.reply_to) out.set_reply_to(*message.reply_to);
  if (message.edited_at) to_contract(*message.edited_at, *out.mutable_edited_at());
  if (message.deleted) out.set_deleted(true);
  for (const chat::Reaction& reaction : message.reactions) {
    auto& told = *out.add_reactions();
    told.set_emoji(reaction.emoji);
    told.set_count(reaction.count);
    for (const chat::UserId user : reaction.user_ids) told.add_user_ids(user);
  }
  for (const chat::Attachment& attachment : message.attachments) {
    auto& told = *out.add_attachments();
    told.set_id(attachment.id);
    told.set_name(attachment.name);
    told.set_size(static_cast<std::int64_t>(attachment.size));
    told.set_content_type(attachment.content_type);
  }
}

namespace {

const char* name_of(chat::CloseReason reason) {
  return reason == chat::CloseReason::kExpired ? "expired" : "requested";
}

// The part of an event that says what happened.
class EventFiller {
 public:
  EventFiller(const chat::RoomInfo& room, const chat::Event& event, contract::SubscribeEvent& out)
      : room_(room), event_(event), out_(out) {}

  void operator()(const chat::MessageSent& what) { to_contract(room_, what.message, *out_.mutable_message()); }
  void operator()(const chat::MessageEdited& what) {
    auto& out = begin(*out_.mutable_edited());
    to_contract(room_, what.message, *out.mutable_message());
  }
  void operator()(const chat::MessageDeleted& what) { begin(*out_.mutable_deleted()).set_message_id(what.message_id); }
  void operator()(const chat::ReactionChanged& what) {
    auto& out = begin(*out_.mutable_reaction());
    out.set_message_id(what.message_id);
    out.set_emoji(what.emoji);
    out.set_added(what.added);
    out.set_count(what.count);
  }
  void operator()(const chat::MemberChanged& what) {
    auto& out = begin(*out_.mutable_member());
    out.set_username(what.username);
    out.set_joined(what.joined);
  }
  void operator()(const chat::RulesChanged& what) {
    auto& out = begin(*out_.mutable_rules());
    if (what.rules.max_length) out.set_max_length(*what.rules.max_length);
    if (what.rules.message_limit) out.set_message_limit(*what.rules.message_limit);
    out.set_read_only(what.rules.read_only);
    if (what.rules.expires_at) to_contract(*what.rules.expires_at, *out.mutable_expires_at());
  }
  void operator()(const chat::RoomClosed& what) { begin(*out_.mutable_closed()).set_reason(name_of(what.reason)); }
  void operator()(const chat::RoomListed& what) {
    const auto& [info, rules] = std::tie(what.info, what.rules);
    auto& out = describe(info, *out_.mutable_listed());
    to_contract(info.created_at, *out.mutable_created_at());
    if (info.owner_id) out.set_owner_id(*info.owner_id);
    if (rules.max_length) out.set_max_length(*rules.max_length);
    out.set_client_seq_required(rules.client_seq_required);
    if (rules.message_limit) out.set_message_limit(*rules.message_limit);
    out.set_read_only(rules.read_only);
    if (rules.expires_at) to_contract(*rules.expires_at, *out.mutable_expires_at());
    out.set_opened(what.opened);
  }
  void operator()(const chat::RoomUnlisted& what) {
    describe(what.info, *out_.mutable_unlisted()).set_reason(name_of(what.reason));
  }

 private:
  // Where and by whom.
  template <typename Out>
  Out& begin(Out& out) {
    append_position(*out.mutable_pos(), room_.epoch, event_.n);
    if (event_.user_id) out.set_user_id(*event_.user_id);
    return out;
  }
  // Where in the list of rooms, and which room.
  template <typename Out>
  Out& describe(const chat::RoomInfo& listed, Out& out) {
    append_position(*out.mutable_pos(), room_.epoch, event_.n);
    out.set_id(listed.id);
    out.set_name(listed.name);
    return out;
  }

  const chat::RoomInfo& room_;
  const chat::Event& event_;
  contract::SubscribeEvent& out_;
};

}  // namespace

void to_contract(const chat::RoomInfo& room, const chat::Event& event, contract::SubscribeEvent& out) {
  std::visit(EventFiller(room, event, out), event.what);
}

void to_contract(const chat::RoomInfo& room, const live::ResumePlan& plan, contract::Subscribed& out) {
  out.set_room(room.name);
  append_position(*out.mutable_pos(), room.epoch, plan.next_n - 1);
  out.set_recovered(plan.recovered);
  if (plan.gap) to_contract(room, *plan.gap, *out.mutable_gap());
}

void to_contract(const chat::RoomInfo& room, const live::Gap& gap, contract::Gap& out) {
  if (gap.from_n) append_position(*out.mutable_from(), room.epoch, *gap.from_n);
  append_position(*out.mutable_to(), room.epoch, gap.to_n);
}

}  // namespace vestnik::api
