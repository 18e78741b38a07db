#include "storage/sqlite/recipient_rows.hpp"

#include <vector>

#include "base/json_text.hpp"

namespace vestnik::storage::sqlite {
namespace {

delivery::Attributes parse_attributes(std::string_view text) {
  delivery::Attributes attributes;
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    const auto equals = line.find('=');
    if (equals != std::string_view::npos) attributes.emplace(line.substr(0, equals), line.substr(equals + 1));
  }
  return attributes;
}

std::optional<std::string> json_array(const std::vector<std::string>& values) {
  if (values.empty()) return std::nullopt;
  std::string array;
  for (const std::string& value : values) {
    array += array.empty() ? '[' : ',';
    append_json_string(array, value);
  }
  return array + ']';
}

}  // namespace

delivery::Recipient read_recipient(Row row) {
  delivery::Recipient recipient{.id = row.integer(0),
                                .phone = row.text(1),
                                .operator_code = row.text(2),
                                .tag = row.text(3),
                                .time_zone = row.text(4),
                                .addresses = {},
                                .attributes = parse_attributes(row.text(8)),
                                .unsubscribed = row.integer(9) != 0,
                                .created_at = row.time(10)};
  const auto take = [&](delivery::Channel channel, int column) {
    if (auto address = row.maybe_text(column)) recipient.addresses.emplace(channel, *std::move(address));
  };
  take(delivery::Channel::kTelegram, 5);
  take(delivery::Channel::kViber, 6);
  take(delivery::Channel::kWhatsapp, 7);
  return recipient;
}

std::string attributes_text(const delivery::Attributes& attributes) {
  std::string text;
  for (const auto& [name, value] : attributes) text.append(name).append("=").append(value).append("\n");
  return text;
}

std::optional<std::string_view> address_of(const delivery::Addresses& addresses, delivery::Channel channel) {
  const auto found = addresses.find(channel);
  return found == addresses.end() ? std::nullopt : std::optional<std::string_view>(found->second);
}

FilterLists::FilterLists(const delivery::RecipientFilter& filter)
    : operator_codes(json_array(filter.operator_codes)), tags(json_array(filter.tags)) {}

}  // namespace vestnik::storage::sqlite
