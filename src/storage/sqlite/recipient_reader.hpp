// Reads recipients, on one connection.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "delivery/types.hpp"
#include "storage/sqlite/connection.hpp"
#include "storage/sqlite/recipient_rows.hpp"
#include "storage/sqlite/rows.hpp"
#include "storage/sqlite/sql/recipients.hpp"

namespace vestnik::storage::sqlite {

// One thread at a time.
class RecipientReader {
 public:
  explicit RecipientReader(std::unique_ptr<Connection> connection)
      : connection_(std::move(connection)),
        by_id_(*connection_, sql::kRecipientById),
        list_(*connection_, sql::kListRecipients),
        count_(*connection_, sql::kCountRecipients),
        probe_(*connection_, sql::kRecipientsProbe) {}

  // nullopt when there is none.
  Outcome<std::optional<delivery::Recipient>> get_recipient(delivery::RecipientId id) {
    return by_id_.first(read_recipient, id);
  }
  Outcome<std::vector<delivery::Recipient>> list_recipients(const delivery::RecipientFilter& filter,
                                                            delivery::RecipientId after, std::int32_t limit) {
    const FilterLists lists(filter);
    return list_.all(read_recipient, lists.operator_codes, lists.tags, after, std::int64_t{limit});
  }
  Outcome<std::optional<std::int64_t>> count_recipients(const delivery::RecipientFilter& filter) {
    const FilterLists lists(filter);
    return count_.first(read_integer, lists.operator_codes, lists.tags);
  }
  Outcome<std::optional<std::int64_t>> probe() { return probe_.first(read_integer); }

  Connection& connection() { return *connection_; }

 private:
  std::unique_ptr<Connection> connection_;  // before the statements, which end before it
  Statement by_id_;
  Statement list_;
  Statement count_;
  Statement probe_;
};

}  // namespace vestnik::storage::sqlite
