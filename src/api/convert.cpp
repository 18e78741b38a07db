#include "api/convert.hpp"

#include <chrono>

namespace vestnik::api {
namespace {

void set_time(Time time, google::protobuf::Timestamp& out) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(time);
  out.set_seconds(seconds.time_since_epoch().count());
  out.set_nanos(static_cast<std::int32_t>(std::chrono::nanoseconds(time - seconds).count()));
}

}  // namespace

void to_contract(const chat::User& user, contract::User& out) {
  out.set_id(user.id);
  out.set_username(user.username);
  if (user.email) out.set_email(*user.email);
}

void to_contract(const chat::Room& room, contract::Room& out) {
  out.set_id(room.info.id);
  out.set_name(room.info.name);
  set_time(room.info.created_at, *out.mutable_created_at());
  if (room.info.max_length) out.set_max_length(*room.info.max_length);
  out.set_client_seq_required(room.info.client_seq_required);
  out.set_message_count(room.message_count);
  chat::append_position(*out.mutable_pos(), room.info.epoch, room.counter);
  if (room.last_message_at) set_time(*room.last_message_at, *out.mutable_last_message_at());
}

void to_contract(const chat::RoomInfo& room, const chat::Message& message, contract::Message& out) {
  out.set_id(message.id);
  out.set_room(room.name);
  chat::append_position(*out.mutable_pos(), room.epoch, message.n);
  if (message.user_id) out.set_user_id(*message.user_id);
  if (message.username) out.set_username(*message.username);
  out.set_content(message.content);
  if (message.client_seq) out.set_client_seq(*message.client_seq);
  if (message.nonce) out.set_nonce(*message.nonce);
  set_time(message.created_at, *out.mutable_created_at());
}

void to_contract(const chat::RoomInfo& room, const live::ResumePlan& plan, contract::Subscribed& out) {
  out.set_room(room.name);
  chat::append_position(*out.mutable_pos(), room.epoch, plan.next_n - 1);
  out.set_recovered(plan.recovered);
  if (plan.gap) to_contract(room, *plan.gap, *out.mutable_gap());
}

void to_contract(const chat::RoomInfo& room, const live::Gap& gap, contract::Gap& out) {
  if (gap.from_n) chat::append_position(*out.mutable_from(), room.epoch, *gap.from_n);
  chat::append_position(*out.mutable_to(), room.epoch, gap.to_n);
}

}  // namespace vestnik::api
