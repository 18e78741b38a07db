// Base64 (RFC 4648). Any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace vestnik::api {

// Appends `bytes` in the standard alphabet with padding.
void append_base64(std::string& out, std::string_view bytes);

// Reads the standard or the URL-safe alphabet, with or without padding; nullopt for anything else, white space
// included.
std::optional<std::string> parse_base64(std::string_view text);

}  // namespace vestnik::api
