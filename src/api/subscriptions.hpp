// Opening a subscription: from the position a client gave to a feed, with the pages of history in between.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <tuple>

#include "api/call.hpp"
#include "api/shared_reads.hpp"
#include "base/metrics.hpp"
#include "chat/chat_service.hpp"
#include "live/feed.hpp"
#include "live/hub.hpp"
#include "live/resume.hpp"
#include "runtime/blocking_pool.hpp"

namespace vestnik::api {

class Subscriptions {
 public:
  Subscriptions(chat::ChatService& chat, live::Hub& hub, runtime::BlockingPool& pool, Metrics& metrics);

  struct Opened {
    live::LogView& view;
    live::ResumePlan plan;
  };
  // Decides where the subscription begins. Asks the storage only when the live window cannot tell, and once for all who
  // come together. On `core`.
  Task<Result<Opened>> open(runtime::Core& core, const chat::RoomPtr& room, live::Encoding encoding,
                            std::optional<chat::Position> after);

  // The next page of history from position `next_n` on, as frames. On `core`.
  Task<Result<live::LogView>> read_page(runtime::Core& core, chat::RoomPtr room, live::Encoding encoding,
                                        std::int64_t next_n);

 private:
  struct State {
    std::int64_t floor_n;
    std::int64_t head_n;
  };
  using PageKey = std::tuple<chat::RoomPtr, live::Encoding, std::int64_t>;
  using Page = std::shared_ptr<const live::RoomLog>;

  Result<Page> make_page(const chat::RoomInfo& room, live::Encoding encoding, std::int64_t next_n) const;

  chat::ChatService& chat_;
  live::Hub& hub_;
  SharedReads<chat::RoomPtr, State> states_;
  SharedReads<PageKey, Page> pages_;
};

}  // namespace vestnik::api
