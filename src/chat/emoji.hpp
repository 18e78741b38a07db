// What may be a reaction: one emoji, by the grammar of UTS #51 (Unicode Emoji), section 1.4.9, over the blocks in which
// emoji stand. Any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace vestnik::chat {

// The form in which all who mean the same emoji give the same one: with U+FE0F (a picture, please) behind each
// character that would be text without it, and nowhere else ("fully-qualified" in UTS #51, ED-18). nullopt when `text`
// is not exactly one emoji: a pictograph, a flag, a keycap, or several joined to one picture; at most 64 bytes,
// in this form too. Sequences that follow the grammar but have no picture of their own are let through.
std::optional<std::string> normalized_emoji(std::string_view text);

// Whether the character is the beginning of an emoji, apart from those that digits and letters make.
bool is_pictograph(char32_t code_point);

}  // namespace vestnik::chat
