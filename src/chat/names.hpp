// What names by which people know each other, rooms and files may hold, and when two of them are one. Any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace vestnik::chat {

// The first character of valid UTF-8 that cannot be seen (Default_Ignorable_Code_Point), ends a line or turns the
// direction of writing. What is invisible may stand where it shapes what is beside it: inside of emoji (UTS #51),
// between letters of scripts that join (Arabic, those of India), behind ideographs.
std::optional<char32_t> find_deceptive(std::string_view name);

// The name without the characters that find_deceptive() finds.
std::string without_deceptive(std::string_view name);

// Whether valid UTF-8 begins or ends with white space, of any script.
bool has_blank_edge(std::string_view name);

// The same for all names that people would take for one: those that Unicode calls equivalent, in any case and width,
// with invisible characters or not, with any kind of space, and with letters of Latin, Cyrillic, Greek and Armenian
// that look alike. Accents count: `José` is not `Jose`. For comparing only, never shown.
std::string name_key(std::string_view name);

}  // namespace vestnik::chat
