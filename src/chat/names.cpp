#include "chat/names.hpp"

#include <algorithm>
#include <array>

#include "chat/emoji.hpp"
#include "chat/search_letters.hpp"

namespace vestnik::chat {
namespace {

struct Range {
  char32_t first;
  char32_t last;
};

// Default_Ignorable_Code_Point, which holds all that turns the direction of writing; the separators of lines and
// paragraphs; the marks around annotations.
constexpr auto kDeceptive = std::to_array<Range>({
    {0xAD, 0xAD},
    {0x34F, 0x34F},
    {0x61C, 0x61C},
    {0x115F, 0x1160},
    {0x17B4, 0x17B5},
    {0x180B, 0x180F},
    {0x200B, 0x200F},
    {0x2028, 0x202E},
    {0x2060, 0x206F},
    {0x3164, 0x3164},
    {0xFE00, 0xFE0F},
    {0xFEFF, 0xFEFF},
    {0xFFA0, 0xFFA0},
    {0xFFF0, 0xFFFB},
    {0x1BCA0, 0x1BCA3},
    {0x1D173, 0x1D17A},
    {0xE0000, 0xE0FFF},
});

// The property White_Space without control characters, and the empty pattern of Braille.
constexpr auto kBlank = std::to_array<Range>({
    {0x20, 0x20},
    {0xA0, 0xA0},
    {0x1680, 0x1680},
    {0x2000, 0x200A},
    {0x2028, 0x2029},
    {0x202F, 0x202F},
    {0x205F, 0x205F},
    {0x2800, 0x2800},
    {0x3000, 0x3000},
});

constexpr Range kJoiners{0x200C, 0x200D};
constexpr Range kStyles{0xFE00, 0xFE0F};
constexpr Range kMoreStyles{0xE0100, 0xE01EF};
constexpr Range kTags{0xE0020, 0xE007F};
constexpr Range kJoiningScripts{0x600, 0x18AF};  // Arabic to Mongolian
constexpr char32_t kEmojiStyle = 0xFE0F;
constexpr char32_t kKeycap = 0x20E3;
constexpr char32_t kBlackFlag = 0x1F3F4;  // with tags behind it the flag of a part of a country

bool is_in(const Range& range, char32_t c) {
  return range.first <= c && c <= range.last;
}

bool is_in_any(const auto& ranges, char32_t c) {
  return std::ranges::any_of(ranges, [c](const Range& range) { return is_in(range, c); });
}

bool shapes(char32_t before, char32_t c, char32_t after) {
  if (is_in(kJoiners, c)) {
    const bool in_emoji = (is_pictograph(before) || before == kEmojiStyle) && is_pictograph(after);
    return in_emoji || (is_in(kJoiningScripts, before) && is_in(kJoiningScripts, after));
  }
  if (is_in(kTags, c)) return before == kBlackFlag || is_in(kTags, before);
  const bool behind_ideograph = class_of(before) == LetterClass::kIdeograph;
  if (is_in(kStyles, c)) return behind_ideograph || is_pictograph(before) || after == kKeycap;
  return is_in(kMoreStyles, c) && behind_ideograph;
}

}  // namespace

std::optional<char32_t> find_deceptive(std::string_view name) {
  char32_t before = 0;
  while (!name.empty()) {
    const auto [c, size] = first_letter(name);
    name.remove_prefix(size);
    if (is_in_any(kDeceptive, c) && !shapes(before, c, name.empty() ? 0 : first_letter(name).code_point)) return c;
    before = c;
  }
  return std::nullopt;
}

bool has_blank_edge(std::string_view name) {
  if (name.empty()) return false;
  auto last = name.size() - 1;
  while (last > 0 && (static_cast<unsigned char>(name[last]) & 0xC0) == 0x80) --last;
  return is_in_any(kBlank, first_letter(name).code_point) ||
         is_in_any(kBlank, first_letter(name.substr(last)).code_point);
}

}  // namespace vestnik::chat
