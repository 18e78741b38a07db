#include "api/connections.hpp"

namespace vestnik::api {

std::string network_of(const boost::asio::ip::address& address) {
  constexpr std::size_t kNetworkBytes = 8;  // of IPv6
  if (address.is_v4()) {
    const auto bytes = address.to_v4().to_bytes();
    return {bytes.begin(), bytes.end()};
  }
  const auto bytes = address.to_v6().to_bytes();
  return {bytes.begin(), bytes.begin() + kNetworkBytes};
}

Admission::~Admission() {
  if (owner_ != nullptr) owner_->give_back(*this);
}

std::optional<Admission> Connections::admit(runtime::Core& core, const boost::asio::ip::address& address) {
  if (open_.fetch_add(1, std::memory_order_relaxed) >= limits_.max) {
    if (!limits_.oldest_makes_room) {
      open_.fetch_sub(1, std::memory_order_relaxed);
      return std::nullopt;
    }
    end_oldest(core);
  }
  std::string network = network_of(address);
  const bool is_counted = limits_.max_per_address > 0 && !address.is_loopback();
  if (is_counted) {
    const std::scoped_lock lock(mutex_);
    std::size_t& count = by_network_[network];
    if (count >= limits_.max_per_address) {
      open_.fetch_sub(1, std::memory_order_relaxed);
      return std::nullopt;
    }
    ++count;
  }
  return Admission(*this, std::move(network), is_counted);
}

void Connections::give_back(const Admission& admission) {
  open_.fetch_sub(1, std::memory_order_relaxed);
  if (!admission.is_counted_) return;
  const std::scoped_lock lock(mutex_);
  const auto found = by_network_.find(admission.network_);
  if (found != by_network_.end() && --found->second == 0) by_network_.erase(found);
}

void Connections::shut_down(runtime::Core& core, std::chrono::milliseconds spread) {
  auto& list = by_core_[core.index()];
  const auto count = static_cast<std::int64_t>(std::distance(list.begin(), list.end()));
  std::int64_t i = 0;
  for (auto it = list.begin(); it != list.end(); ++i) {
    Connection& connection = *it;
    ++it;  // before the call: it may end the connection
    connection.shut_down(spread * i / count);
  }
}

void Connections::cut_off(runtime::Core& core) {
  while (!by_core_[core.index()].empty()) end_oldest(core);
}

void Connections::end_oldest(runtime::Core& core) {
  auto& list = by_core_[core.index()];
  if (list.empty()) return;
  Connection& oldest = list.front();
  oldest.unlink();
  oldest.cut_off();
}

}  // namespace vestnik::api
