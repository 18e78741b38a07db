#include "api/room_api.hpp"

#include <string>
#include <utility>

#include "api/commit.hpp"
#include "api/convert.hpp"
#include "api/fields.hpp"

namespace vestnik::api {
namespace {

constexpr std::string_view kDefaultCursor = "default";

template <typename Request>
chat::RulesRequest rules_of(const Request& request) {
  return {.max_length = VESTNIK_FIELD(request, max_length),
          .message_limit = VESTNIK_FIELD(request, message_limit),
          .read_only = VESTNIK_FIELD(request, read_only),
          .ttl = VESTNIK_FIELD(request, ttl)};
}

}  // namespace

void RoomApi::add_to(Methods& methods) {
  methods.add("vestnik.chat.v1.Chat.CreateRoom", *this, &RoomApi::create_room);
  methods.add("vestnik.chat.v1.Chat.ListRooms", *this, &RoomApi::list_rooms);
  methods.add("vestnik.chat.v1.Chat.GetRoom", *this, &RoomApi::get_room);
  methods.add("vestnik.chat.v1.Chat.UpdateRoom", *this, &RoomApi::update_room);
  methods.add("vestnik.chat.v1.Chat.CloseRoom", *this, &RoomApi::close_room);
  methods.add("vestnik.chat.v1.Chat.JoinRoom", *this, &RoomApi::join_room);
  methods.add("vestnik.chat.v1.Chat.LeaveRoom", *this, &RoomApi::leave_room);
  methods.add("vestnik.chat.v1.Chat.ListMembers", *this, &RoomApi::list_members);
  methods.add("vestnik.chat.v1.Chat.ListActiveUsers", *this, &RoomApi::list_active_users);
  methods.add("vestnik.chat.v1.Chat.ReadUnread", *this, &RoomApi::read_unread);
  methods.add("vestnik.chat.v1.Chat.ListUnread", *this, &RoomApi::list_unread);
}

Task<Result<void>> RoomApi::create_room(Call& call, const contract::CreateRoomRequest& request,
                                        contract::Room& response) {
  auto actor = sessions_.identify(call.credentials, VESTNIK_FIELD(request, user_id));
  if (!actor) co_return error_of(actor);
  auto room = co_await pool_.run([this, &call, &actor, &request] {
    return chat_.create_room(*actor, request.name(), rules_of(request), call.address);
  });
  if (!room) co_return error_of(room);
  to_contract(*room, clock_(), response);
  co_return Result<void>();
}

Task<Result<void>> RoomApi::list_rooms(Call& call, const contract::ListRoomsRequest& request,
                                       contract::ListRoomsResponse& response) {
  auto actor = sessions_.identify(call.credentials, std::nullopt);
  if (!actor) co_return error_of(actor);
  auto rooms = co_await pool_.run([this, &actor, &request] {
    return chat_.list_rooms(*actor, VESTNIK_FIELD(request, offset), VESTNIK_FIELD(request, limit));
  });
  if (!rooms) co_return error_of(rooms);
  for (const chat::RoomView& room : *rooms) to_contract(room, clock_(), *response.add_rooms());
  co_return Result<void>();
}

Task<Result<void>> RoomApi::get_room(Call& call, const contract::GetRoomRequest& request, contract::Room& response) {
  auto actor = sessions_.identify(call.credentials, std::nullopt);
  if (!actor) co_return error_of(actor);
  auto room = co_await pool_.run([this, &actor, &request] { return chat_.get_room(*actor, request.room()); });
  if (!room) co_return error_of(room);
  to_contract(*room, clock_(), response);
  co_return Result<void>();
}

Task<Result<void>> RoomApi::update_room(Call& call, const contract::UpdateRoomRequest& request,
                                        contract::Room& response) {
  auto actor = sessions_.identify(call.credentials, VESTNIK_FIELD(request, user_id));
  if (!actor) co_return error_of(actor);
  auto prepared = changes_.update(*actor, request.room(), rules_of(request));
  if (!prepared) co_return error_of(prepared);
  const chat::RoomPtr changed = prepared->room;
  if (auto done = co_await commit(writer_, call, std::move(*prepared)); !done) co_return error_of(done);
  auto room = co_await pool_.run([this, &actor, &changed] { return chat_.get_room(*actor, changed->id); });
  if (!room) co_return error_of(room);
  to_contract(*room, clock_(), response);
  co_return Result<void>();
}

Task<Result<void>> RoomApi::close_room(Call& call, const contract::CloseRoomRequest& request,
                                       contract::CloseRoomResponse&) {
  auto actor = sessions_.identify(call.credentials, VESTNIK_FIELD(request, user_id));
  if (!actor) co_return error_of(actor);
  auto prepared = changes_.close(*actor, request.room());
  if (!prepared) co_return error_of(prepared);
  if (auto done = co_await commit(writer_, call, std::move(*prepared)); !done) co_return error_of(done);
  co_return Result<void>();
}

Task<Result<void>> RoomApi::join_room(Call& call, const contract::JoinRoomRequest& request,
                                      contract::JoinRoomResponse&) {
  return set_membership(call, request, true);
}

Task<Result<void>> RoomApi::leave_room(Call& call, const contract::LeaveRoomRequest& request,
                                       contract::LeaveRoomResponse&) {
  return set_membership(call, request, false);
}

template <typename Request>
Task<Result<void>> RoomApi::set_membership(Call& call, const Request& request, bool join) {
  auto actor = sessions_.identify(call.credentials, VESTNIK_FIELD(request, user_id));
  if (!actor) co_return error_of(actor);
  auto prepared = changes_.join(*actor, request.room(), join);
  if (!prepared) co_return error_of(prepared);
  if (auto done = co_await commit(writer_, call, std::move(*prepared)); !done) co_return error_of(done);
  co_return Result<void>();
}

Task<Result<void>> RoomApi::list_members(Call& call, const contract::ListMembersRequest& request,
                                         contract::ListMembersResponse& response) {
  auto actor = sessions_.identify(call.credentials, std::nullopt);
  if (!actor) co_return error_of(actor);
  auto members = co_await pool_.run([this, &actor, &request] {
    return chat_.list_members(*actor, request.room(), VESTNIK_FIELD(request, offset), VESTNIK_FIELD(request, limit));
  });
  if (!members) co_return error_of(members);
  for (const chat::Member& member : *members) to_contract(member, *response.add_members());
  co_return Result<void>();
}

Task<Result<void>> RoomApi::list_active_users(Call& call, const contract::ListActiveUsersRequest& request,
                                              contract::ListActiveUsersResponse& response) {
  auto actor = sessions_.identify(call.credentials, std::nullopt);
  if (!actor) co_return error_of(actor);
  auto users = co_await pool_.run([this, &actor, &request] { return chat_.list_active_users(*actor, request.room()); });
  if (!users) co_return error_of(users);
  for (const chat::User& user : *users) to_contract(user, *response.add_users());
  co_return Result<void>();
}

Task<Result<void>> RoomApi::read_unread(Call& call, const contract::ReadUnreadRequest& request,
                                        contract::ReadUnreadResponse& response) {
  auto actor = sessions_.identify(call.credentials, VESTNIK_FIELD(request, user_id));
  if (!actor) co_return error_of(actor);
  chat::UnreadRequest unread{.room = request.room(),
                             .cursor = request.has_cursor() ? request.cursor() : std::string(kDefaultCursor),
                             .limit = VESTNIK_FIELD(request, limit),
                             .ack = {},
                             .commit = !request.has_commit() || request.commit(),
                             .bytes_max = call.answer_bytes_max};
  if (request.has_ack()) unread.ack = request.ack();
  auto page = co_await pool_.run([this, &actor, &unread] { return chat_.history().read_unread(*actor, unread); });
  if (!page) co_return error_of(page);
  for (const chat::Message& message : page->messages) to_contract(*page->room, message, *response.add_messages());
  append_position(*response.mutable_pos(), page->room->epoch, page->cursor_n);
  response.set_remaining(page->remaining);
  co_return Result<void>();
}

Task<Result<void>> RoomApi::list_unread(Call& call, const contract::ListUnreadRequest& request,
                                        contract::ListUnreadResponse& response) {
  auto actor = sessions_.identify(call.credentials, VESTNIK_FIELD(request, user_id));
  if (!actor) co_return error_of(actor);
  auto rooms = co_await pool_.run([this, &actor, &request] {
    return chat_.history().list_unread(*actor,
                                       request.has_cursor() ? std::string_view(request.cursor()) : kDefaultCursor,
                                       VESTNIK_FIELD(request, offset), VESTNIK_FIELD(request, limit));
  });
  if (!rooms) co_return error_of(rooms);
  for (const auto& [room, unread] : *rooms) {
    auto& out = *response.add_rooms();
    out.set_room(room->name);
    out.set_unread(unread.count);
    append_position(*out.mutable_pos(), room->epoch, unread.cursor_n);
  }
  co_return Result<void>();
}

}  // namespace vestnik::api
