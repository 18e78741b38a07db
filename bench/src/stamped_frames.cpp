#include "stamped_frames.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace vestnik::bench {
namespace {

// Large enough for few system calls, small enough to stay in the cache of a core.
constexpr std::size_t kBlockBytes = 64 * 1024;

}  // namespace

Stamp Stamp::parse(std::string_view content) {
  std::int64_t number = 0;
  if (content.size() < kDigits) return {};
  const auto [end, error] = std::from_chars(content.data(), content.data() + kDigits, number);
  if (error != std::errc() || end != content.data() + kDigits || number < kPerSender) return {};
  return {.sender = static_cast<int>(number / kPerSender) - 1, .sequence = number % kPerSender};
}

std::string stampable_content(std::size_t bytes) {
  constexpr std::string_view kWords = " the quick brown fox jumps over the lazy dog";
  std::string content(Stamp::kDigits, '0');
  while (content.size() < bytes) content += kWords;
  content.resize(bytes);
  return content;
}

StampedFrames::StampedFrames(const std::string& frame, std::size_t stamp_at, std::array<char, 4> mask, int sender)
    : frame_bytes_(frame.size()), stamp_at_(stamp_at), sender_(sender) {
  for (std::size_t i = 0; i < mask_.size(); ++i) mask_[i] = mask[i % mask.size()];
  const std::size_t frames = std::max<std::size_t>(1, kBlockBytes / frame.size());
  block_.reserve(frames * frame.size());
  for (std::size_t i = 0; i < frames; ++i) block_ += frame;
}

std::string_view StampedFrames::stamp(std::int64_t first, std::size_t count) {
  count = std::min(count, capacity());
  std::array<char, Stamp::kDigits> digits;
  fmt::format_to_n(digits.data(), digits.size(), "{}", (sender_ + 1) * Stamp::kPerSender + first);
  for (std::size_t frame = 0; frame < count; ++frame) {
    char* const at = block_.data() + frame * frame_bytes_ + stamp_at_;
    for (std::size_t i = 0; i < digits.size(); ++i) at[i] = static_cast<char>(digits[i] ^ mask_[i]);
    std::size_t last = digits.size() - 1;
    for (; digits[last] == '9'; --last) digits[last] = '0';
    ++digits[last];
  }
  return std::string_view(block_).substr(0, count * frame_bytes_);
}

}  // namespace vestnik::bench
