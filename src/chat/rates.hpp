// How fast users may change things, and how fast an address may make what stays, where sessions are required. An open
// server trusts whoever reaches it. Any thread.
#pragma once

#include <string>
#include <string_view>

#include "base/error.hpp"
#include "base/metrics.hpp"
#include "chat/authorize.hpp"
#include "chat/rate_limiter.hpp"
#include "chat/types.hpp"

namespace vestnik::chat {

class Rates {
 public:
  struct Options {
    // Changes of one user, whatever the call: in a second, and at once; 0 a second: no limit.
    double user_rate = 20;
    double user_burst = 40;
    // Sessions, accounts and rooms made from one address: nobody needs a session to open one.
    double address_rate = 2;
    double address_burst = 100;
  };

  Rates(Access access, const Options& options, Metrics& metrics);

  // The actor is about to change something. Errors: resource_exhausted, with the time after which there is room again.
  Result<void> count_change(const Actor& actor);
  // Something is about to be made that stays. `address`: whom to count it for; empty: nobody. Errors: as above.
  Result<void> count_made(std::string_view address);

 private:
  Access access_;
  RateLimiter<UserId> users_;
  RateLimiter<std::string> addresses_;
  Counter& refused_;
};

}  // namespace vestnik::chat
