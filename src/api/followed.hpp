// What a live connection follows: where it stands in the topic's log, and whether it has something to send.
#pragma once

#include <boost/intrusive/list.hpp>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <utility>

#include "api/call.hpp"
#include "live/feed.hpp"

namespace vestnik::api {

class LiveConnection;

struct ReadyTag;
using ReadyHook = boost::intrusive::list_base_hook<boost::intrusive::tag<ReadyTag>,
                                                   boost::intrusive::link_mode<boost::intrusive::auto_unlink>>;

// Belongs to one connection and lives on its core. May be destroyed at any time: it leaves the log and the list of
// those that are ready by itself.
class Followed final : public live::Subscriber, public ReadyHook {
 public:
  // Whether something that was awaited for it still has one to be given to.
  using Alive = std::shared_ptr<Followed*>;

  Followed(LiveConnection& owner, const SubscriptionRequest& request);
  ~Followed() override;

  const Subject& subject() const { return subject_; }
  const live::Topic& topic() const { return *subject_.topic; }
  bool gap_when_slow() const { return gap_when_slow_; }
  // The newest position that has been sent.
  Position position() const { return {topic().topic_epoch(), feed_->next_n() - 1}; }

  // From now on it is told when the log grows. What is awaited for it is awaited still.
  void begin(live::LogView& view, std::int64_t next_n);
  // nullptr until begin().
  live::Feed* feed() { return feed_ ? &*feed_ : nullptr; }

  // Something is awaited for it; one at a time. The pointer inside is null when it has been destroyed meanwhile.
  Alive begin_await() { return awaited_ = std::make_shared<Followed*>(this); }
  void end_await() { awaited_.reset(); }
  bool awaits() const { return awaited_ != nullptr; }

  void on_growth() override;
  void on_ephemeral(std::string_view frame, const void* from) override;

 private:
  LiveConnection& owner_;
  Subject subject_;
  std::shared_ptr<const void> presence_;  // held while it follows
  chat::SessionEnd session_end_;          // on which the connection depends while it follows
  std::optional<live::Feed> feed_;
  Alive awaited_;
  bool gap_when_slow_;  // otherwise a slow subscriber is disconnected
};

}  // namespace vestnik::api
