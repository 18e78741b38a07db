// What is one emoji, by the grammar of UTS #51 (Unicode Emoji), section 1.4.9, and Unicode's own data. Any thread.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace vestnik::chat {

inline constexpr char32_t kEmojiStyle = 0xFE0F;  // behind a character: a picture, please
inline constexpr char32_t kKeycap = 0x20E3;      // around the character before

// The form in which all who mean the same emoji give the same one: with U+FE0F (a picture, please) behind each
// character that would be text without it, and nowhere else ("fully-qualified" in UTS #51, ED-18). nullopt when `text`
// is not exactly one emoji: a pictograph, with a skin tone where it can have one, a flag, a keycap, or several joined
// to one picture; at most 64 bytes, in this form too. Sequences that follow the grammar but have no picture of their
// own are let through, as keyboards know newer ones than this build.
std::optional<std::string> normalized_emoji(std::string_view text);

// The bytes of the longest emoji at the front of `text`, in any spelling; 0 when there is none.
std::size_t emoji_at_front(std::string_view text);

// The emoji, or symbol, without U+FE0E and U+FE0F: the same for every spelling of it.
std::string without_style(std::string_view symbol);
// The same without skin tones; empty when it is nothing else.
std::string without_skin_tone(std::string_view symbol);

// Whether the character is the beginning of an emoji, apart from those that digits and letters make.
bool is_pictograph(char32_t code_point);

}  // namespace vestnik::chat
