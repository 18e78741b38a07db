// A KeyStore in memory that a test fills, and may make fail.
#pragma once

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "base/sha256.hpp"
#include "chat/key_store.hpp"

namespace vestnik::chat {

class FakeKeyStore final : public KeyStore {
 public:
  std::optional<Error> failure;  // of every call, while it is there

  Result<ApiKey> create_key(const NewApiKey& key) override {
    if (failure) return std::unexpected(*failure);
    keys_.push_back({.name = key.name,
                     .hash = key.hash,
                     .scopes = key.scopes,
                     .user = {.id = key.user_id, .username = "user of " + key.name, .email = {}},
                     .created_at = key.created_at,
                     .expires_at = key.expires_at});
    return keys_.back();
  }
  Result<std::vector<ApiKey>> list_keys() override {
    if (failure) return std::unexpected(*failure);
    return keys_;
  }
  Result<void> revoke_key(std::string_view name) override {
    if (failure) return std::unexpected(*failure);
    std::erase_if(keys_, [name](const ApiKey& key) { return key.name == name; });
    return {};
  }

  void add(std::string_view secret, Scopes scopes, UserId user, std::optional<Time> expires_at = {}) {
    static_cast<void>(create_key({.name = std::string(secret),
                                  .hash = sha256_hex(secret),
                                  .scopes = scopes,
                                  .user_id = user,
                                  .created_at = {},
                                  .expires_at = expires_at}));
  }

 private:
  std::vector<ApiKey> keys_;
};

}  // namespace vestnik::chat
