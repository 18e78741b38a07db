#include "delivery/types.hpp"

#include <algorithm>

namespace vestnik::delivery {
namespace {

bool is_any_of(const std::vector<std::string>& wanted, const std::string& value) {
  return wanted.empty() || std::ranges::find(wanted, value) != wanted.end();
}

}  // namespace

std::string_view name_of(Channel channel) {
  switch (channel) {
    case Channel::kTelegram:
      return "telegram";
    case Channel::kViber:
      return "viber";
    case Channel::kWhatsapp:
      return "whatsapp";
    case Channel::kProbe:
      return "probe";
  }
  return "unknown";
}

std::optional<Channel> parse_channel(std::string_view name) {
  const auto found = std::ranges::find(kChannels, name, name_of);
  return found == kChannels.end() ? std::nullopt : std::optional(*found);
}

bool RecipientFilter::matches(const Recipient& recipient) const {
  return is_any_of(operator_codes, recipient.operator_code) && is_any_of(tags, recipient.tag);
}

std::string operator_code_of(std::string_view phone) {
  constexpr std::size_t kBegin = 1, kLength = 3;
  return phone.size() < kBegin + kLength ? std::string() : std::string(phone.substr(kBegin, kLength));
}

}  // namespace vestnik::delivery
