// The tokens of a text by which it is found: words as written and their stems, the same for every storage.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

struct sb_stemmer;

namespace vestnik::chat {

// Grows whenever the tokens of some text change: an index of another version has to be made anew. Contains the version
// of Unicode's data.
int search_tokens_version();

// A term is at most this long; of a longer one only the front is kept, on a character's end.
inline constexpr std::size_t kSearchTermBytesMax = 128;

// First byte of every stem. A term as written begins with a letter, a digit or a symbol above U+007F, so the two are
// never confused.
inline constexpr char kStemMark = '~';

struct SearchToken {
  enum class Kind : std::uint8_t {
    kWritten,  // a word as written; exactly one at each position, and the first there
    kStem,     // its stem, when it has one; the second
    kPart,     // something by which it is found, too
  };
  // The punctuation that joins this position to the one before in a name: its first four characters, which are ASCII,
  // the first of them in the lowest byte.
  enum class Joint : std::uint32_t {
    kNothing = 0,
    kHyphen = U'-',
    kApart = 0xFFFF'FFFF,  // a space, or whatever else ends a name
  };

  std::string_view term;  // folded (search_letters.hpp); never empty, without spaces, quotes and control characters
  std::size_t begin = 0;  // the bytes of the text that it comes from
  std::size_t end = 0;
  std::int32_t position = 0;  // counts from 0 without gaps; grows along the text
  Kind kind = Kind::kWritten;
  Joint joint = Joint::kApart;
};

// The tokens of one position.
using Tokens = std::span<const SearchToken>;
std::vector<Tokens> by_position(std::span<const SearchToken> tokens);

// Cuts texts into tokens. Used by one thread at a time: the stemmers keep state.
//
// A position is a word: letters and digits that stand together, one letter of a script without spaces (Chinese,
// Japanese, Thai), or one symbol (an emoji in any spelling, a star). What is written without a space is a name: its
// words are joined by `. - _ ' / : @ ? & = % ~ \ + #` or by nothing, and a symbol is always apart. So
// `feature/PLT-36` is `feature`, `plt`, `36`, each joined to the one before, and a phrase is what was written one after
// the other.
//
// `+` and `#` directly behind a word belong to it, which then has the bare word as a part: "(C++)," is `c++` with `c`.
// A scheme such as `https://` is a part of the word behind it, and the number of a version of `v1`. An emoji with a
// skin tone has the one without as a part.
//
// A word of Cyrillic letters has a Russian stem and a word of a to z an English one (https://snowballstem.org), other
// words have none.
//
// Takes time and memory linear in the text; an arbitrary byte that is not UTF-8 is a separator.
class SearchTokenizer {
 public:
  SearchTokenizer();
  ~SearchTokenizer();
  SearchTokenizer(const SearchTokenizer&) = delete;
  SearchTokenizer& operator=(const SearchTokenizer&) = delete;

  // In the order of position; valid until the next call.
  std::span<const SearchToken> tokenize(std::string_view text);

 private:
  using Kind = SearchToken::Kind;
  using Joint = SearchToken::Joint;
  struct StemmerDeleter {
    void operator()(sb_stemmer* stemmer) const;
  };
  using Stemmer = std::unique_ptr<sb_stemmer, StemmerDeleter>;

  enum class Script : std::uint8_t { kLatin, kCyrillic, kOther };

  struct Word {
    std::size_t begin = 0;  // in written_
    std::size_t end = 0;
    std::size_t tail_end = 0;  // behind the `+` and `#` that follow it
    std::size_t text_begin = 0;
    std::size_t text_end = 0;
    std::size_t text_tail_end = 0;
    Script script = Script::kOther;
    Joint joint = Joint::kApart;
  };

  // The bytes of the emoji or of the first character of `text`, which was added.
  std::size_t add_first(std::string_view text, std::size_t at);
  void add_letter(char32_t folded, std::size_t text_begin, std::size_t text_end);
  void add_accent(char32_t folded, std::size_t text_end);
  void add_separator(char32_t c, std::size_t text_end);
  void add_symbol(std::string_view symbol, std::size_t text_begin);
  void begin_word(std::size_t text_begin);
  void finish_name();

  void emit_word();
  void emit_stem(const Word& word, Kind kind);
  void push(std::string_view term, const Word& from, std::size_t text_end, Kind kind);
  std::string_view written(std::size_t begin, std::size_t end) const {
    return std::string_view(written_).substr(begin, end - begin);
  }

  // Words come again soon, and to stem one takes longer than all else with it.
  static constexpr std::size_t kKnownStems = 2'048;
  struct KnownStem {
    std::string word;
    std::string stem;
  };

  Stemmer english_;
  Stemmer russian_;
  std::vector<KnownStem> known_stems_;  // by the hash of the word

  // Of the name that is being read.
  std::string written_;         // its last word, folded, and the scheme before it
  std::optional<Word> scheme_;  // the part of the word behind it
  std::optional<Word> word_;    // read until now
  bool in_word_ = false;        // the next letter belongs to word_
  bool in_tail_ = false;
  bool in_name_ = false;  // a position was begun, and no space followed
  std::string joiners_;   // the first of those behind word_
  char32_t last_letter_ = 0;

  // Of the whole text.
  std::int32_t position_ = 0;
  std::string terms_;
  std::vector<std::size_t> term_begins_;  // in terms_, of each token
  std::vector<SearchToken> tokens_;
};

}  // namespace vestnik::chat
