// The API keys of the store as this server knows them. Any thread.
#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/clock.hpp"
#include "base/error.hpp"
#include "chat/key_store.hpp"
#include "runtime/blocking_pool.hpp"

namespace vestnik::chat {

// Becomes true when a credential has ended, and stays so.
using SessionEnd = std::shared_ptr<const std::atomic<bool>>;

// Whether a secret has the form of an API key, not of a session.
bool is_api_key(std::string_view secret);
// A new secret: "vk_" and 50 characters of [0-9a-z], 258 bits.
std::string make_api_key();

class ApiKeys {
 public:
  // Keys are made and revoked beside the server, by `vestnik key`: so often it looks. A revoked key and its open
  // streams end within this time.
  static constexpr std::chrono::milliseconds kInterval{500};

  ApiKeys(KeyStore& store, Clock clock) : store_(store), clock_(std::move(clock)) {}

  // Reads the keys anew. On an error those known before stay. Blocks.
  Result<void> refresh();
  // Refreshes every kInterval for as long as the core runs; a failure is logged when it begins.
  Task<void> follow(runtime::BlockingPool& pool);

  // Errors: unauthenticated (unknown, revoked or expired).
  Result<ApiKey> find(std::string_view secret) const;
  // The keys of a user who was removed end at once.
  void forget(UserId user);
  // For those who go on for longer than a call. An unknown key has ended.
  SessionEnd end_of(std::string_view secret) const;

 private:
  struct Held {
    ApiKey key;
    std::shared_ptr<std::atomic<bool>> ended = std::make_shared<std::atomic<bool>>(false);
  };

  bool is_over(const ApiKey& key) const { return key.expires_at && clock_() >= *key.expires_at; }

  KeyStore& store_;
  Clock clock_;
  mutable std::shared_mutex mutex_;  // guards by_hash_
  std::unordered_map<std::string, Held> by_hash_;
};

}  // namespace vestnik::chat
