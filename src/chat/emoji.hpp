// What may be a reaction: one emoji, by the grammar of UTS #51 (Unicode Emoji), section 1.4.9, over the blocks in which
// emoji stand. Any thread.
#pragma once

#include <string_view>

namespace vestnik::chat {

// Whether `text` is exactly one emoji: a pictograph, a flag, a keycap, or several joined to one picture; at most 64
// bytes. Sequences that follow the grammar but have no picture of their own are let through.
bool is_emoji(std::string_view text);

}  // namespace vestnik::chat
