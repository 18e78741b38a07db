// The methods of vestnik.chat.v1.Chat about rooms, their members, and what a user has not read in them.
#pragma once

#include "api/call.hpp"
#include "chat/changes.hpp"
#include "chat/chat_service.hpp"
#include "chat/message_writer.hpp"
#include "chat/sessions.hpp"
#include "runtime/blocking_pool.hpp"
#include "vestnik/chat/v1/chat.pb.h"

namespace vestnik::api {

class RoomApi {
 public:
  RoomApi(chat::ChatService& chat, chat::Changes& changes, chat::Sessions& sessions, chat::MessageWriter& writer,
          runtime::BlockingPool& pool, Clock clock)
      : chat_(chat), changes_(changes), sessions_(sessions), writer_(writer), pool_(pool), clock_(std::move(clock)) {}

  void add_to(Methods& methods);

 private:
  Task<Result<void>> create_room(Call& call, const chat::v1::CreateRoomRequest& request, chat::v1::Room& response);
  Task<Result<void>> list_rooms(Call& call, const chat::v1::ListRoomsRequest& request,
                                chat::v1::ListRoomsResponse& response);
  Task<Result<void>> get_room(Call& call, const chat::v1::GetRoomRequest& request, chat::v1::Room& response);
  Task<Result<void>> update_room(Call& call, const chat::v1::UpdateRoomRequest& request, chat::v1::Room& response);
  Task<Result<void>> close_room(Call& call, const chat::v1::CloseRoomRequest& request,
                                chat::v1::CloseRoomResponse& response);
  Task<Result<void>> join_room(Call& call, const chat::v1::JoinRoomRequest& request,
                               chat::v1::JoinRoomResponse& response);
  Task<Result<void>> leave_room(Call& call, const chat::v1::LeaveRoomRequest& request,
                                chat::v1::LeaveRoomResponse& response);
  template <typename Request>
  Task<Result<void>> set_membership(Call& call, const Request& request, bool join);
  Task<Result<void>> list_members(Call& call, const chat::v1::ListMembersRequest& request,
                                  chat::v1::ListMembersResponse& response);
  Task<Result<void>> list_active_users(Call& call, const chat::v1::ListActiveUsersRequest& request,
                                       chat::v1::ListActiveUsersResponse& response);
  Task<Result<void>> read_unread(Call& call, const chat::v1::ReadUnreadRequest& request,
                                 chat::v1::ReadUnreadResponse& response);
  Task<Result<void>> list_unread(Call& call, const chat::v1::ListUnreadRequest& request,
                                 chat::v1::ListUnreadResponse& response);

  chat::ChatService& chat_;
  chat::Changes& changes_;
  chat::Sessions& sessions_;
  chat::MessageWriter& writer_;
  runtime::BlockingPool& pool_;
  Clock clock_;
};

}  // namespace vestnik::api
