// The methods of vestnik.chat.v1.Chat about messages: contract messages in and out, the domain in between.
#pragma once

#include <functional>

#include "api/call.hpp"
#include "api/room_topics.hpp"
#include "api/server_status.hpp"
#include "chat/changes.hpp"
#include "chat/chat_service.hpp"
#include "chat/message_writer.hpp"
#include "chat/sessions.hpp"
#include "runtime/blocking_pool.hpp"
#include "vestnik/chat/v1/chat.pb.h"

namespace vestnik::api {

class ChatApi {
 public:
  ChatApi(chat::ChatService& chat, chat::Changes& changes, chat::Sessions& sessions, chat::Presence& presence,
          chat::MessageWriter& writer, runtime::BlockingPool& pool, ServerStatus& status)
      : chat_(chat),
        changes_(changes),
        sessions_(sessions),
        presence_(presence),
        writer_(writer),
        pool_(pool),
        status_(status),
        topics_(chat.history()) {}

  void add_to(Methods& methods);

  // The message that a request asks to commit, with its room. For transports that send without awaiting.
  Result<chat::Prepared> prepare(std::string_view credentials, const chat::v1::SendMessageRequest& request) const;

 private:
  Task<Result<void>> send_message(Call& call, const chat::v1::SendMessageRequest& request, chat::v1::Message& response);
  Task<Result<void>> list_messages(Call& call, const chat::v1::ListMessagesRequest& request,
                                   chat::v1::ListMessagesResponse& response);
  // Answers what `read` gives on the pool. `may_end_early`: whether the caller goes on from `next`.
  using ReadPage = std::function<Result<chat::HistoryPage>()>;
  Task<Result<void>> answer_page(Call& call, ReadPage read, bool may_end_early,
                                 chat::v1::ListMessagesResponse& response);
  Task<Result<void>> get_message(Call& call, const chat::v1::GetMessageRequest& request, chat::v1::Message& response);
  Task<Result<void>> edit_message(Call& call, const chat::v1::EditMessageRequest& request, chat::v1::Message& response);
  Task<Result<void>> delete_message(Call& call, const chat::v1::DeleteMessageRequest& request,
                                    chat::v1::DeleteMessageResponse& response);
  Task<Result<void>> add_reaction(Call& call, const chat::v1::AddReactionRequest& request,
                                  chat::v1::ReactionResponse& response);
  Task<Result<void>> remove_reaction(Call& call, const chat::v1::RemoveReactionRequest& request,
                                     chat::v1::ReactionResponse& response);
  Task<Result<void>> get_stats(Call& call, const chat::v1::GetStatsRequest& request, chat::v1::Stats& response);
  // What the server does, besides what the storage holds.
  void fill_work(chat::v1::Stats& out) const;
  Result<SubscriptionRequest> subscribe(std::string_view credentials, const chat::v1::SubscribeRequest& request) const;

  template <typename Request>
  Task<Result<void>> react(Call& call, const Request& request, bool add, chat::v1::ReactionResponse& response);

  chat::ChatService& chat_;
  chat::Changes& changes_;
  chat::Sessions& sessions_;
  chat::Presence& presence_;
  chat::MessageWriter& writer_;
  runtime::BlockingPool& pool_;
  ServerStatus& status_;
  RoomTopics topics_;
};

}  // namespace vestnik::api
