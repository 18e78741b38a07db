#include "chat/file_name.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "chat/names.hpp"
#include "chat/unicode.hpp"

namespace vestnik::chat {
namespace {

constexpr std::string_view kNameless = "file";
constexpr std::string_view kReplacementText = "\xEF\xBF\xBD";  // U+FFFD
constexpr std::size_t kExtensionBytesMax = 32;

// The valid character at the front of `text`; empty when there is none.
std::string_view first_character(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text.front());
  const std::size_t length = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  const std::string_view character = text.substr(0, length);
  return is_valid_utf8(character) ? character : std::string_view();
}

// C0 and C1.
bool is_control(std::string_view character) {
  if (character.size() == 1) return static_cast<unsigned char>(character[0]) < 0x20 || character[0] == 0x7F;
  return character >= "\xC2\x80" && character <= "\xC2\x9F";
}

// The longest beginning of at most `max` bytes that ends between characters.
std::string_view cut(std::string_view valid_utf8, std::size_t max) {
  if (valid_utf8.size() <= max) return valid_utf8;
  while (max > 0 && (static_cast<unsigned char>(valid_utf8[max]) & 0xC0) == 0x80) --max;
  return valid_utf8.substr(0, max);
}

// Without white space of any script at its ends.
std::string_view trim_blanks(std::string_view name) {
  while (!name.empty() && is_blank(first_letter(name).code_point)) name.remove_prefix(first_letter(name).size);
  std::size_t end = 0;
  for (std::size_t at = 0; at < name.size();) {
    const auto [c, size] = first_letter(name.substr(at));
    at += size;
    if (!is_blank(c)) end = at;
  }
  return name.substr(0, end);
}

}  // namespace

std::string clean_file_name(std::string_view name) {
  if (const auto slash = name.find_last_of("/\\"); slash != std::string_view::npos) name.remove_prefix(slash + 1);
  std::string clean;
  while (!name.empty()) {
    const std::string_view character = first_character(name);
    name.remove_prefix(std::max<std::size_t>(character.size(), 1));
    if (character.empty()) {
      clean += kReplacementText;
    } else if (!is_control(character)) {
      clean += character;
    }
  }
  clean = trim_blanks(without_deceptive(clean));
  if (clean.find_first_not_of('.') == std::string::npos) return std::string(kNameless);
  if (clean.size() <= kFileNameBytesMax) return clean;

  const auto dot = clean.rfind('.');
  const bool keeps_extension = dot != std::string::npos && clean.size() - dot <= kExtensionBytesMax;
  const std::string extension = keeps_extension ? clean.substr(dot) : std::string();
  const std::string whole = std::string(cut(clean, kFileNameBytesMax - extension.size())) + extension;
  return std::string(trim_blanks(without_deceptive(whole)));
}

}  // namespace vestnik::chat
