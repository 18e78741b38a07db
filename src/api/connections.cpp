#include "api/connections.hpp"

namespace vestnik::api {

Admission::~Admission() {
  if (owner_ != nullptr) owner_->give_back(address_);
}

std::optional<Admission> Connections::admit(runtime::Core& core, const boost::asio::ip::address& address) {
  if (open_.fetch_add(1, std::memory_order_relaxed) >= limits_.max) {
    if (!limits_.oldest_makes_room) {
      open_.fetch_sub(1, std::memory_order_relaxed);
      return std::nullopt;
    }
    end_oldest(core);
  }
  if (limits_.max_per_address > 0 && !address.is_loopback()) {
    const std::scoped_lock lock(mutex_);
    std::size_t& count = by_address_[address];
    if (count >= limits_.max_per_address) {
      open_.fetch_sub(1, std::memory_order_relaxed);
      return std::nullopt;
    }
    ++count;
  }
  return Admission(*this, address);
}

void Connections::give_back(const boost::asio::ip::address& address) {
  open_.fetch_sub(1, std::memory_order_relaxed);
  if (limits_.max_per_address == 0 || address.is_loopback()) return;
  const std::scoped_lock lock(mutex_);
  const auto found = by_address_.find(address);
  if (found != by_address_.end() && --found->second == 0) by_address_.erase(found);
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
