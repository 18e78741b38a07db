#include "delivery/recipients.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "delivery/recipient_rules.hpp"

namespace vestnik::delivery {
namespace {

constexpr std::int32_t kRecipientsPage = 50;

}  // namespace

Result<Recipient> Recipients::create(NewRecipient recipient) {
  auto checked = check_recipient(std::move(recipient));
  if (!checked) return error_of(checked);
  return store_.create_recipient(*checked, clock_());
}

Result<std::vector<Recipient>> Recipients::list(const RecipientFilter& filter, RecipientId after,
                                                std::optional<std::int32_t> limit) {
  if (limit && (*limit < 1 || *limit > page_max_)) {
    return invalid("limit", fmt::format("must be 1 to {}", page_max_));
  }
  return store_.list_recipients(filter, after, limit.value_or(std::min(kRecipientsPage, page_max_)));
}

}  // namespace vestnik::delivery
