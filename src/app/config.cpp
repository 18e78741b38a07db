#include "app/config.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>

#include "app/values.hpp"

namespace vestnik::app {
namespace {

std::optional<std::string> find_shared_port(const Listening& listening) {
  struct Port {
    std::string_view option;
    std::uint16_t number;
  };
  const Port ports[] = {
      {"--port", listening.port}, {"--grpc-port", listening.grpc_port}, {"--metrics-port", listening.metrics_port}};
  for (const Port& first : ports) {
    for (const Port* second = &first + 1; second != std::end(ports); ++second) {
      if (first.number == 0 || first.number != second->number) continue;
      return fmt::format("{} and {} are both {}: give each its own port, or 0 for any free one.", first.option,
                         second->option, first.number);
    }
  }
  return std::nullopt;
}

}  // namespace

bool is_loopback(const std::string& address) {
  in_addr v4{};
  if (inet_pton(AF_INET, address.c_str(), &v4) == 1) return ntohl(v4.s_addr) >> 24 == 127;
  in6_addr v6{};
  return inet_pton(AF_INET6, address.c_str(), &v6) == 1 && IN6_IS_ADDR_LOOPBACK(&v6);
}

std::optional<std::string> find_conflict(const ServerConfig& config) {
  const Listening& listening = config.listening;
  if (listening.open && listening.require_sessions) {
    return "--open lets everybody in and --require-sessions does not: give one of them.";
  }
  if (!listening.open && !listening.require_sessions && !is_loopback(listening.address)) {
    return fmt::format(
        "--listen {} can be reached from other machines: add --require-sessions if everybody has to open a session "
        "first, or --open if everybody may act as anybody, or listen on 127.0.0.1.",
        listening.address);
  }
  if (auto shared = find_shared_port(listening)) return shared;
  if (config.limits.window_bytes > config.limits.window_total_bytes) {
    return fmt::format("--window-bytes {} is more than --window-total-bytes {}: one room must fit into the total.",
                       format_size(config.limits.window_bytes), format_size(config.limits.window_total_bytes));
  }
  return std::nullopt;
}

}  // namespace vestnik::app
