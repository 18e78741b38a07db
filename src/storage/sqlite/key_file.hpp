// The API keys of a database that a server may be using at the same time.
#pragma once

#include <memory>
#include <mutex>
#include <string>

#include "chat/key_store.hpp"
#include "storage/sqlite/connection.hpp"
#include "storage/sqlite/key_table.hpp"

namespace vestnik::storage::sqlite {

class KeyFile final : public chat::KeyStore {
 public:
  // Of an existing database that has this version's schema. Errors are sentences for the operator:
  // failed_precondition (made by an older version), unavailable (cannot be opened).
  static Result<std::unique_ptr<chat::KeyStore>> open(const std::string& path);

  Result<chat::ApiKey> create_key(const chat::NewApiKey& key) override;
  Result<std::vector<chat::ApiKey>> list_keys() override;
  Result<void> revoke_key(std::string_view name) override;

 private:
  explicit KeyFile(std::unique_ptr<Connection> connection);

  std::mutex mutex_;                        // guards the rest
  std::unique_ptr<Connection> connection_;  // before the statements, which end before it
  KeyTable keys_;
};

}  // namespace vestnik::storage::sqlite
