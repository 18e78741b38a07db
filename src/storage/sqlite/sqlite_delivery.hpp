// What is delivered, in a file of its own beside the chat's: a campaign at full speed and a busy room do not wait for
// each other's commits.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "storage/delivery_store.hpp"
#include "storage/sqlite/recipient_reader.hpp"
#include "storage/sqlite/recipient_writer.hpp"
#include "storage/sqlite/transactions.hpp"
#include "storage/store_options.hpp"

namespace vestnik::storage {

class SqliteDelivery final : public DeliveryStore {
 public:
  // Opens the file beside the database of the chat at `path`. Errors: as open_store.
  static Result<std::unique_ptr<DeliveryStore>> open(const std::string& path, const StoreOptions& options);

  Result<delivery::Recipient> create_recipient(const delivery::NewRecipient& recipient, Time now) override;
  Result<delivery::Recipient> get_recipient(delivery::RecipientId id) override;
  Result<delivery::Recipient> update_recipient(delivery::RecipientId id,
                                               const delivery::RecipientPatch& patch) override;
  Result<void> remove_recipient(delivery::RecipientId id) override;
  Result<std::vector<delivery::Recipient>> list_recipients(const delivery::RecipientFilter& filter,
                                                           delivery::RecipientId after, std::int32_t limit) override;
  Result<std::int64_t> count_recipients(const delivery::RecipientFilter& filter) override;
  Result<delivery::Imported> import_recipients(std::span<const delivery::NewRecipient> recipients, Time now) override;

  Result<void> check() override;
  std::string_view description() const override { return transactions_.state().description(); }

 private:
  using Transactions = sqlite::Transactions<sqlite::RecipientWriter, sqlite::RecipientReader>;

  SqliteDelivery(std::string description, const StoreOptions& options, Transactions::Opened opened)
      : transactions_(std::move(description), options, std::move(opened)) {}

  Transactions transactions_;
};

}  // namespace vestnik::storage
