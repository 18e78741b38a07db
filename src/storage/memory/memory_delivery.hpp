// Recipients that are forgotten at exit: standard containers behind one mutex. Also the reference model of
// tests/conformance.
#pragma once

#include <map>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "storage/delivery_store.hpp"

namespace vestnik::storage {

class MemoryDelivery final : public DeliveryStore {
 public:
  Result<delivery::Recipient> create_recipient(const delivery::NewRecipient& recipient, Time now) override;
  Result<delivery::Recipient> get_recipient(delivery::RecipientId id) override;
  Result<delivery::Recipient> update_recipient(delivery::RecipientId id,
                                               const delivery::RecipientPatch& patch) override;
  Result<void> remove_recipient(delivery::RecipientId id) override;
  Result<std::vector<delivery::Recipient>> list_recipients(const delivery::RecipientFilter& filter,
                                                           delivery::RecipientId after, std::int32_t limit) override;
  Result<std::int64_t> count_recipients(const delivery::RecipientFilter& filter) override;
  Result<delivery::Imported> import_recipients(std::span<const delivery::NewRecipient> recipients, Time now) override;

  Result<void> check() override { return {}; }
  std::string_view description() const override { return "memory:"; }

 private:
  // With the mutex held.
  const delivery::Recipient& add(const delivery::NewRecipient& recipient, Time now);

  std::mutex mutex_;  // guards everything below
  std::map<delivery::RecipientId, delivery::Recipient> recipients_;
  std::unordered_map<std::string, delivery::RecipientId> by_phone_;
  delivery::RecipientId newest_id_ = 0;
};

}  // namespace vestnik::storage
