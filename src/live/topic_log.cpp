#include "live/topic_log.hpp"

#include <algorithm>

namespace vestnik::live {
namespace {

constexpr std::size_t kBytesPerFrame = 64;     // no frame is shorter, so the index is never what fills up first
constexpr std::size_t kSegmentsPerWindow = 8;  // so that a window moves on in small steps

std::int64_t end_of(const Segment& segment) {
  return segment.first_n() + static_cast<std::int64_t>(segment.frames());
}

}  // namespace

void TopicLog::append(std::int64_t n, std::string_view frame) {
  if (!segments_.empty() && n != next_n_) {
    segments_.clear();
    bytes_ = 0;
  }
  if (segments_.empty() || !segments_.back()->append(frame)) {
    const std::size_t grown = segments_.empty() ? kSegmentBytesMin : segments_.back()->bytes_max() * 2;
    const std::size_t size = std::max(std::min(grown, segment_bytes_max_), frame.size());
    segments_.push_back(std::make_shared<Segment>(n, size, size / kBytesPerFrame + 1));
    segments_.back()->append(frame);
    bytes_ += size;
  }
  next_n_ = n + 1;
}

void TopicLog::trim(std::size_t window_bytes) {
  segment_bytes_max_ = std::clamp(window_bytes / kSegmentsPerWindow, kSegmentBytesMin, kSegmentBytesMax);
  while (segments_.size() > 1 && bytes_ > window_bytes && end_of(*segments_.front()) <= told_n_) {
    bytes_ -= segments_.front()->bytes_max();
    segments_.pop_front();
  }
}

Growth TopicLog::take_growth() {
  Growth growth{.floor_n = floor_n()};
  auto first = segments_.end();
  while (first != segments_.begin()) {
    const auto previous = std::prev(first);
    if (end_of(**previous) <= told_n_) break;
    first = previous;
  }
  for (auto it = first; it != segments_.end(); ++it) growth.tail.push_back({*it, (*it)->frames()});
  told_n_ = next_n_;
  return growth;
}

std::vector<Extent> TopicLog::extents() const {
  std::vector<Extent> extents;
  for (const auto& segment : segments_) extents.push_back({segment, segment->frames()});
  return extents;
}

}  // namespace vestnik::live
