// What a person types to search: parsed, compared with the tokens of a text, and marked in it.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "chat/search_tokens.hpp"

namespace vestnik::chat {

inline constexpr std::size_t kSearchQueryBytesMax = 1'024;
inline constexpr std::size_t kSearchWordsMax = 16;
// A shorter beginning of a word, in characters, would begin every other word.
inline constexpr std::size_t kSearchPrefixMin = 2;

// Terms of which one stands at each of as many consecutive positions; the last may be the front of a term. One term is
// a word, several are a phrase.
struct SearchClause {
  std::vector<std::string> terms;  // not empty; as in SearchToken
  bool is_prefix = false;

  bool operator==(const SearchClause&) const = default;
};

// A text is found when each clause occurs in it.
struct SearchQuery {
  std::vector<SearchClause> clauses;  // not empty, no two equal

  bool operator==(const SearchQuery&) const = default;
};

// Words in any form, "exact phrases" in quotes of any kind, and prefix*: a star counts directly behind a word of at
// least kSearchPrefixMin characters. Everything else is text like any other, cut into tokens as messages are, so there
// are no operators and no errors of syntax. What has no stem, such as `C++20`, is looked for as written. Errors:
// invalid_argument naming `field` when the text is not UTF-8, longer than kSearchQueryBytesMax, has no word, or more
// than kSearchWordsMax of them. Any thread.
Result<SearchQuery> parse_search_query(std::string_view text, std::string_view field);

// Whether a text with these tokens is found; the meaning that every storage's index has to agree with. Any thread.
bool matches(const SearchQuery& query, std::span<const SearchToken> tokens);

// A piece of a text, and the bytes in it that were looked for.
struct MarkedFragment {
  struct Range {
    std::size_t begin = 0;  // bytes of `text`, at ends of characters
    std::size_t end = 0;

    bool operator==(const Range&) const = default;
  };

  std::string text;         // at most kFragmentBytesMax
  std::vector<Range> hits;  // in order, apart from each other, not empty
  bool is_cut_before = false;
  bool is_cut_after = false;
};

inline constexpr std::size_t kFragmentBytesMax = 320;

// The piece of `text`, valid UTF-8, in which most of the clauses occur, cut between words where it can be; the front of
// the text when none does. Linear in the text. The thread is the one of `tokenizer`.
MarkedFragment mark_fragment(const SearchQuery& query, std::string_view text, SearchTokenizer& tokenizer);

}  // namespace vestnik::chat
