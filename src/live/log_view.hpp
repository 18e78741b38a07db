// A core's view of a topic's log, and those on that core who follow it. All on one core.
#pragma once

#include <sys/uio.h>

#include <boost/intrusive/list.hpp>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <span>
#include <string_view>

#include "live/segment.hpp"
#include "live/topic_log.hpp"

namespace vestnik::live {

// One who follows the log. It stays registered until it is destroyed.
class Subscriber : public boost::intrusive::list_base_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>> {
 public:
  virtual ~Subscriber() = default;
  // There is something new in the log. Must not destroy another subscriber.
  virtual void on_growth() = 0;
  // A frame that stands in no log and has no position, such as that somebody types; it may be dropped. `from` names
  // whoever caused it. Must not destroy another subscriber.
  virtual void on_ephemeral(std::string_view /*frame*/, const void* /*from*/) {}
};

// A cursor into the log is the position of the next frame, always at a frame's beginning.
class LogView {
 public:
  LogView() = default;
  // Of a log that does not change, such as a page of history.
  explicit LogView(const TopicLog& log);

  void apply(const Growth& growth);
  // The window is still empty, and its first frame will be that of `n`: whatever is older has to come from the storage.
  void begin_at(std::int64_t n) { floor_n_ = end_n_ = n; }

  // First position in the window, and the one after the last; both 0 when the window has not begun.
  std::int64_t floor_n() const { return floor_n_; }
  std::int64_t end_n() const { return end_n_; }
  // Whether the frame of `n` has left the window.
  bool lost(std::int64_t n) const { return n < floor_n_; }

  // Fills `pieces` with the frames from `n` on, ready for one write; returns how many pieces were filled. `n` is not
  // lost.
  std::size_t gather(std::int64_t n, std::span<iovec> pieces) const;

  struct Advanced {
    std::int64_t next_n;    // the first frame of which nothing was written
    std::string_view rest;  // what is left of the frame before it; valid until the view changes
  };
  // Where a cursor at `n` stands after `bytes` of what gather() gave were written.
  Advanced advance(std::int64_t n, std::size_t bytes) const;

  // The whole frame of `n`, which is in the window. For transports that send messages rather than bytes.
  std::string_view frame(std::int64_t n) const;

  void add(Subscriber& subscriber) { subscribers_.push_back(subscriber); }
  bool has_subscribers() const { return !subscribers_.empty(); }
  void notify();
  void pass_on(std::string_view frame, const void* from);

 private:
  using Extents = std::deque<Extent>;
  // The extent in which the frame of `n` stands; end() when it is not in the window.
  Extents::const_iterator extent_of(std::int64_t n) const;
  // Calls `tell` for each subscriber, one of which may leave in it.
  template <typename Tell>
  void for_each_subscriber(Tell tell);

  Extents extents_;
  std::int64_t floor_n_ = 0;
  std::int64_t end_n_ = 0;
  boost::intrusive::list<Subscriber, boost::intrusive::constant_time_size<false>> subscribers_;
};

}  // namespace vestnik::live
