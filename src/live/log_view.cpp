#include "live/log_view.hpp"

#include <algorithm>
#include <exception>

#include "base/log.hpp"

namespace vestnik::live {

LogView::LogView(const TopicLog& log) {
  apply({.tail = log.extents(), .floor_n = log.floor_n()});
}

void LogView::apply(const Growth& growth) {
  for (const Extent& extent : growth.tail) {
    if (!extents_.empty() && extents_.back().segment == extent.segment) {
      extents_.back().frames = std::max(extents_.back().frames, extent.frames);
    } else if (extents_.empty() || extents_.back().segment->first_n() < extent.segment->first_n()) {
      extents_.push_back(extent);
    }
  }
  while (!extents_.empty() && extents_.front().segment->first_n() < growth.floor_n) extents_.pop_front();
  if (extents_.empty()) return;
  floor_n_ = extents_.front().segment->first_n();
  end_n_ = extents_.back().end_n();
}

LogView::Extents::const_iterator LogView::extent_of(std::int64_t n) const {
  if (n < floor_n_ || n >= end_n_) return extents_.end();
  const auto after =
      std::ranges::upper_bound(extents_, n, {}, [](const Extent& each) { return each.segment->first_n(); });
  return std::prev(after);
}

std::size_t LogView::gather(std::int64_t n, std::span<iovec> pieces) const {
  auto extent = extent_of(n);
  if (extent == extents_.end()) return 0;
  std::size_t begin = extent->segment->begin_of(static_cast<std::size_t>(n - extent->segment->first_n()));
  std::size_t filled = 0;
  for (; extent != extents_.end() && filled < pieces.size(); ++extent) {
    const std::size_t end = extent->segment->end_of(extent->frames - 1);
    pieces[filled++] = {const_cast<char*>(extent->segment->data()) + begin, end - begin};
    begin = 0;
  }
  return filled;
}

LogView::Advanced LogView::advance(std::int64_t n, std::size_t bytes) const {
  while (bytes > 0) {
    const auto extent = extent_of(n);
    const Segment& segment = *extent->segment;
    const std::size_t begin = segment.begin_of(static_cast<std::size_t>(n - segment.first_n()));
    const std::size_t available = segment.end_of(extent->frames - 1) - begin;
    if (bytes >= available) {
      bytes -= available;
      n = extent->end_n();
      continue;
    }
    const std::size_t reached = segment.frame_at(begin + bytes, extent->frames);
    n = segment.first_n() + static_cast<std::int64_t>(reached);
    if (segment.begin_of(reached) == begin + bytes) break;
    return {n + 1, {segment.data() + begin + bytes, segment.end_of(reached) - begin - bytes}};
  }
  return {n, {}};
}

std::string_view LogView::frame(std::int64_t n) const {
  const Segment& segment = *extent_of(n)->segment;
  const auto i = static_cast<std::size_t>(n - segment.first_n());
  return {segment.data() + segment.begin_of(i), segment.end_of(i) - segment.begin_of(i)};
}

template <typename Tell>
void LogView::for_each_subscriber(Tell tell) {
  for (auto it = subscribers_.begin(); it != subscribers_.end();) {
    Subscriber& subscriber = *it;
    ++it;  // before the call: a subscriber may leave in it
    try {
      tell(subscriber);
    } catch (const std::exception& bug) {
      // The others still have to be told, and the writer waits for this core to have done so.
      log::error("exception of a subscriber", {{"what", bug.what()}});
    }
  }
}

void LogView::notify() {
  for_each_subscriber([](Subscriber& subscriber) { subscriber.on_growth(); });
}

void LogView::pass_on(std::string_view frame, const void* from) {
  for_each_subscriber([frame, from](Subscriber& subscriber) { subscriber.on_ephemeral(frame, from); });
}

}  // namespace vestnik::live
