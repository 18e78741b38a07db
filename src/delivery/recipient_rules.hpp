// What may be written of a recipient, without a storage. Pure; any thread.
#pragma once

#include <cstddef>
#include <string_view>

#include "base/error.hpp"
#include "delivery/types.hpp"

namespace vestnik::delivery {

inline constexpr std::size_t kTagLengthMax = 64;         // code points
inline constexpr std::size_t kAddressLengthMax = 256;    // bytes
inline constexpr std::size_t kAttributesMax = 50;        // of one recipient
inline constexpr std::size_t kAttributeNameMax = 64;     // bytes
inline constexpr std::size_t kAttributeLengthMax = 512;  // code points

// Errors of all: invalid_argument with the field.

// "7" and ten digits.
Result<void> check_phone(std::string_view phone);
// Three digits.
Result<void> check_operator_code(std::string_view code);
Result<void> check_tag(std::string_view tag);
// See TimeZone.
Result<void> check_time_zone(std::string_view zone);
// A letter, then letters, digits and "_": what can stand between the braces of a placeholder.
Result<void> check_attribute_name(std::string_view name);
// The address of a person on the channel: a chat's number or "@name" of Telegram, an opaque id of Viber, digits of
// WhatsApp. The probe has none.
Result<void> check_address(Channel channel, std::string_view address);

// All of it; an operator code that is not given becomes that of the phone.
Result<NewRecipient> check_recipient(NewRecipient recipient);
// The recipient as the patch makes them, checked in the same way. With another phone, an operator code that was the old
// phone's becomes that of the new one.
Result<NewRecipient> change_recipient(const Recipient& recipient, const RecipientPatch& patch);

}  // namespace vestnik::delivery
