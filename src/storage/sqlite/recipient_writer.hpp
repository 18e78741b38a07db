// What changes recipients, on one connection. Every function runs inside a transaction that its caller opens and
// commits.
#pragma once

#include <memory>
#include <optional>
#include <span>

#include "delivery/recipient_store.hpp"
#include "storage/sqlite/connection.hpp"

namespace vestnik::storage::sqlite {

// The functions of RecipientStore of the same names. One thread at a time.
class RecipientWriter {
 public:
  explicit RecipientWriter(std::unique_ptr<Connection> connection);

  Outcome<Result<delivery::Recipient>> create_recipient(const delivery::NewRecipient& recipient, Time now);
  Outcome<Result<delivery::Recipient>> update_recipient(delivery::RecipientId id,
                                                        const delivery::RecipientPatch& patch);
  Outcome<Result<void>> remove_recipient(delivery::RecipientId id);
  Outcome<delivery::Imported> import_recipients(std::span<const delivery::NewRecipient> recipients, Time now);
  // Writes something harmless, to see whether it can.
  Outcome<std::optional<std::int64_t>> probe();

  Connection& connection() { return *connection_; }

 private:
  Outcome<std::optional<delivery::RecipientId>> find_by_phone(const std::string& phone);
  Outcome<delivery::RecipientId> insert(const delivery::NewRecipient& recipient, Time now);
  Outcome<void> update(delivery::RecipientId id, const delivery::NewRecipient& recipient);
  Outcome<std::optional<delivery::Recipient>> read(delivery::RecipientId id);

  std::unique_ptr<Connection> connection_;  // before the statements, which end before it
  Statement by_id_;
  Statement by_phone_;
  Statement insert_;
  Statement update_;
  Statement delete_;
  Statement write_probe_;
};

}  // namespace vestnik::storage::sqlite
