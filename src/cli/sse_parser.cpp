#include "cli/sse_parser.hpp"

#include <charconv>
#include <cstdint>
#include <utility>

namespace vestnik::cli {
namespace {

constexpr std::size_t kEventBytesMax = 16u << 20;
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
constexpr std::int64_t kRetryMaxMs = 3'600'000;

}  // namespace

bool SseParser::feed(std::string_view bytes) {
  while (!bytes.empty()) {
    if (std::exchange(after_return_, false) && bytes.front() == '\n') {
      bytes.remove_prefix(1);
      continue;
    }
    const std::size_t end = bytes.find_first_of("\r\n");
    line_ += bytes.substr(0, end);
    if (line_.size() + data_.size() > kEventBytesMax) return false;
    if (end == bytes.npos) break;
    after_return_ = bytes[end] == '\r';
    bytes.remove_prefix(end + 1);
    end_line();
  }
  return true;
}

void SseParser::reset() {
  line_.clear();
  type_.clear();
  data_.clear();
  id_ = last_id_;
  first_line_ = true;
  after_return_ = false;
}

void SseParser::end_line() {
  std::string_view line = line_;
  if (std::exchange(first_line_, false) && line.starts_with(kByteOrderMark)) line.remove_prefix(kByteOrderMark.size());
  if (line.empty()) {
    dispatch();
  } else if (const std::size_t colon = line.find(':'); colon != 0) {  // a line that begins with a colon is a comment
    const std::string_view name = line.substr(0, colon);
    std::string_view value = colon == line.npos ? std::string_view() : line.substr(colon + 1);
    if (value.starts_with(' ')) value.remove_prefix(1);
    take_field(name, value);
  }
  line_.clear();
}

void SseParser::take_field(std::string_view name, std::string_view value) {
  if (name == "event") {
    type_ = value;
  } else if (name == "data") {
    data_ += value;
    data_ += '\n';
  } else if (name == "id") {
    if (value.find('\0') == value.npos) id_ = value;
  } else if (name == "retry") {
    std::int64_t ms = 0;
    const char* const end = value.data() + value.size();
    const auto [stop, error] = std::from_chars(value.data(), end, ms);
    if (error == std::errc() && stop == end && ms >= 0 && ms <= kRetryMaxMs) retry_ = std::chrono::milliseconds(ms);
  }
}

void SseParser::dispatch() {
  last_id_ = id_;
  if (!data_.empty()) {
    data_.pop_back();
    on_event_(SseEvent{.type = type_, .id = last_id_, .data = data_});
  }
  type_.clear();
  data_.clear();
}

}  // namespace vestnik::cli
