// The method of vestnik.chat.v1.Chat that searches.
#pragma once

#include "api/call.hpp"
#include "chat/search.hpp"
#include "chat/sessions.hpp"
#include "runtime/blocking_pool.hpp"
#include "runtime/turns.hpp"
#include "vestnik/chat/v1/chat.pb.h"

namespace vestnik::api {

class SearchApi {
 public:
  // Searches run on the threads of `pool`, one at a time of each user, in turns.
  SearchApi(chat::Search& search, chat::Sessions& sessions, runtime::BlockingPool& pool, runtime::Turns& turns)
      : search_(search), sessions_(sessions), pool_(pool), turns_(turns) {}

  void add_to(Methods& methods);

 private:
  Task<Result<void>> search_messages(Call& call, const chat::v1::SearchMessagesRequest& request,
                                     chat::v1::SearchMessagesResponse& response);

  chat::Search& search_;
  chat::Sessions& sessions_;
  runtime::BlockingPool& pool_;
  runtime::Turns& turns_;
};

}  // namespace vestnik::api
