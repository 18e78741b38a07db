// The methods of vestnik.chat.v1.Chat: contract messages in and out, the domain in between.
#pragma once

#include "api/call.hpp"
#include "api/server_status.hpp"
#include "chat/chat_service.hpp"
#include "chat/message_writer.hpp"
#include "runtime/blocking_pool.hpp"
#include "vestnik/chat/v1/chat.pb.h"

namespace vestnik::api {

class ChatApi {
 public:
  ChatApi(chat::ChatService& chat, chat::MessageWriter& writer, runtime::BlockingPool& pool, ServerStatus& status)
      : chat_(chat), writer_(writer), pool_(pool), status_(status) {}

  void add_to(Methods& methods);

  // The draft that a request asks to commit, with its room. For transports that send without awaiting.
  struct Prepared {
    chat::RoomPtr room;
    chat::Draft draft;
  };
  Result<Prepared> prepare(const chat::v1::SendMessageRequest& request) const;

 private:
  Task<Result<void>> create_user(Call& call, const chat::v1::CreateUserRequest& request, chat::v1::User& response);
  Task<Result<void>> list_users(Call& call, const chat::v1::ListUsersRequest& request,
                                chat::v1::ListUsersResponse& response);
  Task<Result<void>> get_user(Call& call, const chat::v1::GetUserRequest& request, chat::v1::User& response);
  Task<Result<void>> create_room(Call& call, const chat::v1::CreateRoomRequest& request, chat::v1::Room& response);
  Task<Result<void>> list_rooms(Call& call, const chat::v1::ListRoomsRequest& request,
                                chat::v1::ListRoomsResponse& response);
  Task<Result<void>> get_room(Call& call, const chat::v1::GetRoomRequest& request, chat::v1::Room& response);
  Task<Result<void>> send_message(Call& call, const chat::v1::SendMessageRequest& request, chat::v1::Message& response);
  Task<Result<void>> list_messages(Call& call, const chat::v1::ListMessagesRequest& request,
                                   chat::v1::ListMessagesResponse& response);
  Task<Result<void>> get_stats(Call& call, const chat::v1::GetStatsRequest& request, chat::v1::Stats& response);
  Result<SubscriptionRequest> subscribe(const chat::v1::SubscribeRequest& request) const;

  chat::ChatService& chat_;
  chat::MessageWriter& writer_;
  runtime::BlockingPool& pool_;
  ServerStatus& status_;
};

}  // namespace vestnik::api
