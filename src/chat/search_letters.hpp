// Unicode for search: which characters make words, and what each becomes so that case and accents do not matter. Any
// thread.
#pragma once

#include <cstdint>

namespace vestnik::chat {

enum class LetterClass : std::uint8_t {
  kSeparator,  // spaces, punctuation, symbols, control characters
  kWord,       // letters, digits, vowel signs
  kMark,       // an accent or an invisible character inside a word, which counts for nothing
  kIdeograph,  // a letter that is a word by itself, as in Chinese and Japanese, where no spaces stand between words
};

LetterClass class_of(char32_t code_point);

// Lower case; Latin and Greek also without accents, and `ё` as `е`. Other letters of Cyrillic stay what they are, as
// `й` is not an `и`. Case is known for Latin, Greek, Cyrillic and Armenian; what is not known stays as it is.
char32_t fold(char32_t code_point);

// The letter that `folded` and the combining mark behind it are, such as `й` for `и` and U+0306: some systems write
// file names in this way. `folded` itself where the mark counts for nothing.
char32_t compose(char32_t folded, char32_t mark);

}  // namespace vestnik::chat
