// API keys in the database.
#pragma once

#include <string_view>
#include <vector>

#include "chat/key_store.hpp"
#include "storage/sqlite/connection.hpp"

namespace vestnik::storage::sqlite {

// The functions of KeyStore of the same names, inside a transaction of the caller. One connection, one thread at a
// time.
class KeyTable {
 public:
  explicit KeyTable(Connection& connection);

  Outcome<Result<chat::ApiKey>> create_key(const chat::NewApiKey& key);
  Outcome<std::vector<chat::ApiKey>> list_keys();
  Outcome<Result<void>> revoke_key(std::string_view name);

 private:
  Connection& connection_;
  Statement user_by_id_;
  Statement presence_;
  Statement insert_;
  Statement note_acted_;
  Statement list_;
  Statement delete_;
};

}  // namespace vestnik::storage::sqlite
