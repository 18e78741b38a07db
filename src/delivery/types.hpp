// The words of the delivery domain: channels, recipients.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"

namespace vestnik::delivery {

using RecipientId = std::int64_t;  // from 1

// A messenger, or another service, through which people are reached.
enum class Channel : std::uint8_t { kTelegram, kViber, kWhatsapp, kProbe };
inline constexpr std::array kChannels{Channel::kTelegram, Channel::kViber, Channel::kWhatsapp, Channel::kProbe};

// "telegram", "viber", "whatsapp", "probe".
std::string_view name_of(Channel channel);
std::optional<Channel> parse_channel(std::string_view name);

// Where one is reached on each channel. The probe reaches everybody by their phone, and has no address here.
using Addresses = std::map<Channel, std::string>;
// What a recipient is called, where they live: whatever texts are to be filled with.
using Attributes = std::map<std::string, std::string>;

// Somebody who may be written to. Personal data: never in logs as a whole, never for those who only chat.
struct Recipient {
  RecipientId id = 0;
  std::string phone;          // "7" and ten digits; no two recipients have the same
  std::string operator_code;  // three digits; those behind the 7 of the phone unless given
  std::string tag;            // may be empty
  std::string time_zone;      // see TimeZone; empty: that of the server
  Addresses addresses;
  Attributes attributes;
  bool unsubscribed = false;  // nothing is sent to them
  Time created_at;

  bool operator==(const Recipient&) const = default;
};

struct NewRecipient {
  std::string phone;
  std::string operator_code;
  std::string tag;
  std::string time_zone;
  Addresses addresses;
  Attributes attributes;
  bool unsubscribed = false;

  bool operator==(const NewRecipient&) const = default;
};

// What shall be different; what is absent stays as it is. Of addresses and attributes those that are given are set, and
// an empty one is taken away.
struct RecipientPatch {
  std::optional<std::string> phone;
  std::optional<std::string> operator_code;
  std::optional<std::string> tag;
  std::optional<std::string> time_zone;
  Addresses addresses = {};
  Attributes attributes = {};
  std::optional<bool> unsubscribed;
};

// Whom a campaign reaches: those with any of the operator codes and any of the tags. An empty list means all.
struct RecipientFilter {
  std::vector<std::string> operator_codes;
  std::vector<std::string> tags;

  bool matches(const Recipient& recipient) const;
};

// The operator code that a phone has unless another is given.
std::string operator_code_of(std::string_view phone);

}  // namespace vestnik::delivery
