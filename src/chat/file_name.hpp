// Names of files that strangers give, made fit to be shown and to be saved under.
#pragma once

#include <string>
#include <string_view>

namespace vestnik::chat {

inline constexpr std::size_t kFileNameBytesMax = 255;

// The last part of a path in either slash's sense, as valid UTF-8 (what is not becomes U+FFFD), without control
// characters and what chat/names.hpp calls deceptive, without blanks at its ends, and at most kFileNameBytesMax bytes
// long, its extension kept. "file" when nothing is left.
std::string clean_file_name(std::string_view name);

}  // namespace vestnik::chat
