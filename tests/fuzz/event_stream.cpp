// Server-sent events as the terminal clients read them: however the bytes are cut, the same events come out.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "cli/sse_parser.hpp"
#include "fuzz.hpp"

namespace {

std::vector<std::string> read(std::string_view bytes, std::size_t piece) {
  std::vector<std::string> events;
  vestnik::cli::SseParser parser(
      [&](const vestnik::cli::SseEvent& event) { events.push_back(event.type + '\n' + event.id + '\n' + event.data); });
  while (!bytes.empty()) {
    require(parser.feed(bytes.substr(0, piece)));
    bytes.remove_prefix(std::min(piece, bytes.size()));
  }
  events.push_back(parser.last_id() + (parser.retry() ? std::to_string(parser.retry()->count()) : ""));
  return events;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  const std::vector<std::string> whole = read(bytes, bytes.size());
  require(read(bytes, 1) == whole);
  require(read(bytes, 1 + data[0]) == whole);
  return 0;
}
