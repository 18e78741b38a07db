// What is done with recipients: the rules, then the store.
#pragma once

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "base/error.hpp"
#include "delivery/recipient_import.hpp"
#include "delivery/recipient_store.hpp"

namespace vestnik::delivery {

// All block, waiting for the storage. Any thread. Errors of all: those of RecipientStore, and invalid_argument with the
// field.
class Recipients {
 public:
  Recipients(RecipientStore& store, std::int32_t page_max, Clock clock)
      : store_(store), page_max_(page_max), clock_(std::move(clock)) {}

  Result<Recipient> create(NewRecipient recipient);
  Result<Recipient> get(RecipientId id) { return store_.get_recipient(id); }
  Result<Recipient> update(RecipientId id, const RecipientPatch& patch) { return store_.update_recipient(id, patch); }
  Result<void> remove(RecipientId id) { return store_.remove_recipient(id); }
  // A page; 50 of them unless told otherwise.
  Result<std::vector<Recipient>> list(const RecipientFilter& filter, RecipientId after,
                                      std::optional<std::int32_t> limit);
  // Recipients out of comma-separated values.
  RecipientImport import() const { return {store_, clock_}; }
  Result<std::int64_t> count(const RecipientFilter& filter) { return store_.count_recipients(filter); }

 private:
  RecipientStore& store_;
  std::int32_t page_max_;
  Clock clock_;
};

}  // namespace vestnik::delivery
