// Whether a text is found by a query, and where in it.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "chat/search_query.hpp"
#include "chat/search_tokens.hpp"

namespace vestnik::chat {

// Whether a text with these tokens is found; the meaning that every storage's index has to agree with.
// Linear in the text. Any thread.
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
