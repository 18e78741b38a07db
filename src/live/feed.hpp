// What one subscriber gets next: pages of history until it has caught up with the live window, then the window itself.
// Sans-I/O; on one core.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <utility>

#include "live/log_view.hpp"

namespace vestnik::live {

// Positions from..to that a subscriber does not get.
struct Gap {
  std::optional<std::int64_t> from_n;  // absent when the asked position is of another history
  std::int64_t to_n = 0;
};

class Feed {
 public:
  enum class State : std::uint8_t {
    kIdle,       // nothing to send now
    kReady,      // gather() or frame() has something
    kNeedsPage,  // what comes next is older than the live window: read it from the storage, then set_page()
    kTooSlow,    // it had caught up, and fell out of the live window
  };

  Feed(LogView& live, std::int64_t next_n) : live_(live), next_n_(next_n) {}

  State state() const;
  std::int64_t next_n() const { return next_n_; }

  // A page of history whose first frame is next_n().
  void set_page(LogView page) { page_ = std::make_unique<LogView>(std::move(page)); }

  // In state kReady; see LogView.
  std::size_t gather(std::span<iovec> pieces) const { return source().gather(next_n_, pieces); }
  std::string_view frame() const { return source().frame(next_n_); }
  // Takes note that `bytes` of what gather() gave were written. Returns what is left of the last frame, which the
  // caller must keep a copy of and write first.
  std::string_view advance(std::size_t bytes);
  void advance_frame();

  // Goes on with `n`, which is ahead, and returns what is left out.
  Gap skip_to(std::int64_t n);
  // Goes on with the newest messages and returns what is left out. In state kTooSlow.
  Gap skip();

 private:
  const LogView& source() const { return in_page() ? *page_ : live_; }
  bool in_page() const { return page_ && next_n_ < page_->end_n(); }
  // So that a connection that has caught up keeps no history in memory.
  void drop_read_page();

  LogView& live_;
  std::unique_ptr<LogView> page_;  // few have one, and they not for long
  std::int64_t next_n_;
  bool caught_up_ = false;  // has read from the live window, so that losing it means being too slow
};

}  // namespace vestnik::live
