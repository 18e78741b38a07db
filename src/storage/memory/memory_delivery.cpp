#include "storage/memory/memory_delivery.hpp"

#include <algorithm>
#include <utility>

#include "delivery/recipient_rules.hpp"
#include "storage/delivery_answers.hpp"

namespace vestnik::storage {

using delivery::NewRecipient;
using delivery::Recipient;
using delivery::RecipientId;

namespace {

void assign(Recipient& recipient, const NewRecipient& values) {
  recipient.phone = values.phone;
  recipient.operator_code = values.operator_code;
  recipient.tag = values.tag;
  recipient.time_zone = values.time_zone;
  recipient.addresses = values.addresses;
  recipient.attributes = values.attributes;
  recipient.unsubscribed = values.unsubscribed;
}

}  // namespace

const Recipient& MemoryDelivery::add(const NewRecipient& values, Time now) {
  Recipient recipient{.id = ++newest_id_, .created_at = now};
  assign(recipient, values);
  by_phone_.emplace(values.phone, recipient.id);
  return recipients_.emplace(recipient.id, std::move(recipient)).first->second;
}

Result<Recipient> MemoryDelivery::create_recipient(const NewRecipient& recipient, Time now) {
  const std::scoped_lock lock(mutex_);
  if (const auto taken = by_phone_.find(recipient.phone); taken != by_phone_.end()) {
    return answers::phone_taken(taken->second);
  }
  return add(recipient, now);
}

Result<Recipient> MemoryDelivery::get_recipient(RecipientId id) {
  const std::scoped_lock lock(mutex_);
  const auto found = recipients_.find(id);
  if (found == recipients_.end()) return answers::no_recipient(id);
  return found->second;
}

Result<Recipient> MemoryDelivery::update_recipient(RecipientId id, const delivery::RecipientPatch& patch) {
  const std::scoped_lock lock(mutex_);
  const auto found = recipients_.find(id);
  if (found == recipients_.end()) return answers::no_recipient(id);
  Recipient& recipient = found->second;
  const auto changed = delivery::change_recipient(recipient, patch);
  if (!changed) return std::unexpected(changed.error());
  const auto taken = by_phone_.find(changed->phone);
  if (taken != by_phone_.end() && taken->second != id) return answers::phone_taken(taken->second);
  by_phone_.erase(recipient.phone);
  by_phone_.emplace(changed->phone, id);
  assign(recipient, *changed);
  return recipient;
}

Result<void> MemoryDelivery::remove_recipient(RecipientId id) {
  const std::scoped_lock lock(mutex_);
  const auto found = recipients_.find(id);
  if (found == recipients_.end()) return answers::no_recipient(id);
  by_phone_.erase(found->second.phone);
  recipients_.erase(found);
  return {};
}

Result<std::vector<Recipient>> MemoryDelivery::list_recipients(const delivery::RecipientFilter& filter,
                                                               RecipientId after, std::int32_t limit) {
  const std::scoped_lock lock(mutex_);
  std::vector<Recipient> page;
  for (auto it = recipients_.upper_bound(after); it != recipients_.end() && std::ssize(page) < limit; ++it) {
    if (filter.matches(it->second)) page.push_back(it->second);
  }
  return page;
}

Result<std::int64_t> MemoryDelivery::count_recipients(const delivery::RecipientFilter& filter) {
  const std::scoped_lock lock(mutex_);
  return std::ranges::count_if(recipients_, [&filter](const auto& each) { return filter.matches(each.second); });
}

Result<delivery::Imported> MemoryDelivery::import_recipients(std::span<const NewRecipient> recipients, Time now) {
  const std::scoped_lock lock(mutex_);
  delivery::Imported imported;
  for (const NewRecipient& recipient : recipients) {
    const auto known = by_phone_.find(recipient.phone);
    if (known == by_phone_.end()) {
      add(recipient, now);
      ++imported.created;
    } else {
      assign(recipients_.at(known->second), recipient);
      ++imported.updated;
    }
  }
  return imported;
}

}  // namespace vestnik::storage
