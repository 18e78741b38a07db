#include "api/session_api.hpp"

#include <utility>

#include "api/convert.hpp"
#include "api/fields.hpp"

namespace vestnik::api {

void SessionApi::add_to(Methods& methods) {
  methods.add("vestnik.chat.v1.Chat.CreateSession", *this, &SessionApi::create_session);
  methods.add("vestnik.chat.v1.Chat.GetSession", *this, &SessionApi::get_session);
  methods.add("vestnik.chat.v1.Chat.CloseSession", *this, &SessionApi::close_session);
  methods.add("vestnik.chat.v1.Chat.CreateUser", *this, &SessionApi::create_user);
  methods.add("vestnik.chat.v1.Chat.ListUsers", *this, &SessionApi::list_users);
  methods.add("vestnik.chat.v1.Chat.GetUser", *this, &SessionApi::get_user);
  methods.add("vestnik.chat.v1.Chat.RemoveUser", *this, &SessionApi::remove_user);
}

Task<Result<void>> SessionApi::create_session(Call& call, const contract::CreateSessionRequest& request,
                                              contract::Session& response) {
  auto opened = co_await pool_.run([this, &call, &request] {
    return chat_.open_session(VESTNIK_FIELD(request, user_id), VESTNIK_FIELD(request, display_name), call.address);
  });
  if (!opened) co_return error_of(opened);
  to_contract(*opened, response);
  co_return Result<void>();
}

Task<Result<void>> SessionApi::get_session(Call& call, const contract::GetSessionRequest&,
                                           contract::Session& response) {
  auto session = chat_.find_session(call.credentials);
  if (!session) co_return error_of(session);
  to_contract(*session, response);
  co_return Result<void>();
}

Task<Result<void>> SessionApi::close_session(Call& call, const contract::CloseSessionRequest&,
                                             contract::CloseSessionResponse&) {
  co_return co_await pool_.run([this, &call] { return chat_.close_session(call.credentials); });
}

Task<Result<void>> SessionApi::create_user(Call& call, const contract::CreateUserRequest& request,
                                           contract::User& response) {
  auto actor = sessions_.identify(call.credentials, std::nullopt);
  if (!actor) co_return error_of(actor);
  chat::NewUser user{.username = request.username(), .email = VESTNIK_FIELD(request, email)};
  auto created =
      co_await pool_.run([this, &call, &actor, &user] { return chat_.create_user(*actor, user, call.address); });
  if (!created) co_return error_of(created);
  to_contract(*created, response);
  co_return Result<void>();
}

Task<Result<void>> SessionApi::list_users(Call& call, const contract::ListUsersRequest& request,
                                          contract::ListUsersResponse& response) {
  auto actor = sessions_.identify(call.credentials, std::nullopt);
  if (!actor) co_return error_of(actor);
  auto users = co_await pool_.run([this, &actor, &request] {
    return chat_.list_users(*actor, VESTNIK_FIELD(request, offset), VESTNIK_FIELD(request, limit));
  });
  if (!users) co_return error_of(users);
  for (const chat::User& user : *users) to_contract(user, *response.add_users());
  co_return Result<void>();
}

Task<Result<void>> SessionApi::get_user(Call& call, const contract::GetUserRequest& request, contract::User& response) {
  auto actor = sessions_.identify(call.credentials, std::nullopt);
  if (!actor) co_return error_of(actor);
  auto user = co_await pool_.run([this, &actor, id = request.user_id()] { return chat_.get_user(*actor, id); });
  if (!user) co_return error_of(user);
  to_contract(*user, response);
  co_return Result<void>();
}

Task<Result<void>> SessionApi::remove_user(Call& call, const contract::RemoveUserRequest& request,
                                           contract::RemoveUserResponse&) {
  auto actor = sessions_.identify(call.credentials, std::nullopt);
  if (!actor) co_return error_of(actor);
  co_return co_await pool_.run([this, &actor, id = request.user_id()] { return chat_.remove_user(*actor, id); });
}

}  // namespace vestnik::api
