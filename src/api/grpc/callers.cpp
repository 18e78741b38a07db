#include "api/grpc/callers.hpp"

#include <functional>

namespace vestnik::api::grpc {
namespace {

// The peer without its port; empty for loopback. gRPC may write "[::1]" as "%5B::1%5D".
std::string_view address_of(std::string_view peer) {
  const std::string_view address = peer.substr(0, peer.rfind(':'));
  const bool is_loopback = address.starts_with("ipv4:127.") || address == "ipv6:[::1]" || address == "ipv6:%5B::1%5D" ||
                           address.find("::ffff:127.") != address.npos;
  return is_loopback ? std::string_view() : address;
}

std::size_t key_of(std::string_view text) {
  return text.empty() ? 0 : std::hash<std::string_view>{}(text) | 1;
}

}  // namespace

std::optional<Callers::Place> Callers::enter(std::string_view session, std::string_view peer) {
  const Place::Keys keys = {key_of(session), key_of(address_of(peer))};
  const std::scoped_lock lock(mutex_);
  for (const std::size_t key : keys) {
    const auto found = calls_.find(key);
    if (key != 0 && found != calls_.end() && found->second >= max_) return std::nullopt;
  }
  for (const std::size_t key : keys) {
    if (key != 0) ++calls_[key];
  }
  return Place(*this, keys);
}

void Callers::leave(const Place::Keys& keys) {
  const std::scoped_lock lock(mutex_);
  for (const std::size_t key : keys) {
    const auto found = calls_.find(key);
    if (key != 0 && --found->second == 0) calls_.erase(found);
  }
}

}  // namespace vestnik::api::grpc
