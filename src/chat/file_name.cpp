#include "chat/file_name.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace vestnik::chat {
namespace {

constexpr std::string_view kNameless = "file";
constexpr std::string_view kReplacement = "\xEF\xBF\xBD";  // U+FFFD
constexpr std::size_t kExtensionBytesMax = 32;

// The valid character at the front of `text`; empty when there is none.
std::string_view first_character(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text.front());
  const std::size_t length = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  const std::string_view character = text.substr(0, length);
  return is_valid_utf8(character) ? character : std::string_view();
}

// Controls, C0 and C1; line and paragraph separators; marks, embeddings, overrides and isolates of direction.
bool is_deceptive(std::string_view character) {
  if (character.size() == 1) return static_cast<unsigned char>(character[0]) < 0x20 || character[0] == 0x7F;
  if (character.size() == 2) return character >= "\xC2\x80" && character <= "\xC2\x9F";
  return (character >= "\xE2\x80\x8E" && character <= "\xE2\x80\x8F") ||  // U+200E, U+200F
         (character >= "\xE2\x80\xA8" && character <= "\xE2\x80\xAE") ||  // U+2028 to U+202E
         (character >= "\xE2\x81\xA6" && character <= "\xE2\x81\xA9");    // U+2066 to U+2069
}

// The longest beginning of at most `max` bytes that ends between characters.
std::string_view cut(std::string_view valid_utf8, std::size_t max) {
  if (valid_utf8.size() <= max) return valid_utf8;
  while (max > 0 && (static_cast<unsigned char>(valid_utf8[max]) & 0xC0) == 0x80) --max;
  return valid_utf8.substr(0, max);
}

void trim(std::string& name) {
  const auto end = name.find_last_not_of(' ');
  name.erase(end == std::string::npos ? 0 : end + 1);
  name.erase(0, std::min(name.find_first_not_of(' '), name.size()));
}

}  // namespace

std::string clean_file_name(std::string_view name) {
  if (const auto slash = name.find_last_of("/\\"); slash != std::string_view::npos) name.remove_prefix(slash + 1);
  std::string clean;
  while (!name.empty()) {
    const std::string_view character = first_character(name);
    name.remove_prefix(std::max<std::size_t>(character.size(), 1));
    if (character.empty()) {
      clean += kReplacement;
    } else if (!is_deceptive(character)) {
      clean += character;
    }
  }
  trim(clean);
  if (clean.find_first_not_of('.') == std::string::npos) return std::string(kNameless);
  if (clean.size() <= kFileNameBytesMax) return clean;

  const auto dot = clean.rfind('.');
  const bool keeps_extension = dot != std::string::npos && clean.size() - dot <= kExtensionBytesMax;
  const std::string extension = keeps_extension ? clean.substr(dot) : std::string();
  return std::string(cut(clean, kFileNameBytesMax - extension.size())) + extension;
}

}  // namespace vestnik::chat
