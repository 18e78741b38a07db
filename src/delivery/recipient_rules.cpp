#include "delivery/recipient_rules.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>

#include "base/text.hpp"
#include "base/visible.hpp"
#include "delivery/time_zone.hpp"

namespace vestnik::delivery {
namespace {

constexpr std::size_t kPhoneLength = 11;
constexpr std::size_t kOperatorCodeLength = 3;
constexpr std::size_t kTelegramNameMin = 5, kTelegramNameMax = 32;      // after the "@"
constexpr std::size_t kWhatsappDigitsMin = 7, kWhatsappDigitsMax = 15;  // ITU-T E.164

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool is_word(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

bool are_digits(std::string_view text, std::size_t min, std::size_t max) {
  return text.size() >= min && text.size() <= max && std::ranges::all_of(text, is_digit);
}

// A number of 64 bits, negative for a group, or the public name of a chat
// (https://core.telegram.org/bots/api#sendmessage).
bool is_telegram_address(std::string_view address) {
  if (address.starts_with('@')) {
    address.remove_prefix(1);
    return address.size() >= kTelegramNameMin && address.size() <= kTelegramNameMax &&
           std::ranges::all_of(address, is_word) && !is_digit(address.front());
  }
  if (address.starts_with('-')) address.remove_prefix(1);
  constexpr std::size_t kDigitsMax = 18;  // any of these fits
  return are_digits(address, 1, kDigitsMax) && address.front() != '0';
}

Result<void> check_text(std::string_view field, std::string_view text, std::size_t length_max) {
  if (!is_valid_utf8(text)) return invalid(std::string(field), "not valid UTF-8");
  if (find_control_character(text) || text.find_first_of("\n\t") != std::string_view::npos) {
    return invalid(std::string(field), "control characters are not allowed");
  }
  if (const auto length = count_code_points(text); length > length_max) {
    return invalid(std::string(field), fmt::format("{} characters; at most {} are allowed", length, length_max));
  }
  return {};
}

template <typename Map>
Map merged(Map values, const Map& patch) {
  for (const auto& [name, value] : patch) {
    if (value.empty()) {
      values.erase(name);
    } else {
      values.insert_or_assign(name, value);
    }
  }
  return values;
}

}  // namespace

Result<void> check_phone(std::string_view phone) {
  if (are_digits(phone, kPhoneLength, kPhoneLength) && phone.front() == '7') return {};
  return invalid("phone", "not a phone; write 7 and ten digits, such as 79161234567");
}

Result<void> check_operator_code(std::string_view code) {
  if (are_digits(code, kOperatorCodeLength, kOperatorCodeLength)) return {};
  return invalid("operator_code", "not an operator code; write three digits, such as 916");
}

Result<void> check_tag(std::string_view tag) {
  return check_text("tag", tag, kTagLengthMax);
}

Result<void> check_time_zone(std::string_view zone) {
  if (zone.empty() || TimeZone::parse(zone)) return {};
  return invalid("time_zone",
                 "not a time zone; write a name such as Europe/Moscow, or a distance from UTC such as +03:00");
}

Result<void> check_attribute_name(std::string_view name) {
  const bool is_name = !name.empty() && name.size() <= kAttributeNameMax && std::ranges::all_of(name, is_word) &&
                       !is_digit(name.front());
  if (is_name) return {};
  return invalid("attributes",
                 fmt::format("\"{:.64}\" is not a name; write a letter, then letters, digits and _, at most {}",
                             visible(name), kAttributeNameMax));
}

Result<void> check_address(Channel channel, std::string_view address) {
  const auto refuse = [channel](std::string_view what) {
    return invalid("addresses", fmt::format("{}: {}", name_of(channel), what));
  };
  switch (channel) {
    case Channel::kTelegram:
      if (is_telegram_address(address)) return {};
      return refuse("not a chat; write its number, or @name with 5 to 32 letters, digits and _");
    case Channel::kWhatsapp:
      if (are_digits(address, kWhatsappDigitsMin, kWhatsappDigitsMax) && address.front() != '0') return {};
      return refuse("not a number; write 7 to 15 digits with the country's code and without +");
    case Channel::kViber:
      if (!address.empty() && address.size() <= kAddressLengthMax &&
          std::ranges::all_of(address, [](char c) { return c > ' ' && c < '\x7F'; })) {
        return {};
      }
      return refuse(fmt::format("not an id; write it as Viber gave it, at most {} characters", kAddressLengthMax));
    case Channel::kProbe:
      break;
  }
  return refuse("has no addresses; it takes the phone");
}

Result<NewRecipient> check_recipient(NewRecipient recipient) {
  if (auto ok = check_phone(recipient.phone); !ok) return error_of(ok);
  if (recipient.operator_code.empty()) recipient.operator_code = operator_code_of(recipient.phone);
  if (auto ok = check_operator_code(recipient.operator_code); !ok) return error_of(ok);
  if (auto ok = check_tag(recipient.tag); !ok) return error_of(ok);
  if (auto ok = check_time_zone(recipient.time_zone); !ok) return error_of(ok);
  for (const auto& [channel, address] : recipient.addresses) {
    if (auto ok = check_address(channel, address); !ok) return error_of(ok);
  }
  if (recipient.attributes.size() > kAttributesMax) {
    return invalid("attributes",
                   fmt::format("{} of them; at most {} are allowed", recipient.attributes.size(), kAttributesMax));
  }
  for (const auto& [name, value] : recipient.attributes) {
    if (auto ok = check_attribute_name(name); !ok) return error_of(ok);
    if (auto ok = check_text("attributes", value, kAttributeLengthMax); !ok) return error_of(ok);
  }
  return recipient;
}

Result<NewRecipient> change_recipient(const Recipient& recipient, const RecipientPatch& patch) {
  NewRecipient changed{.phone = patch.phone.value_or(recipient.phone),
                       .operator_code = patch.operator_code.value_or(recipient.operator_code),
                       .tag = patch.tag.value_or(recipient.tag),
                       .time_zone = patch.time_zone.value_or(recipient.time_zone),
                       .addresses = merged(recipient.addresses, patch.addresses),
                       .attributes = merged(recipient.attributes, patch.attributes),
                       .unsubscribed = patch.unsubscribed.value_or(recipient.unsubscribed)};
  const bool was_of_phone = recipient.operator_code == operator_code_of(recipient.phone);
  if (!patch.operator_code && was_of_phone) changed.operator_code.clear();
  return check_recipient(std::move(changed));
}

}  // namespace vestnik::delivery
