// UTF-8 by its definition and nothing else: the texts that are made of the encodings of Unicode scalar values.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace vestnik {

constexpr std::uint32_t kCodePointMax = 0x10FFFF;

constexpr bool is_scalar_value(std::uint32_t code_point) {
  return code_point <= kCodePointMax && (code_point < 0xD800 || code_point > 0xDFFF);
}

// `code_point` in `size` bytes, as short or as overlong as that is (RFC 3629, section 3).
inline std::string encode_in(std::uint32_t code_point, std::size_t size) {
  constexpr std::uint32_t kLead[] = {0, 0x00, 0xC0, 0xE0, 0xF0};
  std::string bytes(size, '\0');
  for (std::size_t i = size - 1; i > 0; --i) {
    bytes[i] = static_cast<char>(0x80 | (code_point & 0x3F));
    code_point >>= 6;
  }
  bytes[0] = static_cast<char>(kLead[size] | code_point);
  return bytes;
}

inline std::string encode(std::uint32_t code_point) {
  const std::size_t size = code_point < 0x80 ? 1 : code_point < 0x800 ? 2 : code_point < 0x10000 ? 3 : 4;
  return encode_in(code_point, size);
}

// The number of code points, or nullopt when `text` is not UTF-8: each character must be what encode() makes of the
// value that its bits spell.
inline std::optional<std::size_t> count_by_definition(std::string_view text) {
  std::size_t count = 0;
  for (; !text.empty(); ++count) {
    const auto lead = static_cast<std::uint8_t>(text[0]);
    const std::size_t size = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    if (text.size() < size) return std::nullopt;
    std::uint32_t value = size == 1 ? lead : lead & (0xFFU >> (size + 1));
    for (std::size_t i = 1; i < size; ++i) value = value << 6 | (static_cast<std::uint8_t>(text[i]) & 0x3F);
    if (!is_scalar_value(value) || encode(value) != text.substr(0, size)) return std::nullopt;
    text.remove_prefix(size);
  }
  return count;
}

}  // namespace vestnik
