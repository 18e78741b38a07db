// Opening a subscription: from the position a client gave to a feed, with the pages of history in between.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <tuple>

#include "api/shared_reads.hpp"
#include "api/topic_kind.hpp"
#include "base/metrics.hpp"
#include "base/position.hpp"
#include "live/hub.hpp"
#include "live/resume.hpp"
#include "runtime/blocking_pool.hpp"

namespace vestnik::api {

class Subscriptions {
 public:
  Subscriptions(live::Hub& hub, runtime::BlockingPool& pool, Metrics& metrics);

  struct Opened {
    live::LogView& view;
    live::ResumePlan plan;
  };
  // Decides where the subscription begins. Asks the storage only when the live window cannot tell, and once for all who
  // come together. On `core`.
  Task<Result<Opened>> open(runtime::Core& core, Subject subject, live::Encoding encoding,
                            std::optional<Position> after);

  // The next page of history from position `next_n` on, as frames. On `core`.
  Task<Result<live::LogView>> read_page(runtime::Core& core, Subject subject, live::Encoding encoding,
                                        std::int64_t next_n);

 private:
  using PageKey = std::tuple<live::TopicPtr, live::Encoding, std::int64_t>;

  live::Hub& hub_;
  SharedReads<live::TopicPtr, TopicKind::State> states_;
  SharedReads<PageKey, TopicKind::Page> pages_;
};

}  // namespace vestnik::api
