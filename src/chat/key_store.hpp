// The port behind which API keys are kept. Every storage passes tests/conformance.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/error.hpp"
#include "chat/scopes.hpp"
#include "chat/types.hpp"

namespace vestnik::chat {

// A credential that the operator gives to a program: it acts as its user, within its scopes, until it is revoked or
// expires. The secret itself is known to its holder alone.
struct ApiKey {
  std::string name;  // unique
  std::string hash;  // SHA-256 of the secret, in hexadecimal
  Scopes scopes;
  User user;
  Time created_at;
  std::optional<Time> expires_at;  // absent: never
};

struct NewApiKey {
  std::string name;
  std::string hash;
  Scopes scopes;
  UserId user_id = 0;
  Time created_at;
  std::optional<Time> expires_at;
};

// Synchronous: a call is one transaction that returns when it is durable. Any thread. Errors of every call: those of
// ChatStore.
class KeyStore {
 public:
  virtual ~KeyStore() = default;

  // Errors: already_exists (a key has the name), not_found (no such user).
  virtual Result<ApiKey> create_key(const NewApiKey& key) = 0;
  // All keys, by name; expired ones too.
  virtual Result<std::vector<ApiKey>> list_keys() = 0;
  // Errors: not_found.
  virtual Result<void> revoke_key(std::string_view name) = 0;
};

}  // namespace vestnik::chat
