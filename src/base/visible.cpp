#include "base/visible.hpp"

#include <fmt/format.h>

#include <cstdint>
#include <iterator>

namespace vestnik {
namespace {

constexpr char32_t kReplacement = 0xFFFD;
constexpr char32_t kPictures = 0x2400;
constexpr char32_t kPictureOfDelete = 0x2421;

struct Decoded {
  char32_t code_point = kReplacement;
  std::size_t size = 1;
};

// One code point from the front (RFC 3629); a byte that begins none counts as one replacement character.
Decoded decode(std::string_view text) {
  const auto byte = [text](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = byte(0);
  if (lead < 0x80) return {lead, 1};
  const std::size_t size = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || text.size() < size) return {};
  char32_t code_point = lead & (0xFFu >> (size + 1));
  for (std::size_t i = 1; i < size; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return {};
    code_point = code_point << 6 | (byte(i) & 0x3Fu);
  }
  constexpr char32_t kSmallest[] = {0, 0, 0x80, 0x800, 0x10000};
  const bool surrogate = code_point >= 0xD800 && code_point <= 0xDFFF;
  if (code_point < kSmallest[size] || code_point > 0x10FFFF || surrogate) return {};
  return {code_point, size};
}

void append_three_bytes(std::string& out, char32_t code_point) {
  out += static_cast<char>(0xE0 | code_point >> 12);
  out += static_cast<char>(0x80 | (code_point >> 6 & 0x3F));
  out += static_cast<char>(0x80 | (code_point & 0x3F));
}

// C1 controls, line and paragraph separators, marks that change the direction of the line (UAX 9).
bool plays_with_the_line(char32_t c) {
  return (c >= 0x80 && c <= 0x9F) || (c >= 0x200E && c <= 0x200F) || (c >= 0x2028 && c <= 0x202E) ||
         (c >= 0x2066 && c <= 0x2069) || c == 0x061C || c == 0xFEFF;
}

}  // namespace

std::string visible(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const auto [c, size] = decode(text);
    if (c < 0x20) {
      append_three_bytes(out, kPictures + c);
    } else if (c == 0x7F) {
      append_three_bytes(out, kPictureOfDelete);
    } else if (plays_with_the_line(c)) {
      fmt::format_to(std::back_inserter(out), "<U+{:04X}>", static_cast<std::uint32_t>(c));
    } else if (c == kReplacement) {
      append_three_bytes(out, kReplacement);
    } else {
      out += text.substr(0, size);
    }
    text.remove_prefix(size);
  }
  return out;
}

std::string shorten(std::string_view valid_utf8, std::size_t max) {
  std::size_t count = 0;
  for (std::size_t i = 0; i < valid_utf8.size(); ++i) {
    const bool begins = (static_cast<unsigned char>(valid_utf8[i]) & 0xC0) != 0x80;
    if (begins && count++ == max) return std::string(valid_utf8.substr(0, i)) + "...";
  }
  return std::string(valid_utf8);
}

}  // namespace vestnik
