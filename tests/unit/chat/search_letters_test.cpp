#include "chat/search_letters.hpp"

#include <gtest/gtest.h>
#include <locale.h>
#include <wctype.h>

#include <string>

#include "base/text.hpp"
#include "chat/unicode.hpp"
#include "unit/base/utf8_model.hpp"

namespace vestnik::chat {
namespace {

// The C library's tables of Unicode, made by others than ours.
class Unicode {
 public:
  Unicode() : locale_(newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr)) {}
  ~Unicode() { freelocale(locale_); }

  char32_t lower(char32_t c) const { return static_cast<char32_t>(towlower_l(static_cast<wint_t>(c), locale_)); }
  char32_t upper(char32_t c) const { return static_cast<char32_t>(towupper_l(static_cast<wint_t>(c), locale_)); }
  bool is_alphanumeric(char32_t c) const { return iswalnum_l(static_cast<wint_t>(c), locale_) != 0; }
  bool is_assigned(char32_t c) const {
    return iswprint_l(static_cast<wint_t>(c), locale_) != 0 || iswcntrl_l(static_cast<wint_t>(c), locale_) != 0;
  }

 private:
  locale_t locale_;
};

constexpr char32_t kEndOfFolded = 0x590;  // Latin, Greek, Cyrillic, Armenian
constexpr char32_t kVietnamese = 0x1E00;
constexpr char32_t kEndOfVietnamese = 0x1F00;

std::string hex(char32_t c) {
  return ::testing::PrintToString(static_cast<std::uint32_t>(c));
}

TEST(SearchLetters, CaseDoesNotMatter) {
  const Unicode unicode;
  const auto check = [&](char32_t first, char32_t end) {
    for (char32_t c = first; c < end; ++c) {
      // A sign of units, not a letter; the dotless i, which English does not have; letters whose capital stands
      // elsewhere.
      if (c == U'µ' || c == U'ı' || c == 0x345) continue;
      EXPECT_EQ(fold(unicode.lower(c)), fold(c)) << hex(c);
      if (fold(unicode.upper(c)) != unicode.upper(c)) {
        EXPECT_EQ(fold(unicode.upper(c)), fold(c)) << hex(c);
      }
    }
  };
  check(0, kEndOfFolded);
  check(kVietnamese, kEndOfVietnamese);
}

TEST(SearchLetters, CyrillicIsLowerCaseAndNothingElse) {
  const Unicode unicode;
  for (char32_t c = 0x400; c < 0x530; ++c) {
    if (c == U'Ё' || c == U'ё') continue;
    EXPECT_EQ(fold(c), unicode.lower(c)) << hex(c);
  }
  EXPECT_EQ(fold(U'Ё'), U'е');
  EXPECT_EQ(fold(U'ё'), U'е');
  EXPECT_EQ(fold(U'Й'), U'й');
}

TEST(SearchLetters, AccentsOfLatinAndGreekDoNotMatter) {
  EXPECT_EQ(fold(U'É'), U'e');
  EXPECT_EQ(fold(U'ñ'), U'n');
  EXPECT_EQ(fold(U'Š'), U's');
  EXPECT_EQ(fold(U'ș'), U's');
  EXPECT_EQ(fold(U'ế'), U'e');
  EXPECT_EQ(fold(U'Ώ'), U'ω');
  EXPECT_EQ(fold(U'ς'), U'σ');
  EXPECT_EQ(fold(U'ß'), U'ß');
  EXPECT_EQ(fold(U'ẞ'), U'ß');
}

TEST(SearchLetters, FoldingIsDoneOnceAndForAll) {
  for (char32_t c = 0; c < 0x3000; ++c) {
    EXPECT_EQ(fold(fold(c)), fold(c)) << hex(c);
    EXPECT_EQ(class_of(fold(c)), class_of(c)) << hex(c);
  }
}

TEST(SearchLetters, WordsAreMadeOfLettersAndDigits) {
  const Unicode unicode;
  for (char32_t c = 0; c < kEndOfFolded; ++c) {
    const LetterClass seen = class_of(c);
    if (seen == LetterClass::kMark || !unicode.is_assigned(c)) continue;
    // Raised digits, and modifier letters that the C library does not count, are searched as letters.
    const bool differs = c == 0xB2 || c == 0xB3 || c == 0xB9 || c == 0xBC || c == 0xBD || c == 0xBE;
    if (differs) continue;
    EXPECT_EQ(seen == LetterClass::kWord, unicode.is_alphanumeric(c)) << hex(c);
  }
}

TEST(SearchLetters, Classes) {
  for (const char32_t c : U" \n\t.,«»—…№€→•👍🏽𝄞　。、")
    if (c != 0) EXPECT_EQ(class_of(c), LetterClass::kSeparator) << hex(c);
  for (const char32_t c : {U'\0', U'\x7F', U'\x85', U'\xA0', U'\u200B', U'\u2028', U'\uFFFD'})
    EXPECT_EQ(class_of(c), LetterClass::kSeparator) << hex(c);
  for (const char32_t c : {U'\u0301', U'\u00AD', U'\u200D', U'\uFE0F', U'\uFEFF'})
    EXPECT_EQ(class_of(c), LetterClass::kMark) << hex(c);
  for (const char32_t c : U"中あア𠀀")
    if (c != 0) EXPECT_EQ(class_of(c), LetterClass::kIdeograph) << hex(c);
  for (const char32_t c : U"ñЖїאعहก한ա")
    if (c != 0) EXPECT_EQ(class_of(c), LetterClass::kWord) << hex(c);
}

TEST(SearchLetters, ComposesWhatCyrillicTakesApart) {
  EXPECT_EQ(compose(U'и', 0x306), U'й');
  EXPECT_EQ(compose(U'у', 0x306), U'ў');
  EXPECT_EQ(compose(U'і', 0x308), U'ї');
  EXPECT_EQ(compose(U'е', 0x308), U'е');
  EXPECT_EQ(compose(U'а', 0x301), U'а');
}

TEST(SearchLetters, ReadsAndWritesEveryCharacter) {
  for (std::uint32_t c = 0; c <= kCodePointMax; ++c) {
    if (!is_scalar_value(c)) continue;
    const std::string bytes = encode(c);
    const Letter letter = first_letter(bytes + "x");
    ASSERT_EQ(letter.code_point, c);
    ASSERT_EQ(letter.size, bytes.size());
    std::string written;
    append_utf8(written, letter.code_point);
    ASSERT_EQ(written, bytes);
  }
}

TEST(SearchLetters, WhatIsNotUtf8IsOneByte) {
  for (const std::string_view text : {"\x80", "\xFF", "\xC3", "\xC3x", "\xE2\x82", "\xF0\x9F\x91", "\xC0\x80"}) {
    EXPECT_EQ(first_letter(text).code_point, U'\uFFFD') << text;
    EXPECT_EQ(first_letter(text).size, 1U);
  }
}

}  // namespace
}  // namespace vestnik::chat
