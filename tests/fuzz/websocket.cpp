// WebSocket frames: however the bytes are cut, the same events and the same end come out, within the limits.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "api/websocket/frame_reader.hpp"
#include "base/text.hpp"
#include "fuzz.hpp"

namespace {

using vestnik::api::websocket::FrameReader;

constexpr FrameReader::Limits kLimits{.message_bytes_max = 300, .fragments_max = 4};

class Recorder final : public FrameReader::Events {
 public:
  void on_text(std::string_view text) override {
    require(vestnik::is_valid_utf8(text) && text.size() <= kLimits.message_bytes_max);
    add('t', text);
  }
  void on_ping(std::string_view payload) override {
    require(payload.size() <= 125);
    add('p', payload);
  }
  void on_pong() override { add('o', {}); }
  void on_close(std::optional<std::uint16_t> code) override { add('c', code ? std::to_string(*code) : std::string()); }

  void add(char kind, std::string_view text) {
    require(!closed_);
    closed_ = kind == 'c';
    events_.push_back(kind + std::string(text));
  }
  const std::vector<std::string>& events() const { return events_; }

 private:
  std::vector<std::string> events_;
  bool closed_ = false;
};

struct Outcome {
  std::vector<std::string> events;
  std::optional<int> close_code;

  bool operator==(const Outcome&) const = default;
};

Outcome read(std::string bytes, std::size_t piece) {
  Recorder recorder;
  FrameReader reader(kLimits, recorder);
  std::span<char> rest(bytes);
  while (!rest.empty()) {
    const auto now = rest.first(std::min(piece, rest.size()));
    rest = rest.subspan(now.size());
    if (const auto reason = reader.feed(now)) return {recorder.events(), static_cast<int>(reason->code)};
  }
  return {recorder.events(), std::nullopt};
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  const Outcome whole = read(bytes, bytes.size());
  require(read(bytes, 1) == whole);
  require(read(bytes, 1 + data[0]) == whole);
  return 0;
}
