#include "chat/search_letters.hpp"

#include <gtest/gtest.h>
#include <locale.h>
#include <wctype.h>

#include <string>
#include <utility>
#include <vector>

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

std::string hex(char32_t c) {
  return ::testing::PrintToString(static_cast<std::uint32_t>(c));
}

std::u32string folded(char32_t c) {
  return std::u32string(fold(c).letters);
}

TEST(SearchLetters, CaseDoesNotMatter) {
  const Unicode unicode;
  for (char32_t c = 0; c < 0x20000; ++c) {
    if (!is_scalar_value(c) || c == U'ı' || c == 0x345) continue;       // the dotless i is a letter of its own
    if (fold(c).letter_class == LetterClass::kSymbol) continue;         // letters in circles
    if (unicode.upper(unicode.lower(c)) != unicode.upper(c)) continue;  // letters of units and of old scripts
    EXPECT_EQ(folded(unicode.lower(c)), folded(c)) << hex(c);
  }
}

TEST(SearchLetters, CyrillicIsLowerCaseAndNothingElse) {
  const Unicode unicode;
  for (char32_t c = 0x400; c < 0x530; ++c) {
    if (fold(c).letter_class == LetterClass::kAccent || fold(c).letter_class == LetterClass::kSymbol) continue;
    const bool has_stress = c == U'Ѐ' || c == U'ѐ' || c == U'Ѝ' || c == U'ѝ';
    if (c == U'Ё' || c == U'ё' || has_stress) continue;
    EXPECT_EQ(folded(c), std::u32string{unicode.lower(c)}) << hex(c);
  }
  EXPECT_EQ(folded(U'Ё'), U"е");
  EXPECT_EQ(folded(U'ё'), U"е");
  EXPECT_EQ(folded(U'Ѝ'), U"и");
  EXPECT_EQ(folded(U'Й'), U"й");
  EXPECT_EQ(folded(U'Ѓ'), U"ѓ");
  EXPECT_EQ(folded(U'Ӑ'), U"ӑ");
}

TEST(SearchLetters, AccentsDoNotMatter) {
  for (const auto& [accented, plain] : std::vector<std::pair<char32_t, std::u32string>>{{U'É', U"e"},
                                                                                        {U'ñ', U"n"},
                                                                                        {U'Š', U"s"},
                                                                                        {U'ș', U"s"},
                                                                                        {U'ế', U"e"},
                                                                                        {U'Ώ', U"ω"},
                                                                                        {U'ς', U"σ"},
                                                                                        {U'ἀ', U"α"},
                                                                                        {U'ὴ', U"η"},
                                                                                        {U'ῇ', U"η"},
                                                                                        {U'İ', U"i"},
                                                                                        {U'أ', U"ا"},
                                                                                        {U'\uFB2C', U"ש"}}) {
    EXPECT_EQ(folded(accented), plain) << hex(accented);
  }
}

TEST(SearchLetters, WidthAndLigaturesDoNotMatter) {
  for (const auto& [given, plain] : std::vector<std::pair<char32_t, std::u32string>>{{U'Ａ', U"a"},
                                                                                     {U'１', U"1"},
                                                                                     {U'ｶ', U"カ"},
                                                                                     {U'ß', U"ss"},
                                                                                     {U'ẞ', U"ss"},
                                                                                     {U'ﬁ', U"fi"},
                                                                                     {U'Ǆ', U"dz"},
                                                                                     {U'⼈', U"人"},
                                                                                     {U'Ω', U"ω"},
                                                                                     {U'Å', U"a"},
                                                                                     {U'և', U"եւ"},
                                                                                     {U'½', U"½"},
                                                                                     {U'™', U"™"},
                                                                                     {U'‐', U"-"},
                                                                                     {U'’', U"'"},
                                                                                     {U'．', U"."},
                                                                                     {U'…', U"…"}}) {
    EXPECT_EQ(folded(given), plain) << hex(given);
  }
}

TEST(SearchLetters, OtherLettersOfKanaAreOtherLetters) {
  EXPECT_EQ(folded(U'が'), U"が");
  EXPECT_EQ(compose(U'か', 0x3099), U'が');
  EXPECT_EQ(fold(U'ﾞ').letters, U"\u3099");
  EXPECT_EQ(fold(U'ﾞ').letter_class, LetterClass::kAccent);
}

TEST(SearchLetters, FoldingIsDoneOnceAndForAll) {
  for (char32_t c = 0; c < 0x20000; ++c) {
    const Folded once = fold(c);
    for (const char32_t letter : once.letters) {
      EXPECT_EQ(folded(letter), std::u32string{letter}) << hex(c);
      EXPECT_EQ(fold(letter).letter_class, once.letter_class) << hex(c);
    }
  }
}

TEST(SearchLetters, WordsAreMadeOfLettersAndDigits) {
  const Unicode unicode;
  for (char32_t c = 0; c < kEndOfFolded; ++c) {
    const LetterClass seen = fold(c).letter_class;
    if (seen == LetterClass::kAccent || !unicode.is_assigned(c)) continue;
    // Raised digits, and modifier letters that the C library does not count, are searched as letters.
    const bool differs = c == 0xB2 || c == 0xB3 || c == 0xB9 || c == 0xBC || c == 0xBD || c == 0xBE || c == 0x37A;
    if (differs) continue;
    EXPECT_EQ(seen == LetterClass::kWord, unicode.is_alphanumeric(c)) << hex(c);
  }
}

TEST(SearchLetters, Classes) {
  const auto class_of = [](char32_t c) { return fold(c).letter_class; };
  for (const char32_t c : U" \n\t.,«»—…€•。、│█⠀")
    if (c != 0) EXPECT_EQ(class_of(c), LetterClass::kSeparator) << hex(c);
  for (const char32_t c : {U'\0', U'\x7F', U'\x85', U'\xA0', U'\u200B', U'\u2028', U'\uFFFD'})
    EXPECT_EQ(class_of(c), LetterClass::kSeparator) << hex(c);
  for (const char32_t c : {U'\u0301', U'\u05B0', U'\u064E', U'\u3099', U'\u20DD'})
    EXPECT_EQ(class_of(c), LetterClass::kAccent) << hex(c);
  for (const char32_t c : {U'\u00AD', U'\u200D', U'\uFE0F', U'\uFEFF'})
    EXPECT_EQ(class_of(c), LetterClass::kNothing) << hex(c);
  for (const char32_t c : U"中あア𠀀ーกັက្")
    if (c != 0) EXPECT_EQ(class_of(c), LetterClass::kAlone) << hex(c);
  for (const char32_t c : U"ñЖїאعहि한ա")
    if (c != 0) EXPECT_EQ(class_of(c), LetterClass::kWord) << hex(c);
  for (const char32_t c : U"👍🏽★✓♔→😀©𝄞☎")
    if (c != 0) EXPECT_EQ(class_of(c) == LetterClass::kSymbol, c != U'→') << hex(c);
}

TEST(SearchLetters, ComposesWhatMakesAnotherLetter) {
  EXPECT_EQ(compose(U'и', 0x306), U'й');
  EXPECT_EQ(compose(U'у', 0x306), U'ў');
  EXPECT_EQ(compose(U'і', 0x308), U'ї');
  EXPECT_EQ(compose(U'г', 0x301), U'ѓ');
  EXPECT_EQ(compose(U'а', 0x306), U'ӑ');
  EXPECT_EQ(compose(U'е', 0x308), U'е');
  EXPECT_EQ(compose(U'и', 0x300), U'и');
  EXPECT_EQ(compose(U'а', 0x301), U'а');
  EXPECT_EQ(compose(U'e', 0x301), U'e');
  EXPECT_EQ(compose(U'\u1112', 0x1161), U'하');
  EXPECT_EQ(compose(U'하', 0x11AB), U'한');
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
