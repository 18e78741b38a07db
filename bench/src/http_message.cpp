#include "http_message.hpp"

#include <fmt/format.h>
#include <strings.h>

#include <charconv>
#include <stdexcept>

namespace vestnik::bench {

HttpExtent http_extent(std::string_view bytes) {
  constexpr std::string_view kLength = "content-length:";
  const std::size_t end = bytes.find("\r\n\r\n");
  if (end == std::string_view::npos) return {};
  std::size_t body = 0;
  for (std::size_t at = bytes.find('\n') + 1; at < end; at = bytes.find('\n', at) + 1) {
    if ((bytes[at] | 0x20) != 'c' || strncasecmp(bytes.data() + at, kLength.data(), kLength.size()) != 0) continue;
    at += kLength.size();
    while (bytes[at] == ' ') ++at;
    std::from_chars(bytes.data() + at, bytes.data() + end, body);
    break;
  }
  return {.head = end + 4, .total = end + 4 + body};
}

int http_status(std::string_view response) {
  int status = 0;
  if (response.size() >= 12 && response.starts_with("HTTP/1.1 ")) {
    std::from_chars(response.data() + 9, response.data() + 12, status);
  }
  return status;
}

std::string http_post_request(std::string_view path, std::string_view body) {
  return fmt::format(
      "POST {} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{}", path,
      body.size(), body);
}

HttpResponse HttpClient::get(std::string_view path) {
  send_all(socket_, fmt::format("GET {} HTTP/1.1\r\nHost: localhost\r\n\r\n", path));
  received_.clear();
  char buffer[65536];
  for (;;) {
    const HttpExtent extent = http_extent(received_);
    if (extent.total != 0 && received_.size() >= extent.total) {
      return {http_status(received_), received_.substr(extent.head), extent.total};
    }
    const auto [state, bytes] = read_some(socket_, buffer);
    if (state != ReadState::kData) throw std::runtime_error(fmt::format("no answer to GET {}", path));
    received_ += bytes;
  }
}

}  // namespace vestnik::bench
