#include "live/segment.hpp"

#include <algorithm>
#include <cstring>

namespace vestnik::live {

Segment::Segment(std::int64_t first_n, std::size_t bytes_max, std::size_t frames_max)
    : first_n_(first_n),
      bytes_max_(bytes_max),
      frames_max_(frames_max),
      bytes_(std::make_unique_for_overwrite<char[]>(bytes_max)),
      ends_(std::make_unique_for_overwrite<std::uint32_t[]>(frames_max)) {}

bool Segment::append(std::string_view frame) {
  if (frames_ == frames_max_ || used_ + frame.size() > bytes_max_) return false;
  std::memcpy(bytes_.get() + used_, frame.data(), frame.size());
  used_ += frame.size();
  ends_[frames_++] = static_cast<std::uint32_t>(used_);
  return true;
}

std::size_t Segment::frame_at(std::size_t offset, std::size_t frames) const {
  return static_cast<std::size_t>(std::upper_bound(ends_.get(), ends_.get() + frames, offset) - ends_.get());
}

}  // namespace vestnik::live
