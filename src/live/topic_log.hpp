// The live window of one topic in one encoding: an append-only log of ready-to-send frames, bounded in bytes.
// The writer's side; live/log_view.hpp is the reader's.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <string_view>
#include <vector>

#include "live/segment.hpp"

namespace vestnik::live {

// What has changed in a log since the last note: told to each core that reads it.
struct Growth {
  std::vector<Extent> tail;  // the segments that are new or have grown, oldest first
  std::int64_t floor_n = 0;  // frames below this position have left the window
};

class TopicLog {
 public:
  // Segments begin small, for the many topics in which little happens, and double up to the size that makes a good
  // write.
  static constexpr std::size_t kSegmentBytesMin = 4 * 1024;
  static constexpr std::size_t kSegmentBytesMax = 128 * 1024;

  // Appends the frame of position `n`. Positions follow each other without gaps; a jump (which the storage never makes)
  // begins the window anew at `n`.
  void append(std::int64_t n, std::string_view frame);
  // Drops the oldest segments until at most `window_bytes` remain. The newest one always stays, and so does what
  // take_growth() has not told yet: nobody could have read it. Segments made from now on are a small part of the
  // window.
  void trim(std::size_t window_bytes);
  // What has changed since the last call.
  Growth take_growth();

  // Everything that is in the window.
  std::vector<Extent> extents() const;
  std::int64_t end_n() const { return segments_.empty() ? 0 : next_n_; }
  std::int64_t floor_n() const { return segments_.empty() ? 0 : segments_.front()->first_n(); }
  std::size_t bytes() const { return bytes_; }

 private:
  std::deque<std::shared_ptr<Segment>> segments_;
  std::int64_t next_n_ = 0;  // position of the next frame
  std::int64_t told_n_ = 0;  // growth up to here (exclusive) was taken
  std::size_t bytes_ = 0;    // memory of all segments
  std::size_t segment_bytes_max_ = kSegmentBytesMax;
};

}  // namespace vestnik::live
