// Deadlines of many connections at the price of one timer: every connection of a core stands in one list that is looked
// through four times a second.
#pragma once

#include <boost/intrusive/list.hpp>
#include <chrono>

#include "runtime/asio.hpp"

namespace vestnik::runtime {

using SteadyTime = std::chrono::steady_clock::time_point;

// Something with deadlines. Lives and is swept on one core.
class Swept : public boost::intrusive::list_base_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>> {
 public:
  virtual ~Swept() = default;
  // Called about every 250 ms. May destroy this object.
  virtual void sweep(SteadyTime now) = 0;
};

class Sweeper {
 public:
  static constexpr std::chrono::milliseconds kInterval{250};

  explicit Sweeper(asio::io_context& context) : timer_(context) {}

  void start();
  // From now on until its destruction `swept` is looked at. On the core.
  void add(Swept& swept) { list_.push_back(swept); }
  // The time of the last look, precise to kInterval; costs no clock call.
  SteadyTime now() const { return now_; }

 private:
  void sweep();

  asio::steady_timer timer_;
  SteadyTime now_ = std::chrono::steady_clock::now();
  boost::intrusive::list<Swept, boost::intrusive::constant_time_size<false>> list_;
};

}  // namespace vestnik::runtime
