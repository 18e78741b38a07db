// Frames that say which position they are of, so that a byte too many, too few or elsewhere is seen.
#pragma once

#include <sys/uio.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "live/topic_log.hpp"

namespace vestnik::live {

// The frame of `n`: the number, then a letter that changes with `n`, `bytes` in all.
inline std::string frame_of(std::int64_t n, std::size_t bytes = 100) {
  std::string frame = std::to_string(n) + ":";
  if (frame.size() < bytes) frame.resize(bytes, static_cast<char>('a' + n % 26));
  return frame;
}

// The frames from `first_n` up to `end_n` (exclusive), one after the other.
inline std::string frames_of(std::int64_t first_n, std::int64_t end_n, std::size_t bytes = 100) {
  std::string frames;
  for (std::int64_t n = first_n; n < end_n; ++n) frames += frame_of(n, bytes);
  return frames;
}

inline void append_frames(TopicLog& log, std::int64_t first_n, std::int64_t end_n, std::size_t bytes = 100) {
  for (std::int64_t n = first_n; n < end_n; ++n) log.append(n, frame_of(n, bytes));
}

// What stands in `pieces`, at most `bytes_max` of it.
inline std::string text_of(std::span<const iovec> pieces, std::size_t bytes_max = std::string::npos) {
  std::string text;
  for (const iovec& piece : pieces) text.append(static_cast<const char*>(piece.iov_base), piece.iov_len);
  return text.substr(0, bytes_max);
}

}  // namespace vestnik::live
