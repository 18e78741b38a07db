#include "api/chat_api.hpp"

#include <boost/asio/async_result.hpp>
#include <optional>
#include <string>
#include <utility>

#include "api/convert.hpp"
#include "base/log.hpp"

namespace vestnik::api {
namespace {

template <typename T>
std::unexpected<Error> error_of(Result<T>& result) {
  return std::unexpected(std::move(result.error()));
}

// Suspends until the writer has committed the message, and resumes on the call's core.
Task<Result<chat::Appended>> commit(chat::MessageWriter& writer, Call& call, ChatApi::Prepared prepared) {
  co_return co_await asio::async_initiate<const asio::use_awaitable_t<>, void(Result<chat::Appended>)>(
      [&](auto handler) {
        chat::Pending pending{
            .room = std::move(prepared.room),
            .draft = std::move(prepared.draft),
            .request_id = call.request_id,
            .core = &call.core,
            .done = [handler = std::move(handler)](
                        Result<chat::Appended> outcome) mutable { std::move(handler)(std::move(outcome)); },
            .arrived = std::chrono::steady_clock::now()};
        writer.submit({&pending, 1});
      },
      asio::use_awaitable);
}

// Protobuf lets through enum numbers that it does not know; JSON has been checked before.
Result<std::optional<chat::Order>> order_of(const contract::ListMessagesRequest& request) {
  if (!request.has_order()) return std::nullopt;
  if (!contract::Order_IsValid(request.order())) return invalid("order", "there is no such order");
  return request.order() == contract::ORDER_ASC ? chat::Order::kAscending : chat::Order::kDescending;
}

}  // namespace

void ChatApi::add_to(Methods& methods) {
  methods.add("vestnik.chat.v1.Chat.CreateUser", *this, &ChatApi::create_user);
  methods.add("vestnik.chat.v1.Chat.ListUsers", *this, &ChatApi::list_users);
  methods.add("vestnik.chat.v1.Chat.GetUser", *this, &ChatApi::get_user);
  methods.add("vestnik.chat.v1.Chat.CreateRoom", *this, &ChatApi::create_room);
  methods.add("vestnik.chat.v1.Chat.ListRooms", *this, &ChatApi::list_rooms);
  methods.add("vestnik.chat.v1.Chat.GetRoom", *this, &ChatApi::get_room);
  methods.add("vestnik.chat.v1.Chat.SendMessage", *this, &ChatApi::send_message);
  methods.add("vestnik.chat.v1.Chat.ListMessages", *this, &ChatApi::list_messages);
  methods.add("vestnik.chat.v1.Chat.GetStats", *this, &ChatApi::get_stats);
  methods.add_stream("vestnik.chat.v1.Chat.Subscribe", *this, &ChatApi::subscribe);
}

Task<Result<void>> ChatApi::create_user(Call&, const contract::CreateUserRequest& request, contract::User& response) {
  chat::NewUser user{.username = request.username()};
  if (request.has_email()) user.email = request.email();
  auto created = co_await pool_.run([this, &user] { return chat_.create_user(user); });
  if (!created) co_return error_of(created);
  to_contract(*created, response);
  co_return Result<void>();
}

Task<Result<void>> ChatApi::list_users(Call&, const contract::ListUsersRequest& request,
                                       contract::ListUsersResponse& response) {
  const auto offset = request.has_offset() ? std::optional(request.offset()) : std::nullopt;
  const auto limit = request.has_limit() ? std::optional(request.limit()) : std::nullopt;
  auto users = co_await pool_.run([this, offset, limit] { return chat_.list_users(offset, limit); });
  if (!users) co_return error_of(users);
  for (const chat::User& user : *users) to_contract(user, *response.add_users());
  co_return Result<void>();
}

Task<Result<void>> ChatApi::get_user(Call&, const contract::GetUserRequest& request, contract::User& response) {
  auto user = co_await pool_.run([this, id = request.user_id()] { return chat_.get_user(id); });
  if (!user) co_return error_of(user);
  to_contract(*user, response);
  co_return Result<void>();
}

Task<Result<void>> ChatApi::create_room(Call&, const contract::CreateRoomRequest& request, contract::Room& response) {
  const auto max_length = request.has_max_length() ? std::optional(request.max_length()) : std::nullopt;
  auto room =
      co_await pool_.run([this, &request, max_length] { return chat_.create_room(request.name(), max_length); });
  if (!room) co_return error_of(room);
  to_contract(*room, response);
  co_return Result<void>();
}

Task<Result<void>> ChatApi::list_rooms(Call&, const contract::ListRoomsRequest& request,
                                       contract::ListRoomsResponse& response) {
  const auto offset = request.has_offset() ? std::optional(request.offset()) : std::nullopt;
  const auto limit = request.has_limit() ? std::optional(request.limit()) : std::nullopt;
  auto rooms = co_await pool_.run([this, offset, limit] { return chat_.list_rooms(offset, limit); });
  if (!rooms) co_return error_of(rooms);
  for (const chat::Room& room : *rooms) to_contract(room, *response.add_rooms());
  co_return Result<void>();
}

Task<Result<void>> ChatApi::get_room(Call&, const contract::GetRoomRequest& request, contract::Room& response) {
  auto room = co_await pool_.run([this, &request] { return chat_.get_room(request.room()); });
  if (!room) co_return error_of(room);
  to_contract(*room, response);
  co_return Result<void>();
}

Result<ChatApi::Prepared> ChatApi::prepare(const contract::SendMessageRequest& request) const {
  auto room = chat_.find_room(request.room());
  if (!room) return error_of(room);
  if (request.has_content() && request.has_text()) {
    return invalid("text", "is another name of content; give one of the two");
  }
  if (!request.has_content() && !request.has_text()) {
    return invalid("content", "missing; give the text of the message");
  }
  chat::NewMessage message{.content = request.has_text() ? request.text() : request.content(),
                           .content_field = request.has_text() ? "text" : "content"};
  if (request.has_user_id()) message.user_id = request.user_id();
  if (request.has_username()) message.username = request.username();
  if (request.has_client_seq()) message.client_seq = request.client_seq();
  if (request.has_nonce()) message.nonce = request.nonce();
  auto draft = chat_.check_message(std::move(message), **room);
  if (!draft) return error_of(draft);
  return Prepared{std::move(*room), std::move(*draft)};
}

Task<Result<void>> ChatApi::send_message(Call& call, const contract::SendMessageRequest& request,
                                         contract::Message& response) {
  auto prepared = prepare(request);
  if (!prepared) co_return error_of(prepared);
  log::debug("message received", {{"request_id", call.request_id}, {"room", prepared->room->name}});
  const chat::RoomPtr room = prepared->room;
  auto appended = co_await commit(writer_, call, std::move(*prepared));
  if (!appended) co_return error_of(appended);
  to_contract(*room, appended->message, response);
  if (appended->duplicate) response.set_duplicate(true);
  co_return Result<void>();
}

Task<Result<void>> ChatApi::list_messages(Call&, const contract::ListMessagesRequest& request,
                                          contract::ListMessagesResponse& response) {
  const auto order = order_of(request);
  if (!order) co_return std::unexpected(order.error());
  chat::HistoryRequest history{.room = request.room(), .order = *order};
  if (request.has_limit()) history.limit = request.limit();
  if (request.has_offset()) history.offset = request.offset();
  if (request.has_after()) history.after = request.after();
  if (request.has_before()) history.before = request.before();
  if (request.has_from()) history.from = request.from();
  if (request.has_to()) history.to = request.to();
  auto page = co_await pool_.run([this, &history] { return chat_.list_messages(history); });
  if (!page) co_return error_of(page);
  for (const chat::Message& message : page->messages) to_contract(*page->room, message, *response.add_messages());
  co_return Result<void>();
}

Task<Result<void>> ChatApi::get_stats(Call&, const contract::GetStatsRequest&, contract::Stats& response) {
  auto stats = co_await pool_.run([this] { return chat_.stats(); });
  if (!stats) co_return error_of(stats);
  response.set_users(stats->users);
  response.set_rooms(stats->rooms);
  response.set_messages(stats->messages);
  response.set_messages_last_hour(stats->messages_since);
  status_.fill(response);
  co_return Result<void>();
}

Result<SubscriptionRequest> ChatApi::subscribe(const contract::SubscribeRequest& request) const {
  auto room = chat_.find_room(request.room());
  if (!room) return error_of(room);
  if (!contract::OnSlow_IsValid(request.on_slow())) return invalid("on_slow", "there is no such policy");
  SubscriptionRequest subscription{.room = std::move(*room),
                                   .gap_when_slow = request.on_slow() == contract::ON_SLOW_GAP};
  if (request.has_after() && !request.after().empty()) {
    auto after = chat::parse_position(request.after(), "after");
    if (!after) return error_of(after);
    subscription.after = std::move(*after);
  }
  return subscription;
}

}  // namespace vestnik::api
