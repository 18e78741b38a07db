// What a person types to search.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "chat/search_tokens.hpp"

namespace vestnik::chat {

inline constexpr std::size_t kSearchQueryBytesMax = 1'024;
inline constexpr std::size_t kSearchWordsMax = 16;  // a name counts once
// A shorter beginning of a word, in characters, would begin every other word.
inline constexpr std::size_t kSearchPrefixMin = 2;

// Terms of which one stands at each of as many consecutive positions; the last may be the front of a term. One term is
// a word, several are a phrase or, with the joints between them, a name.
struct SearchClause {
  std::vector<std::string> terms;  // not empty; as in SearchToken
  bool is_prefix = false;
  std::vector<SearchToken::Joint> joints;  // of a name: of each term but the first
  std::size_t words = 1;                   // how many were typed with spaces between them

  bool operator==(const SearchClause&) const = default;
};

// A text is found when each clause occurs in it; without a clause none is.
struct SearchQuery {
  std::vector<SearchClause> clauses;  // no two equal

  bool operator==(const SearchQuery&) const = default;
};

// Words in any form, "exact phrases" in quotes of any kind, and prefix*: a star counts directly behind a word of at
// least kSearchPrefixMin characters, or behind a name. Everything else is text like any other, cut into tokens as
// messages are, so there are no operators and no errors of syntax. Several words that are typed without a space, such
// as `foo_bar`, `192.168` or a sentence of Chinese, are a name: they are found where they are written without a space,
// be it inside of a longer name. Words joined by hyphens are found in any form; what has no stem, such as `C++20`, as
// written. Errors: invalid_argument naming `field` when the text is not UTF-8, longer than kSearchQueryBytesMax, or
// has more than kSearchWordsMax words and names. Any thread.
Result<SearchQuery> parse_search_query(std::string_view text, std::string_view field);

}  // namespace vestnik::chat
