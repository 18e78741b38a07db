#include "nats_protocol.hpp"

#include <fmt/format.h>

#include <stdexcept>

namespace vestnik::bench {

Fd NatsProtocol::subscribe(std::uint16_t port, const std::string& room) {
  Fd socket = connect_to(port);
  send_all(socket, fmt::format("CONNECT {{\"verbose\":false,\"pedantic\":false,\"tls_required\":false,\"lang\":\"c++\","
                               "\"version\":\"1\",\"protocol\":1}}\r\nSUB {} 1\r\nPING\r\n",
                               room));
  std::string answer;
  char byte = 0;
  while (!answer.ends_with("PONG\r\n")) {
    if (read_some(socket, {&byte, 1}).state != ReadState::kData) {
      throw std::runtime_error(fmt::format("the broker did not confirm the subscription: {}", answer));
    }
    answer += byte;
  }
  return socket;
}

StampedFrames NatsProtocol::frames(std::size_t content_bytes, const std::string& room, int sender) {
  const std::string line = fmt::format("PUB {} {}\r\n", room, content_bytes);
  return {line + stampable_content(content_bytes) + "\r\n", line.size(), {}, sender};
}

}  // namespace vestnik::bench
