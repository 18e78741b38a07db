// Ready-to-send frames of one size whose content begins with a ten-digit number, so that publishing costs a few bytes
// of work a message.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace vestnik::bench {

// The number at the start of a message's content tells who sent it and as which of theirs.
struct Stamp {
  static constexpr std::size_t kDigits = 10;
  static constexpr std::int64_t kPerSender = 1'000'000'000;
  static constexpr int kMaxSenders = 9;

  int sender = -1;  // from 0
  std::int64_t sequence = -1;

  // From content that begins with ten digits; sender -1 otherwise.
  static Stamp parse(std::string_view content);
};

// Content of `bytes` characters, at least Stamp::kDigits, that begins with room for the stamp.
std::string stampable_content(std::size_t bytes);

class StampedFrames {
 public:
  // `frame` is one whole frame; its stamp begins at `stamp_at` and its digits are hidden by `mask` (zeros: not hidden),
  // whose first byte belongs to the first digit.
  StampedFrames(const std::string& frame, std::size_t stamp_at, std::array<char, 4> mask, int sender);

  // At most `count` frames, numbered from `first`; valid until the next call.
  std::string_view stamp(std::int64_t first, std::size_t count);

  std::size_t frame_bytes() const { return frame_bytes_; }
  std::size_t capacity() const { return block_.size() / frame_bytes_; }

 private:
  std::size_t frame_bytes_;
  std::size_t stamp_at_;
  std::array<char, Stamp::kDigits> mask_;
  int sender_;
  std::string block_;
};

}  // namespace vestnik::bench
