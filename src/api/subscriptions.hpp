// Opening a subscription: from the position a client gave to a feed, with the pages of history in between.
#pragma once

#include <cstdint>
#include <optional>

#include "api/call.hpp"
#include "chat/chat_service.hpp"
#include "live/feed.hpp"
#include "live/hub.hpp"
#include "live/resume.hpp"
#include "runtime/blocking_pool.hpp"

namespace vestnik::api {

class Subscriptions {
 public:
  Subscriptions(chat::ChatService& chat, live::Hub& hub, runtime::BlockingPool& pool)
      : chat_(chat), hub_(hub), pool_(pool) {}

  struct Opened {
    live::LogView& view;
    live::ResumePlan plan;
  };
  // Decides where the subscription begins. Asks the storage only when the live window cannot tell. On `core`.
  Task<Result<Opened>> open(runtime::Core& core, const chat::RoomPtr& room, live::Encoding encoding,
                            std::optional<chat::Position> after);

  // The next page of history from position `next_n` on, as frames. On any core.
  Task<Result<live::LogView>> read_page(chat::RoomPtr room, live::Encoding encoding, std::int64_t next_n);

 private:
  chat::ChatService& chat_;
  live::Hub& hub_;
  runtime::BlockingPool& pool_;
};

}  // namespace vestnik::api
