// Recipients as rows, both ways.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "delivery/types.hpp"
#include "storage/sqlite/connection.hpp"

namespace vestnik::storage::sqlite {

// Columns as sql::kRecipientById gives them.
delivery::Recipient read_recipient(Row row);

// Lines of name=value: no name has "=", no value a newline.
std::string attributes_text(const delivery::Attributes& attributes);

std::optional<std::string_view> address_of(const delivery::Addresses& addresses, delivery::Channel channel);

// The lists of a filter as the statements take them: JSON arrays, absent for all.
struct FilterLists {
  explicit FilterLists(const delivery::RecipientFilter& filter);

  std::optional<std::string> operator_codes, tags;
};

}  // namespace vestnik::storage::sqlite
