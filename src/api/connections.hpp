// All open connections: who may connect, and whom a shutdown must reach.
#pragma once

#include <atomic>
#include <boost/asio/ip/address.hpp>
#include <boost/intrusive/list.hpp>
#include <chrono>
#include <cstddef>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "runtime/cores.hpp"

namespace vestnik::api {

// An open connection on its core.
class Connection : public boost::intrusive::list_base_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>> {
 public:
  virtual ~Connection() = default;
  // The server stops: finish what is in flight, tell the client to come back after that time, and close. On the core.
  virtual void shut_down(std::chrono::milliseconds come_back_after) = 0;
  // Ends the connection at once. On the core.
  virtual void cut_off() = 0;
};

class Connections;

// The part of an address that one customer of a provider has: all of an IPv4 address, the first 64 bits of an IPv6 one.
// Bytes, to be compared only.
std::string network_of(const boost::asio::ip::address& address);

// The right to be connected, given back when it is destroyed. Any thread.
class Admission {
 public:
  Admission(Admission&& other) noexcept
      : owner_(std::exchange(other.owner_, nullptr)),
        network_(std::move(other.network_)),
        is_counted_(other.is_counted_) {}
  Admission& operator=(Admission&&) = delete;
  ~Admission();

  // Where the peer is; see network_of().
  const std::string& network() const { return network_; }

 private:
  friend class Connections;
  Admission(Connections& owner, std::string network, bool is_counted)
      : owner_(&owner), network_(std::move(network)), is_counted_(is_counted) {}

  Connections* owner_;
  std::string network_;
  bool is_counted_;  // in Connections::by_network_
};

class Connections {
 public:
  struct Limits {
    std::size_t max = 10'000;
    std::size_t max_per_address = 50;  // of one network_of() an address; 0: no limit; loopback is exempt
    // At `max` the oldest connection of the same core is ended for a new one; a core without any takes one more.
    bool oldest_makes_room = false;
  };

  Connections(std::size_t cores, Limits limits) : limits_(limits), by_core_(cores) {}

  // nullopt when a limit is reached. On `core`.
  std::optional<Admission> admit(runtime::Core& core, const boost::asio::ip::address& address);
  std::size_t open() const { return open_.load(std::memory_order_relaxed); }

  // On `core`.
  void add(runtime::Core& core, Connection& connection) { by_core_[core.index()].push_back(connection); }
  // Shuts all connections of this core down and spreads their return over `spread`. On `core`.
  void shut_down(runtime::Core& core, std::chrono::milliseconds spread);
  // Ends all connections of this core at once. On `core`.
  void cut_off(runtime::Core& core);

 private:
  friend class Admission;
  void give_back(const Admission& admission);
  void end_oldest(runtime::Core& core);

  Limits limits_;
  std::atomic<std::size_t> open_{0};
  std::mutex mutex_;
  std::map<std::string, std::size_t> by_network_;
  std::vector<boost::intrusive::list<Connection, boost::intrusive::constant_time_size<false>>> by_core_;
};

}  // namespace vestnik::api
