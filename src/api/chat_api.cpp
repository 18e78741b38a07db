#include "api/chat_api.hpp"

#include <fmt/format.h>

#include <optional>
#include <string>
#include <utility>
#include <variant>

#include "api/commit.hpp"
#include "api/convert.hpp"
#include "api/fields.hpp"

namespace vestnik::api {
namespace {

std::optional<chat::Order> order_of(const contract::ListMessagesRequest& request) {
  if (!request.has_order()) return std::nullopt;
  return request.order() == contract::ORDER_ASC ? chat::Order::kAscending : chat::Order::kDescending;
}

void set_latency(const LatencySnapshot& latency, contract::Latency& out) {
  out.set_p50_ms(to_milliseconds(latency.quantile(0.5)));
  out.set_p99_ms(to_milliseconds(latency.quantile(0.99)));
  out.set_count(static_cast<std::int64_t>(latency.count()));
}

}  // namespace

void ChatApi::add_to(Methods& methods) {
  methods.add("vestnik.chat.v1.Chat.SendMessage", *this, &ChatApi::send_message, Methods::Waits::kForCommit);
  methods.add("vestnik.chat.v1.Chat.ListMessages", *this, &ChatApi::list_messages);
  methods.add("vestnik.chat.v1.Chat.GetMessage", *this, &ChatApi::get_message);
  methods.add("vestnik.chat.v1.Chat.EditMessage", *this, &ChatApi::edit_message);
  methods.add("vestnik.chat.v1.Chat.DeleteMessage", *this, &ChatApi::delete_message);
  methods.add("vestnik.chat.v1.Chat.AddReaction", *this, &ChatApi::add_reaction);
  methods.add("vestnik.chat.v1.Chat.RemoveReaction", *this, &ChatApi::remove_reaction);
  methods.add("vestnik.chat.v1.Chat.GetStats", *this, &ChatApi::get_stats);
  methods.add_stream<contract::Subscribed>("vestnik.chat.v1.Chat.Subscribe", *this, &ChatApi::subscribe);
}

Result<chat::Prepared> ChatApi::prepare(std::string_view credentials,
                                        const contract::SendMessageRequest& request) const {
  auto actor = sessions_.identify(credentials, VESTNIK_FIELD(request, user_id));
  if (!actor) return error_of(actor);
  chat::NewMessage message{.user_id = {},
                           .username = VESTNIK_FIELD(request, username),
                           .content = request.has_text() ? request.text() : request.content(),
                           .content_field = request.has_text() ? "text" : "content",
                           .client_seq = VESTNIK_FIELD(request, client_seq),
                           .nonce = VESTNIK_FIELD(request, nonce),
                           .reply_to = VESTNIK_FIELD(request, reply_to),
                           .attachment_ids = {request.attachment_ids().begin(), request.attachment_ids().end()}};
  return changes_.send(*actor, request.room(), std::move(message));
}

Task<Result<void>> ChatApi::send_message(Call& call, const contract::SendMessageRequest& request,
                                         contract::Message& response) {
  auto prepared = prepare(call.credentials, request);
  if (!prepared) co_return error_of(prepared);
  const chat::RoomPtr room = prepared->room;
  auto appended = co_await commit(writer_, call, std::move(*prepared));
  if (!appended) co_return error_of(appended);
  to_contract(*room, std::get<chat::MessageSent>(appended->event.what).message, response);
  if (appended->duplicate) response.set_duplicate(true);
  co_return Result<void>();
}

Task<Result<void>> ChatApi::list_messages(Call& call, const contract::ListMessagesRequest& request,
                                          contract::ListMessagesResponse& response) {
  auto actor = sessions_.identify(call.credentials, std::nullopt);
  if (!actor) co_return error_of(actor);
  chat::HistoryRequest history{.room = request.room(),
                               .limit = VESTNIK_FIELD(request, limit),
                               .offset = VESTNIK_FIELD(request, offset),
                               .order = order_of(request),
                               .bytes_max = call.answer_bytes_max};
  if (request.has_after()) history.after = request.after();
  if (request.has_before()) history.before = request.before();
  if (request.has_from()) history.from = request.from();
  if (request.has_to()) history.to = request.to();
  ReadPage read = [this, &actor, &history] { return chat_.history().list_messages(*actor, history); };
  co_return co_await answer_page(call, std::move(read), !request.has_offset(), response);
}

Task<Result<void>> ChatApi::answer_page(Call& call, ReadPage read, bool may_end_early,
                                        contract::ListMessagesResponse& response) {
  auto page = co_await pool_.run([&read, &response] {
    Result<chat::HistoryPage> page = read();
    if (!page) return page;
    for (const chat::Message& message : page->messages) to_contract(*page->room, message, *response.add_messages());
    page->messages = {};
    return page;
  });
  if (!page) co_return error_of(page);
  if (!page->rest) co_return Result<void>();
  if (call.in_pieces) {
    call.rest = [this, room = page->room, rest = *page->rest](Call& same_call, google::protobuf::Message& piece) {
      ReadPage read_rest = [this, room, rest] { return chat_.history().list_rest(room, rest); };
      return answer_page(same_call, std::move(read_rest), true, static_cast<contract::ListMessagesResponse&>(piece));
    };
  } else if (may_end_early) {
    response.set_next(response.messages().rbegin()->pos());
  } else {
    // Whoever counts messages would go on behind those that are left out.
    auto refusal = over_limit("max-answer-bytes",
                              fmt::format("limit: the first {} messages are as long together as --max-answer-bytes "
                                          "allows; ask for at most {}, or page by position",
                                          response.messages_size(), response.messages_size()));
    refusal.error().violations.push_back(
        {"limit", fmt::format("too many long messages; give at most {}", response.messages_size())});
    co_return refusal;
  }
  co_return Result<void>();
}

Task<Result<void>> ChatApi::get_message(Call& call, const contract::GetMessageRequest& request,
                                        contract::Message& response) {
  auto actor = sessions_.identify(call.credentials, std::nullopt);
  if (!actor) co_return error_of(actor);
  auto found =
      co_await pool_.run([this, &actor, id = request.message_id()] { return chat_.history().get_message(*actor, id); });
  if (!found) co_return error_of(found);
  to_contract(*found->room, found->message, response);
  co_return Result<void>();
}

Task<Result<void>> ChatApi::edit_message(Call& call, const contract::EditMessageRequest& request,
                                         contract::Message& response) {
  auto actor = sessions_.identify(call.credentials, VESTNIK_FIELD(request, user_id));
  if (!actor) co_return error_of(actor);
  auto prepared = co_await pool_.run(
      [this, &actor, &request] { return changes_.edit(*actor, request.message_id(), request.content()); });
  if (!prepared) co_return error_of(prepared);
  const chat::RoomPtr room = prepared->room;
  auto appended = co_await commit(writer_, call, std::move(*prepared));
  if (!appended) co_return error_of(appended);
  to_contract(*room, std::get<chat::MessageEdited>(appended->event.what).message, response);
  co_return Result<void>();
}

Task<Result<void>> ChatApi::delete_message(Call& call, const contract::DeleteMessageRequest& request,
                                           contract::DeleteMessageResponse&) {
  auto actor = sessions_.identify(call.credentials, VESTNIK_FIELD(request, user_id));
  if (!actor) co_return error_of(actor);
  auto prepared = co_await pool_.run([this, &actor, id = request.message_id()] { return changes_.erase(*actor, id); });
  if (!prepared) co_return error_of(prepared);
  if (auto done = co_await commit(writer_, call, std::move(*prepared)); !done) co_return error_of(done);
  co_return Result<void>();
}

Task<Result<void>> ChatApi::add_reaction(Call& call, const contract::AddReactionRequest& request,
                                         contract::ReactionResponse& response) {
  return react(call, request, true, response);
}

Task<Result<void>> ChatApi::remove_reaction(Call& call, const contract::RemoveReactionRequest& request,
                                            contract::ReactionResponse& response) {
  return react(call, request, false, response);
}

template <typename Request>
Task<Result<void>> ChatApi::react(Call& call, const Request& request, bool add, contract::ReactionResponse& response) {
  auto actor = sessions_.identify(call.credentials, VESTNIK_FIELD(request, user_id));
  if (!actor) co_return error_of(actor);
  auto prepared = co_await pool_.run(
      [this, &actor, &request, add] { return changes_.react(*actor, request.message_id(), request.emoji(), add); });
  if (!prepared) co_return error_of(prepared);
  auto appended = co_await commit(writer_, call, std::move(*prepared));
  if (!appended) co_return error_of(appended);
  response.set_count(std::get<chat::ReactionChanged>(appended->event.what).count);
  co_return Result<void>();
}

Task<Result<void>> ChatApi::get_stats(Call& call, const contract::GetStatsRequest&, contract::Stats& response) {
  auto actor = sessions_.identify(call.credentials, std::nullopt);
  if (!actor) co_return error_of(actor);
  auto stats = co_await pool_.run([this, &actor] { return chat_.stats(*actor); });
  if (!stats) co_return error_of(stats);
  response.set_users(stats->users);
  response.set_sessions(stats->sessions);
  response.set_rooms(stats->rooms);
  response.set_messages(stats->messages);
  response.set_messages_last_hour(stats->messages_since);
  fill_work(response);
  co_return Result<void>();
}

void ChatApi::fill_work(contract::Stats& out) const {
  auto& connections = *out.mutable_connections();
  connections.set_http(status_.http.load(std::memory_order_relaxed));
  connections.set_websocket(status_.websockets.load(std::memory_order_relaxed));
  connections.set_sse(status_.event_streams.load(std::memory_order_relaxed));
  connections.set_grpc(status_.grpc_streams.load(std::memory_order_relaxed));
  out.set_uptime_seconds(status_.uptime_seconds());
  out.set_messages_committed(writer_.committed());
  out.set_deliveries(status_.deliveries.value());
  out.set_requests(status_.requests.value());
  out.set_write_queue(static_cast<std::int64_t>(writer_.queued()));
  out.set_window_bytes(status_.number("window_bytes"));
  set_latency(status_.recent("commit"), *out.mutable_commit());
  set_latency(status_.recent("request"), *out.mutable_request());
  set_latency(status_.recent("fanout"), *out.mutable_fanout());
}

Result<SubscriptionRequest> ChatApi::subscribe(std::string_view credentials,
                                               const contract::SubscribeRequest& request) const {
  if (request.has_token()) credentials = request.token();
  auto actor = sessions_.identify(credentials, std::nullopt);
  if (!actor) return error_of(actor);
  auto room = chat_.subscribe(*actor, request.room());
  if (!room) return error_of(room);
  SubscriptionRequest subscription{.subject = {*room, &topics_},
                                   .gap_when_slow = request.on_slow() == contract::ON_SLOW_GAP,
                                   .credentials = std::string(credentials),
                                   .session_end = sessions_.end_of(credentials)};
  if (request.has_after() && !request.after().empty()) {
    auto after = parse_position(request.after(), "after");
    if (!after) return error_of(after);
    subscription.after = std::move(*after);
  }
  const bool is_list = (*room)->id == chat::kRoomsLog;
  if (actor->authenticated && !is_list) subscription.presence = presence_.enter((*room)->id, *actor->user_id);
  return subscription;
}

}  // namespace vestnik::api
