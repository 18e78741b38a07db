#include "live/room_log.hpp"

#include <algorithm>

namespace vestnik::live {
namespace {

// Segments begin small, for the many rooms in which little happens, and double up to the size that makes a good write.
constexpr std::size_t kSegmentBytesMin = 4 * 1024;
constexpr std::size_t kSegmentBytesMax = 128 * 1024;
constexpr std::size_t kBytesPerFrame = 64;  // no frame is shorter, so the index is never what fills up first

}  // namespace

void RoomLog::append(std::int64_t n, std::string_view frame) {
  if (!segments_.empty() && n != next_n_) {
    segments_.clear();
    bytes_ = 0;
  }
  if (segments_.empty() || !segments_.back()->append(frame)) {
    const std::size_t grown = segments_.empty() ? kSegmentBytesMin : segments_.back()->bytes_max() * 2;
    const std::size_t size = std::max(std::min(grown, kSegmentBytesMax), frame.size());
    segments_.push_back(std::make_shared<Segment>(n, size, size / kBytesPerFrame + 1));
    segments_.back()->append(frame);
    bytes_ += size;
  }
  next_n_ = n + 1;
}

void RoomLog::trim(std::size_t window_bytes) {
  while (segments_.size() > 1 && bytes_ > window_bytes) {
    bytes_ -= segments_.front()->bytes_max();
    segments_.pop_front();
  }
}

Growth RoomLog::take_growth() {
  Growth growth{.floor_n = floor_n()};
  auto first = segments_.end();
  while (first != segments_.begin()) {
    const auto previous = std::prev(first);
    const auto end_n = (*previous)->first_n() + static_cast<std::int64_t>((*previous)->frames());
    if (end_n <= told_n_) break;
    first = previous;
  }
  for (auto it = first; it != segments_.end(); ++it) growth.tail.push_back({*it, (*it)->frames()});
  told_n_ = next_n_;
  return growth;
}

std::vector<Extent> RoomLog::extents() const {
  std::vector<Extent> extents;
  for (const auto& segment : segments_) extents.push_back({segment, segment->frames()});
  return extents;
}

}  // namespace vestnik::live
