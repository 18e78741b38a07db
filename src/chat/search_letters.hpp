// Unicode for search: which characters make words, and what each becomes so that case, accents and spelling do not
// matter. Any thread.
#pragma once

#include <cstdint>
#include <string_view>

namespace vestnik::chat {

enum class LetterClass : std::uint8_t {
  kSeparator,  // spaces, punctuation, control characters
  kWord,       // letters, digits, vowel signs
  kAccent,     // belongs to the letter before it, see compose()
  kNothing,    // an invisible character, which counts for nothing
  kAlone,   // a letter that is a word by itself, as in Chinese, Japanese or Thai, where no spaces stand between words
  kSymbol,  // a picture: an emoji, or a symbol such as a star or a note
};

// What a character becomes. Its letters have the class, all of them; nothing but a letter becomes several.
struct Folded {
  std::u32string_view letters;  // not empty; valid for ever
  LetterClass letter_class = LetterClass::kSeparator;
};

// Lower case, in its compatibility decomposition (full width as half width, ligatures as their letters, `ß` as `ss`)
// and without accents: what Unicode calls equivalent becomes the same. Accents that make another letter stay: those of
// Cyrillic, as `й` is not an `и`, apart from `ё`, which is `е`, and from stress marks; those of kana, as `が` is not a
// `か`. Vowel signs are letters, but points of Hebrew and Arabic are accents.
Folded fold(char32_t code_point);

// The letter that `folded` and the folded accent or letter of Hangul behind it are, such as `й` for `и` and U+0306;
// `folded` itself where the accent counts for nothing, or the letter is another one.
char32_t compose(char32_t folded, char32_t next);

// Whether this is the second or third letter of a syllable of Hangul, which composes.
constexpr bool continues_syllable(char32_t c) {
  return (c >= 0x1161 && c <= 0x1175) || (c >= 0x11A8 && c <= 0x11C2);
}

}  // namespace vestnik::chat
