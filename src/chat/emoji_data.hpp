// Properties of emoji-data.txt (UTS #51, section 1.5), made into tables by the build. Any thread.
#pragma once

#include <span>

#include "chat/unicode.hpp"

namespace vestnik::chat::emoji_data {

// In order, apart from each other. clang-tidy takes a constant without its value for a variable.
// NOLINTBEGIN(readability-identifier-naming)
extern const std::span<const CodePoints> kEmoji;
extern const std::span<const CodePoints> kEmojiPresentation;
extern const std::span<const CodePoints> kEmojiModifierBase;
extern const std::span<const CodePoints> kExtendedPictographic;
// NOLINTEND(readability-identifier-naming)

}  // namespace vestnik::chat::emoji_data
