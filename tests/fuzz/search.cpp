// Search: any bytes give well-formed tokens, any query is parsed or refused, and what matches is marked. A newline
// stands between the query and the text.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/text.hpp"
#include "chat/search_match.hpp"
#include "chat/search_query.hpp"
#include "fuzz.hpp"

namespace {

using namespace vestnik::chat;

void check_tokens(std::span<const SearchToken> tokens, std::string_view text) {
  std::int32_t position = -1;
  for (const SearchToken& token : tokens) {
    require(!token.term.empty() && token.term.size() <= kSearchTermBytesMax);
    require(token.term.find_first_of(" \"\n") == std::string_view::npos);
    require(token.begin < token.end && token.end <= text.size());
    const bool is_first = token.kind == SearchToken::Kind::kWritten;
    require(token.position == position + (is_first ? 1 : 0));
    position = token.position;
  }
}

void check_fragment(const MarkedFragment& fragment, std::string_view text) {
  require(text.find(fragment.text) != std::string_view::npos);
  require(fragment.text.size() <= kFragmentBytesMax && vestnik::is_valid_utf8(fragment.text));
  std::size_t end = 0;
  for (const auto& hit : fragment.hits) {
    require(hit.begin >= end && hit.begin < hit.end && hit.end <= fragment.text.size());
    end = hit.end;
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const std::size_t cut = std::min(input.find('\n'), size);
  const std::string_view text = input.substr(std::min(cut + 1, size));

  static SearchTokenizer tokenizer;
  const auto tokens = tokenizer.tokenize(text);
  check_tokens(tokens, text);

  const auto query = parse_search_query(input.substr(0, cut), "q");
  if (!query) {
    require(query.error().code == vestnik::ErrorCode::kInvalidArgument);
    return 0;
  }
  require(query->clauses.size() <= kSearchWordsMax);
  const bool is_found = matches(*query, tokens);
  if (!vestnik::is_valid_utf8(text)) return 0;
  const MarkedFragment fragment = mark_fragment(*query, text, tokenizer);
  check_fragment(fragment, text);
  require(!is_found || !fragment.hits.empty());
  return 0;
}
