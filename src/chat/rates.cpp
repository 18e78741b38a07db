#include "chat/rates.hpp"

#include <fmt/format.h>

#include <chrono>

namespace vestnik::chat {
namespace {

std::unexpected<Error> too_fast(std::string_view limit, std::string detail, std::chrono::seconds wait) {
  auto refusal = over_limit(limit, std::move(detail));
  refusal.error().retry_after = wait;
  return refusal;
}

}  // namespace

Rates::Rates(Access access, const Options& options, Metrics& metrics)
    : access_(access),
      users_(options.user_rate, options.user_burst),
      addresses_(options.address_rate, options.address_burst),
      refused_(metrics.counter("rate_limited_total", "Changes refused because a user made too many.")) {}

Result<void> Rates::count_change(const Actor& actor) {
  if (access_ == Access::kOpen || !actor.user_id) return {};
  const auto wait = users_.take(*actor.user_id, std::chrono::steady_clock::now());
  if (!wait) return {};
  refused_.add();
  return too_fast("user-rate",
                  fmt::format("more than {:g} changes a second (--user-rate); slow down", users_.per_second()), *wait);
}

Result<void> Rates::count_made(std::string_view address) {
  if (access_ == Access::kOpen || address.empty()) return {};
  const auto wait = addresses_.take(std::string(address), std::chrono::steady_clock::now());
  if (!wait) return {};
  return too_fast("address-rate",
                  fmt::format("more than {:g} new sessions, accounts and rooms a second from this address "
                              "(--address-rate); slow down",
                              addresses_.per_second()),
                  *wait);
}

}  // namespace vestnik::chat
