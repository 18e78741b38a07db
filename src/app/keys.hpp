// `vestnik key`: API keys of a storage, whose server may run.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "app/config.hpp"
#include "chat/scopes.hpp"

namespace vestnik::app {

struct CreateKey {
  std::string store = Storage{}.url;
  std::string name;
  std::vector<std::string> scopes;  // at least one
  std::int64_t user_id = 1;         // whom the key acts as
  std::chrono::milliseconds ttl{};  // 0: until it is revoked
  bool json = false;
};

struct ListKeys {
  std::string store = Storage{}.url;
  bool json = false;
};

struct RevokeKey {
  std::string store = Storage{}.url;
  std::string name;
};

// The exit code: 0, or 1 when it failed (standard error has the sentence). A running server follows within a second.
int run(const CreateKey& options);
int run(const ListKeys& options);
int run(const RevokeKey& options);

}  // namespace vestnik::app
