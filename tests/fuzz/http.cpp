// HTTP requests on one connection: however the bytes are cut, the same requests come out.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "api/http/request_reader.hpp"
#include "fuzz.hpp"

namespace {

using vestnik::api::http::RequestReader;

constexpr RequestReader::Limits kLimits{
    .head = {.bytes_max = 600, .fields_max = 8},
    .body_bytes_max = 200,
    .is_streamed = [](const vestnik::api::http::Request& head) { return head.path.starts_with("/s"); },
    .streamed_bytes_max = 300};

std::string describe(const vestnik::api::http::Request& request, std::string_view streamed) {
  std::string text;
  for (const std::string_view part : {request.method, request.path, request.query, request.body, streamed}) {
    text.append(part).push_back('\n');
  }
  for (const auto& [name, value] : request.fields) text.append(name).append(": ").append(value).push_back('\n');
  return text;
}

// What a connection does: bytes that the reader did not use stay, and are given again together with the next ones.
std::vector<std::string> read(std::string_view bytes, std::size_t piece) {
  RequestReader reader(kLimits);
  std::vector<std::string> requests;
  std::string unread;
  std::string streamed;
  while (!bytes.empty()) {
    unread += bytes.substr(0, piece);
    bytes.remove_prefix(std::min(piece, bytes.size()));
    while (!unread.empty()) {
      const std::size_t used = reader.feed(unread);
      require(used <= unread.size());
      unread.erase(0, used);
      if (reader.state() == RequestReader::State::kFault) {
        require(reader.fault().status >= 400 && reader.fault().status < 600);
        return requests;
      }
      if (reader.is_streamed()) {
        streamed += reader.take_body();
        require(streamed.size() <= kLimits.streamed_bytes_max);
      }
      if (reader.state() == RequestReader::State::kComplete) {
        const auto& request = reader.request();
        require(request.body.size() <= kLimits.body_bytes_max);
        require(request.fields.size() <= kLimits.head.fields_max);
        require(!reader.is_streamed() || request.body.empty());
        requests.push_back(describe(request, std::exchange(streamed, {})));
        reader.reset();
      } else if (used == 0) {
        break;  // it needs more
      }
    }
  }
  return requests;
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
