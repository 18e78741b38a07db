#include "chat/search_letters.hpp"

#include <utf8proc.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <iterator>
#include <memory>
#include <string>

#include "chat/emoji.hpp"
#include "chat/unicode.hpp"

namespace vestnik::chat {
namespace {

// Scripts that put no spaces between words.
constexpr auto kWithoutSpaces = std::to_array<CodePoints>({
    {0xE00, 0xE7F},    // Thai
    {0xE80, 0xEFF},    // Lao
    {0x1000, 0x109F},  // Myanmar
    {0x1780, 0x17FF},  // Khmer
    {0x1950, 0x19DF},  // Tai Le, New Tai Lue
    {0x1A20, 0x1AAF},  // Tai Tham
    {0x3005, 0x3007},
    {0x3041, 0x30FF},  // kana
    {0x31F0, 0x31FF},
    {0x3400, 0x4DBF},  // Chinese
    {0x4E00, 0x9FFF},
    {0xA9E0, 0xA9FF},
    {0xAA60, 0xAADF},  // Myanmar, Tai Viet
    {0xF900, 0xFAFF},
    {0x1AFF0, 0x1B16F},
    {0x20000, 0x3FFFF},
});

// Symbols that stand in no sentence: lines and blocks of drawings, Braille, stand-ins for what is missing.
constexpr auto kNoPictures = std::to_array<CodePoints>({
    {0x2400, 0x243F},
    {0x2500, 0x259F},
    {0x2800, 0x28FF},
    {0xFFFC, 0xFFFD},
    {0x1FB00, 0x1FBFF},
});

static_assert(std::ranges::is_sorted(kWithoutSpaces, {}, &CodePoints::first));
static_assert(std::ranges::is_sorted(kNoPictures, {}, &CodePoints::first));

constexpr CodePoints kCyrillic{0x400, 0x52F};
constexpr CodePoints kKana{0x3041, 0x30FF};
constexpr CodePoints kHangulSyllables{0xAC00, 0xD7A3};
constexpr CodePoints kHangul{0x1100, 0xD7A3};
constexpr CodePoints kRadicals{0x2E80, 0x2FDF};
constexpr char32_t kZeroWidthSpace = 0x200B;
constexpr char32_t kGrave = 0x300;
constexpr char32_t kDiaeresis = 0x308;
constexpr char32_t kCodePointMax = 0x10FFFF;

bool is_in_any(const auto& ranges, char32_t c) {
  const auto above = std::ranges::upper_bound(ranges, c, {}, &CodePoints::first);
  return above != ranges.begin() && is_in(*std::prev(above), c);
}

const utf8proc_property_t& property_of(char32_t c) {
  return *utf8proc_get_property(static_cast<utf8proc_int32_t>(c));
}

// Of nonspacing marks: what stands above, below and over letters, and the points of Hebrew, Arabic and Syriac; not the
// vowel signs, viramas and voicing marks, which have other combining classes.
bool is_accent(const utf8proc_property_t& mark) {
  const auto of = mark.combining_class;
  return mark.category == UTF8PROC_CATEGORY_ME || of == 1 || of >= 200 || (of >= 10 && of <= 36);
}

LetterClass letter_or_alone(char32_t c) {
  return is_in_any(kWithoutSpaces, c) ? LetterClass::kAlone : LetterClass::kWord;
}

LetterClass class_of(char32_t c) {
  if (c < 0x80) {
    const bool is_word = (c >= U'0' && c <= U'9') || (c >= U'A' && c <= U'Z') || (c >= U'a' && c <= U'z');
    return is_word ? LetterClass::kWord : LetterClass::kSeparator;
  }
  const auto& property = property_of(c);
  if (is_ignorable(c)) return c == kZeroWidthSpace ? LetterClass::kSeparator : LetterClass::kNothing;
  if (is_pictograph(c)) return LetterClass::kSymbol;
  switch (property.category) {
    case UTF8PROC_CATEGORY_LU:
    case UTF8PROC_CATEGORY_LL:
    case UTF8PROC_CATEGORY_LT:
    case UTF8PROC_CATEGORY_LM:
    case UTF8PROC_CATEGORY_LO:
    case UTF8PROC_CATEGORY_NL:
      return letter_or_alone(c);
    case UTF8PROC_CATEGORY_MN:
    case UTF8PROC_CATEGORY_MC:
    case UTF8PROC_CATEGORY_ME:
      if (is_accent(property) || c == 0x3099 || c == 0x309A) return LetterClass::kAccent;
      return letter_or_alone(c);
    case UTF8PROC_CATEGORY_ND:
    case UTF8PROC_CATEGORY_NO:
      return LetterClass::kWord;
    case UTF8PROC_CATEGORY_SO:
      return is_in_any(kNoPictures, c) ? LetterClass::kSeparator : LetterClass::kSymbol;
    case UTF8PROC_CATEGORY_CN:  // perhaps a letter of a later version
      return LetterClass::kWord;
    default:
      return LetterClass::kSeparator;
  }
}

std::u32string decomposed(char32_t c, int options) {
  if (is_in(kHangulSyllables, c)) return {c};
  std::array<utf8proc_int32_t, 32> out{};
  int boundary = 0;
  const auto count = utf8proc_decompose_char(static_cast<utf8proc_int32_t>(c), out.data(), out.size(),
                                             static_cast<utf8proc_option_t>(options), &boundary);
  if (count <= 0 || static_cast<std::size_t>(count) > out.size()) return {c};
  return {out.begin(), out.begin() + count};
}

// Typographic forms of what has a key on keyboards.
char32_t plain(char32_t c) {
  if (c == U'\u2010') return U'-';
  if (c == U'\u2019') return U'\'';
  return c;
}

std::u32string without_accents(std::u32string_view letters) {
  if (letters.size() == 1) return std::u32string(letters);
  std::u32string kept;
  for (const char32_t c : letters) {
    if (class_of(c) != LetterClass::kAccent) {
      kept += c;
    } else if (!kept.empty()) {
      kept.back() = compose(kept.back(), c);
    }
  }
  return kept;
}

std::u32string folded_letters(char32_t c, int options) {
  // The accents first, as the iota below a letter of Greek is one, until its case is folded.
  std::u32string folded;
  for (const char32_t bare : without_accents(decomposed(c, options))) {
    folded += decomposed(bare, options | UTF8PROC_CASEFOLD);
  }
  folded = without_accents(folded);
  for (char32_t& letter : folded) letter = plain(letter);
  return folded;
}

bool are_letters(std::u32string_view letters, LetterClass wanted) {
  return (wanted == LetterClass::kWord || wanted == LetterClass::kAlone) &&
         std::ranges::all_of(letters, [wanted](char32_t c) { return class_of(c) == wanted; });
}

bool keeps_itself(LetterClass of_class) {
  return of_class == LetterClass::kSymbol || of_class == LetterClass::kNothing || of_class == LetterClass::kAccent;
}

// What 256 characters become, made when the first of them is asked for.
class Page {
 public:
  explicit Page(char32_t first) {
    for (std::size_t i = 0; i < entries_.size(); ++i) fill(entries_[i], first + static_cast<char32_t>(i));
  }

  Folded operator[](char32_t c) const {
    const Entry& entry = entries_[c & 0xFF];
    const char32_t* letters = entry.count == 1 ? &entry.letter : &more_[entry.letter];
    return {.letters = {letters, entry.count}, .letter_class = entry.letter_class};
  }

 private:
  struct Entry {
    char32_t letter = 0;  // or where in more_ several of them are
    std::uint8_t count = 1;
    LetterClass letter_class = LetterClass::kSeparator;
  };

  void fill(Entry& entry, char32_t c) {
    entry = {.letter = c, .count = 1, .letter_class = class_of(c)};
    if (keeps_itself(entry.letter_class) && !is_in(kRadicals, c)) return;
    std::u32string folded = folded_letters(c, UTF8PROC_DECOMPOSE | UTF8PROC_COMPAT);
    const bool has_others = folded.size() > 1 && !are_letters(folded, class_of(folded[0]));  // as `ŀ`, an `l` and a dot
    if (has_others) folded = folded_letters(c, UTF8PROC_DECOMPOSE);
    if (folded.size() == 1) {
      entry.letter = folded[0];
      entry.letter_class = class_of(folded[0]);
    } else if (!folded.empty() && are_letters(folded, class_of(folded[0]))) {
      entry = {.letter = static_cast<char32_t>(more_.size()),
               .count = static_cast<std::uint8_t>(folded.size()),
               .letter_class = class_of(folded[0])};
      more_ += folded;
    }
  }

  std::array<Entry, 256> entries_;
  std::u32string more_;
};

const Page& page_of(char32_t c) {
  static constinit std::array<std::atomic<const Page*>, (kCodePointMax >> 8) + 1> pages{};
  auto& place = pages[c >> 8];
  if (const Page* page = place.load(std::memory_order_acquire)) return *page;
  auto made = std::make_unique<const Page>(c & ~char32_t{0xFF});
  const Page* first = nullptr;
  if (place.compare_exchange_strong(first, made.get(), std::memory_order_acq_rel)) return *made.release();
  return *first;  // another thread was faster
}

}  // namespace

Folded fold(char32_t c) {
  if (c > kCodePointMax) c = kReplacement;
  return page_of(c)[c];
}

char32_t compose(char32_t folded, char32_t next) {
  if (is_in(kCyrillic, folded)) {
    if (next == kGrave || (next == kDiaeresis && (folded == U'е' || folded == U'Е'))) return folded;
  } else if (!is_in(kKana, folded) && !(is_in(kHangul, folded) && continues_syllable(next))) {
    return folded;
  }
  std::array<utf8proc_int32_t, 2> pair{static_cast<utf8proc_int32_t>(folded), static_cast<utf8proc_int32_t>(next)};
  const auto count = utf8proc_normalize_utf32(pair.data(), pair.size(),
                                              static_cast<utf8proc_option_t>(UTF8PROC_COMPOSE | UTF8PROC_STABLE));
  return count == 1 ? static_cast<char32_t>(pair[0]) : folded;
}

}  // namespace vestnik::chat
