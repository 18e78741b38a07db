// Characters and what Unicode says about them (libutf8proc), for names and search. Any thread.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace vestnik::chat {

inline constexpr char32_t kReplacement = 0xFFFD;  // for what cannot be read

// One character of a text.
struct Letter {
  char32_t code_point = 0;
  std::size_t size = 1;  // bytes in the text
};

struct CodePoints {
  char32_t first;
  char32_t last;
};

constexpr bool is_in(const CodePoints& range, char32_t c) {
  return range.first <= c && c <= range.last;
}

// The character at the front of `text`, which must not be empty. A byte that begins none is U+FFFD of one byte.
Letter first_letter(std::string_view text);

void append_utf8(std::string& out, char32_t code_point);

// White_Space, or the empty pattern of Braille.
bool is_blank(char32_t code_point);

// Default_Ignorable_Code_Point: has no picture of its own.
bool is_ignorable(char32_t code_point);

// Of the data: 1500 for Unicode 15.0.
int unicode_version();

// Unassigned in this version of Unicode.
bool is_unassigned(char32_t code_point);

// Whether something of the text can be seen: a character that is not blank, ignorable or a control character. `text` is
// valid UTF-8. Ends at the first such character.
bool has_visible(std::string_view text);

// Without differences of case, spelling (NFKD) and invisible characters. `text` itself where it is not valid UTF-8.
std::string fold_and_decompose(std::string_view text);

}  // namespace vestnik::chat
