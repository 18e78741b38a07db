// The methods of vestnik.chat.v1.Chat about sessions and users.
#pragma once

#include "api/call.hpp"
#include "chat/chat_service.hpp"
#include "chat/sessions.hpp"
#include "runtime/blocking_pool.hpp"
#include "vestnik/chat/v1/chat.pb.h"

namespace vestnik::api {

class SessionApi {
 public:
  SessionApi(chat::ChatService& chat, chat::Sessions& sessions, runtime::BlockingPool& pool)
      : chat_(chat), sessions_(sessions), pool_(pool) {}

  void add_to(Methods& methods);

 private:
  Task<Result<void>> create_session(Call& call, const chat::v1::CreateSessionRequest& request,
                                    chat::v1::Session& response);
  Task<Result<void>> get_session(Call& call, const chat::v1::GetSessionRequest& request, chat::v1::Session& response);
  Task<Result<void>> close_session(Call& call, const chat::v1::CloseSessionRequest& request,
                                   chat::v1::CloseSessionResponse& response);
  Task<Result<void>> create_user(Call& call, const chat::v1::CreateUserRequest& request, chat::v1::User& response);
  Task<Result<void>> list_users(Call& call, const chat::v1::ListUsersRequest& request,
                                chat::v1::ListUsersResponse& response);
  Task<Result<void>> get_user(Call& call, const chat::v1::GetUserRequest& request, chat::v1::User& response);
  Task<Result<void>> remove_user(Call& call, const chat::v1::RemoveUserRequest& request,
                                 chat::v1::RemoveUserResponse& response);

  chat::ChatService& chat_;
  chat::Sessions& sessions_;
  runtime::BlockingPool& pool_;
};

}  // namespace vestnik::api
