#include "base/store_failures.hpp"

namespace vestnik {
namespace {

constexpr std::chrono::minutes kRecent{1};

}  // namespace

void StoreFailures::note(const Error& error) {
  errors_.add();
  log_.note(error.detail);
  const std::scoped_lock lock(mutex_);
  newest_ = error.detail;
  newest_at_ = Steady::now();
}

std::optional<std::string> StoreFailures::recent() const {
  const std::scoped_lock lock(mutex_);
  if (newest_.empty() || Steady::now() - newest_at_ >= kRecent) return std::nullopt;
  return newest_;
}

}  // namespace vestnik
