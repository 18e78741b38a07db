// The method of vestnik.chat.v1.Chat that searches.
#pragma once

#include "api/call.hpp"
#include "chat/search.hpp"
#include "chat/sessions.hpp"
#include "runtime/blocking_pool.hpp"
#include "vestnik/chat/v1/chat.pb.h"

namespace vestnik::api {

class SearchApi {
 public:
  SearchApi(chat::Search& search, chat::Sessions& sessions, runtime::BlockingPool& pool)
      : search_(search), sessions_(sessions), pool_(pool) {}

  void add_to(Methods& methods);

 private:
  Task<Result<void>> search_messages(Call& call, const chat::v1::SearchMessagesRequest& request,
                                     chat::v1::SearchMessagesResponse& response);

  chat::Search& search_;
  chat::Sessions& sessions_;
  runtime::BlockingPool& pool_;
};

}  // namespace vestnik::api
