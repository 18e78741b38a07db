// Finds the frames in a stream of bytes by their headers alone; the payload of a frame that arrived whole is never
// touched.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>
#include <stdexcept>
#include <string_view>

namespace vestnik::bench {

// A frame as its first bytes announce it.
struct FrameExtent {
  std::size_t header = 0;
  std::size_t total = 0;  // header and payload; 0 while the header is incomplete
};

// `Protocol::extent(bytes)` gives the extent of the frame at the start of `bytes`.
template <class Protocol>
class FrameReader {
 public:
  // Calls `sink(header_bytes, frame)` for every frame that is now complete. A frame that came in pieces is shown up to
  // kKeptBytes.
  template <class Sink>
  void feed(std::string_view bytes, Sink&& sink) {
    if (seen_ != 0) bytes.remove_prefix(finish_open_frame(bytes, sink));
    while (!bytes.empty()) {
      const FrameExtent extent = Protocol::extent(bytes);
      if (extent.total == 0 || extent.total > bytes.size()) {
        seen_ = bytes.size();
        std::memcpy(kept_.data(), bytes.data(), std::min(seen_, kKeptBytes));
        return;
      }
      sink(extent.header, bytes.substr(0, extent.total));
      bytes.remove_prefix(extent.total);
    }
  }

 private:
  static constexpr std::size_t kKeptBytes = 1024;

  // Takes from `bytes` what the open frame lacks; returns how much that was.
  template <class Sink>
  std::size_t finish_open_frame(std::string_view bytes, Sink& sink) {
    std::size_t taken = 0;
    FrameExtent extent = Protocol::extent(kept());
    while (extent.total == 0 && taken < bytes.size()) {
      if (seen_ == kKeptBytes) throw std::runtime_error("a frame header without an end");
      kept_[seen_++] = bytes[taken++];
      extent = Protocol::extent(kept());
    }
    if (extent.total == 0) return taken;
    const std::size_t more = std::min(extent.total - seen_, bytes.size() - taken);
    if (seen_ < kKeptBytes) std::memcpy(kept_.data() + seen_, bytes.data() + taken, std::min(more, kKeptBytes - seen_));
    seen_ += more;
    if (seen_ == extent.total) {
      sink(extent.header, kept());
      seen_ = 0;
    }
    return taken + more;
  }

  std::string_view kept() const { return {kept_.data(), std::min(seen_, kKeptBytes)}; }

  std::size_t seen_ = 0;  // bytes of the open frame so far
  std::array<char, kKeptBytes> kept_;
};

}  // namespace vestnik::bench
