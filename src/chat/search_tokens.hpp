// The tokens of a text by which it is found: words as written and their stems, the same for every storage.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

struct sb_stemmer;

namespace vestnik::chat {

// Grows whenever the tokens of some text change: an index of another version has to be made anew.
inline constexpr int kSearchTokensVersion = 1;

// A term is at most this long; of a longer one only the front is kept, on a character's end.
inline constexpr std::size_t kSearchTermBytesMax = 128;

// First byte of every stem. A term as written begins with a letter or a digit, so the two are never confused.
inline constexpr char kStemMark = '~';

struct SearchToken {
  enum class Kind : std::uint8_t {
    kWritten,  // what stands between two separators, as written; exactly one at each position, and the first there
    kStem,     // its stem, when it has one; the second
    kPart,     // a part of it, as written or as a stem
  };

  std::string_view term;  // folded (search_letters.hpp); never empty, without spaces, quotes and control characters
  std::size_t begin = 0;  // the bytes of the text that it comes from
  std::size_t end = 0;
  std::int32_t position = 0;  // counts from 0 without gaps; grows along the text
  Kind kind = Kind::kWritten;
};

// Cuts texts into tokens. Used by one thread at a time: the stemmers keep state.
//
// A text is cut at spaces and at `, ; ! " ( ) [ ] { } < > | * ^ $` and the like; what stands between two cuts is one
// position. Other punctuation at its ends is dropped, but `+` and `#` behind a letter stay: "(C++)," is `c++`. When it
// is more than a plain word its parts stand at the same position: first what is between any of `/ : @ ? & = % ~ \`,
// then the words in that. So "https://example.com/a?b=1" is `example.com/a?b=1` (a scheme in front is only a part) with
// the parts `https`, `example.com`, `example`, `com`, `a`, `b`, `1`; and a phrase is what was written one after the
// other.
//
// A word of Cyrillic letters has a Russian stem and a word of a to z an English one (https://snowballstem.org), other
// words have none. Words joined by hyphens have the stem of their stems.
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
  struct StemmerDeleter {
    void operator()(sb_stemmer* stemmer) const;
  };
  using Stemmer = std::unique_ptr<sb_stemmer, StemmerDeleter>;

  enum class Script : std::uint8_t { kLatin, kCyrillic, kOther };

  // Letters and digits that stand together.
  struct Word {
    std::size_t begin = 0;  // in written_
    std::size_t end = 0;
    std::size_t tail_end = 0;  // behind the `+` and `#` that follow it
    std::size_t text_begin = 0;
    std::size_t text_end = 0;
    std::size_t text_tail_end = 0;
    Script script = Script::kOther;
    bool begins_segment = true;  // one of `/ : @ ...` stands before it
  };
  using Words = std::span<const Word>;

  void add_letter(char32_t folded, std::size_t text_begin, std::size_t text_end);
  void add_mark(char32_t mark, std::size_t text_end);
  void add_joiner(char32_t joiner, std::size_t text_end);
  void finish_position();

  void emit_segments(Words words);
  void emit(Words words, std::size_t end, std::size_t text_end, SearchToken::Kind as_written,
            SearchToken::Kind as_stem);
  void push(std::string_view term, std::size_t text_begin, std::size_t text_end, SearchToken::Kind kind);
  // Makes stem_ the stem of `words`. False when they have none.
  bool stem(Words words);
  std::string_view written(std::size_t begin, std::size_t end) const {
    return std::string_view(written_).substr(begin, end - begin);
  }

  Stemmer english_;
  Stemmer russian_;

  // Of the position that is being read: what was written, folded, and its words.
  std::string written_;
  std::vector<Word> words_;
  bool in_word_ = false;
  bool in_tail_ = false;
  bool after_segment_joiner_ = false;
  char32_t last_letter_ = 0;
  std::string stem_;

  // Of the whole text.
  std::int32_t position_ = 0;
  std::string terms_;
  std::vector<std::size_t> term_begins_;  // in terms_, of each token
  std::vector<SearchToken> tokens_;
};

}  // namespace vestnik::chat
