#include "runtime/sweeper.hpp"

namespace vestnik::runtime {

void Sweeper::start() {
  timer_.expires_after(kInterval);
  timer_.async_wait([this](boost::system::error_code error) {
    if (error) return;
    start();  // first: an exception of one look must not end all deadlines of this core
    sweep();
  });
}

void Sweeper::sweep() {
  now_ = std::chrono::steady_clock::now();
  for (auto it = list_.begin(); it != list_.end();) {
    Swept& swept = *it;
    ++it;  // before the call: it may destroy what it is called on
    swept.sweep(now_);
  }
}

}  // namespace vestnik::runtime
