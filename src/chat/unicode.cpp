#include "chat/unicode.hpp"

#include <utf8proc.h>

#include <charconv>
#include <cstdint>
#include <cstdlib>
#include <memory>

namespace vestnik::chat {
namespace {

constexpr char32_t kEmptyBraille = 0x2800;

const utf8proc_property_t& properties_of(char32_t c) {
  return *utf8proc_get_property(static_cast<utf8proc_int32_t>(c));
}

bool is_control(char32_t c) {
  return c < 0x20 || (c >= 0x7F && c < 0xA0);
}

}  // namespace

Letter first_letter(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
  const std::uint8_t lead = byte(0);
  if (lead < 0x80) return {.code_point = lead, .size = 1};
  const std::size_t size = lead < 0xC2 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : lead < 0xF5 ? 4 : 1;
  if (size == 1 || size > text.size()) return {.code_point = kReplacement, .size = 1};
  char32_t code_point = lead & (0x7FU >> size);
  for (std::size_t i = 1; i < size; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return {.code_point = kReplacement, .size = 1};
    code_point = code_point << 6 | (byte(i) & 0x3F);
  }
  return {.code_point = code_point, .size = size};
}

void append_utf8(std::string& out, char32_t c) {
  const auto byte = [](char32_t value) { return static_cast<char>(static_cast<std::uint8_t>(value)); };
  const auto tail = [&](int shift) { return byte(0x80 | ((c >> shift) & 0x3F)); };
  if (c < 0x80) {
    out += byte(c);
  } else if (c < 0x800) {
    out += {byte(0xC0 | c >> 6), tail(0)};
  } else if (c < 0x10000) {
    out += {byte(0xE0 | c >> 12), tail(6), tail(0)};
  } else {
    out += {byte(0xF0 | c >> 18), tail(12), tail(6), tail(0)};
  }
}

bool is_blank(char32_t c) {
  if (c < 0x80) return c == U' ' || (c >= U'\t' && c <= U'\r');
  if (c == 0x85 || c == kEmptyBraille) return true;
  const auto category = properties_of(c).category;
  return category == UTF8PROC_CATEGORY_ZS || category == UTF8PROC_CATEGORY_ZL || category == UTF8PROC_CATEGORY_ZP;
}

bool is_ignorable(char32_t c) {
  return c >= 0x80 && properties_of(c).ignorable != 0;
}

int unicode_version() {
  const std::string_view text = utf8proc_unicode_version();  // such as "15.0.0"
  int major = 0;
  int minor = 0;
  const auto dot = std::from_chars(text.data(), text.data() + text.size(), major).ptr;
  if (dot != text.data() + text.size()) std::from_chars(dot + 1, text.data() + text.size(), minor);
  return major * 100 + minor;
}

bool is_unassigned(char32_t c) {
  return properties_of(c).category == UTF8PROC_CATEGORY_CN;
}

bool has_visible(std::string_view text) {
  while (!text.empty()) {
    const auto [c, size] = first_letter(text);
    if (!is_control(c) && !is_blank(c) && !is_ignorable(c)) return true;
    text.remove_prefix(size);
  }
  return false;
}

std::string fold_and_decompose(std::string_view text) {
  utf8proc_uint8_t* folded = nullptr;
  const auto size = utf8proc_map(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
                                 static_cast<utf8proc_ssize_t>(text.size()), &folded,
                                 static_cast<utf8proc_option_t>(UTF8PROC_DECOMPOSE | UTF8PROC_COMPAT |
                                                                UTF8PROC_CASEFOLD | UTF8PROC_IGNORE | UTF8PROC_STABLE));
  const std::unique_ptr<utf8proc_uint8_t, decltype(&std::free)> owner(folded, &std::free);
  if (size < 0) return std::string(text);
  return {reinterpret_cast<const char*>(folded), static_cast<std::size_t>(size)};
}

}  // namespace vestnik::chat
