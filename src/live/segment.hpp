// A piece of a topic's log: whole frames one after the other, written once by the log's writer and read by every core.
//
// There is no lock and no atomic inside. The writer only appends; a reader looks only at frames whose number it was
// told by a task posted to its core after they were written, and that post orders the memory accesses.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

namespace vestnik::live {

class Segment {
 public:
  // Holds frames from position `first_n` on.
  Segment(std::int64_t first_n, std::size_t bytes_max, std::size_t frames_max);

  // Writer only. False when it does not fit.
  bool append(std::string_view frame);

  std::int64_t first_n() const { return first_n_; }
  std::size_t bytes_max() const { return bytes_max_; }
  // Writer only: how many frames stand here.
  std::size_t frames() const { return frames_; }

  const char* data() const { return bytes_.get(); }
  // Where frame `i` begins and ends in data(); `i` below a number of frames that was told to the reader.
  std::size_t begin_of(std::size_t i) const { return i == 0 ? 0 : ends_[i - 1]; }
  std::size_t end_of(std::size_t i) const { return ends_[i]; }
  // The frame among the first `frames` in which the byte `offset` lies; `frames` when it lies behind them.
  std::size_t frame_at(std::size_t offset, std::size_t frames) const;

 private:
  std::int64_t first_n_;
  std::size_t bytes_max_;
  std::size_t frames_max_;
  std::size_t frames_ = 0;
  std::size_t used_ = 0;
  std::unique_ptr<char[]> bytes_;
  std::unique_ptr<std::uint32_t[]> ends_;
};

// What a core knows of a segment: the frames it may read.
struct Extent {
  std::shared_ptr<const Segment> segment;
  std::size_t frames = 0;

  std::int64_t end_n() const { return segment->first_n() + static_cast<std::int64_t>(frames); }
};

}  // namespace vestnik::live
