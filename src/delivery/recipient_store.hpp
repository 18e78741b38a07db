// The port behind which recipients are kept. Every storage passes tests/conformance.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/clock.hpp"
#include "base/error.hpp"
#include "delivery/types.hpp"

namespace vestnik::delivery {

// What an import made of its recipients.
struct Imported {
  std::int64_t created = 0;
  std::int64_t updated = 0;  // there was one with the phone, and is as given now
};

// Synchronous: a call is one transaction that returns when it is durable, within the store's time-out. Any thread.
// Recipients keep the rules of delivery/recipient_rules.hpp. Errors of every call: unavailable (the storage failed or
// is closed), deadline_exceeded. After a failed write nothing of that call is visible, ever (or the store reports
// itself failed).
class RecipientStore {
 public:
  virtual ~RecipientStore() = default;

  // Ids grow; none is given twice. Errors: already_exists (somebody has the phone).
  virtual Result<Recipient> create_recipient(const NewRecipient& recipient, Time now) = 0;
  // Errors: not_found.
  virtual Result<Recipient> get_recipient(RecipientId id) = 0;
  // Everything but id and created_at becomes as in the patch, on top of what is there at that moment. The result keeps
  // the rules, or the call is refused. Errors: not_found, already_exists (somebody else has the phone).
  virtual Result<Recipient> update_recipient(RecipientId id, const RecipientPatch& patch) = 0;
  // Errors: not_found.
  virtual Result<void> remove_recipient(RecipientId id) = 0;

  // At most `limit` of those that the filter reaches, with an id above `after`, in the order of ids.
  virtual Result<std::vector<Recipient>> list_recipients(const RecipientFilter& filter, RecipientId after,
                                                         std::int32_t limit) = 0;
  virtual Result<std::int64_t> count_recipients(const RecipientFilter& filter) = 0;

  // Each by its phone, in their order: of several with the same phone the last one stays.
  virtual Result<Imported> import_recipients(std::span<const NewRecipient> recipients, Time now) = 0;
};

}  // namespace vestnik::delivery
