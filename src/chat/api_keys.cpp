#include "chat/api_keys.hpp"

#include <mutex>
#include <utility>

#include "base/ids.hpp"
#include "base/log.hpp"
#include "base/sha256.hpp"

namespace vestnik::chat {
namespace {

constexpr std::string_view kPrefix = "vk_";
constexpr std::size_t kSecretLength = 50;

}  // namespace

bool is_api_key(std::string_view secret) {
  return secret.starts_with(kPrefix);
}

std::string make_api_key() {
  return std::string(kPrefix) + make_token(kSecretLength);
}

Result<void> ApiKeys::refresh() {
  auto keys = store_.list_keys();
  if (!keys) return std::unexpected(std::move(keys.error()));
  std::unordered_map<std::string, Held> fresh;
  const std::unique_lock lock(mutex_);
  for (ApiKey& key : *keys) {
    if (is_over(key)) continue;
    Held held;
    // Streams opened with the key go on.
    if (const auto known = by_hash_.find(key.hash); known != by_hash_.end()) held.ended = known->second.ended;
    std::string hash = key.hash;
    held.key = std::move(key);
    fresh.emplace(std::move(hash), std::move(held));
  }
  for (const auto& [hash, held] : by_hash_) {
    if (!fresh.contains(hash)) *held.ended = true;
  }
  by_hash_ = std::move(fresh);
  return {};
}

Task<void> ApiKeys::follow(runtime::BlockingPool& pool) {
  asio::steady_timer timer(co_await asio::this_coro::executor);
  bool failing = false;
  while (true) {
    timer.expires_after(kInterval);
    co_await timer.async_wait(kUseAwaitable);
    const auto done = co_await pool.run([this] { return refresh(); });
    if (!done && !failing) log::warn("API keys could not be read", {{"detail", done.error().detail}});
    failing = !done;
  }
}

Result<ApiKey> ApiKeys::find(std::string_view secret) const {
  {
    const std::string hash = sha256_hex(secret);
    const std::shared_lock lock(mutex_);
    if (const auto found = by_hash_.find(hash); found != by_hash_.end() && !is_over(found->second.key)) {
      return found->second.key;
    }
  }
  return fail(ErrorCode::kUnauthenticated, "There is no such API key, or it was revoked or has expired.");
}

void ApiKeys::forget(UserId user) {
  const std::unique_lock lock(mutex_);
  std::erase_if(by_hash_, [user](const auto& each) {
    const Held& held = each.second;
    if (held.key.user.id == user) *held.ended = true;
    return held.key.user.id == user;
  });
}

SessionEnd ApiKeys::end_of(std::string_view secret) const {
  const std::string hash = sha256_hex(secret);
  const std::shared_lock lock(mutex_);
  const auto found = by_hash_.find(hash);
  return found == by_hash_.end() ? std::make_shared<std::atomic<bool>>(true) : found->second.ended;
}

}  // namespace vestnik::chat
