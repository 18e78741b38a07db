// What must not stand in the names by which people know each other and rooms: what makes two of them look the same, or
// none at all. Any thread.
#pragma once

#include <optional>
#include <string_view>

namespace vestnik::chat {

// The first character of valid UTF-8 that cannot be seen (Unicode 15.1, Default_Ignorable_Code_Point), ends a line or
// turns the direction of writing. What is invisible may stand where it shapes what is beside it: inside of emoji (UTS
// #51), between letters of scripts that join (Arabic, those of India), behind ideographs.
std::optional<char32_t> find_deceptive(std::string_view name);

// Whether valid UTF-8 begins or ends with white space, of any script.
bool has_blank_edge(std::string_view name);

}  // namespace vestnik::chat
