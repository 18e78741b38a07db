#include "chat/search_query.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <span>
#include <utility>

#include "base/text.hpp"

namespace vestnik::chat {
namespace {

constexpr std::array<std::string_view, 6> kQuotes{"\"", "“", "”", "„", "«", "»"};

struct Quote {
  std::size_t begin = std::string_view::npos;
  std::size_t end = std::string_view::npos;
};

Quote find_quote(std::string_view text) {
  Quote first;
  for (const std::string_view quote : kQuotes) {
    const std::size_t at = text.find(quote);
    if (at < first.begin) first = {.begin = at, .end = at + quote.size()};
  }
  return first;
}

bool is_apart(Tokens position) {
  return position.front().joint == SearchToken::Joint::kApart;
}

bool has_stem(Tokens position) {
  return position.size() > 1 && position[1].kind == SearchToken::Kind::kStem;
}

// The clauses of a query as they are read.
class Parser {
 public:
  void add_words(std::string_view text) {
    const auto positions = by_position(tokenizer_.tokenize(text));
    for (auto first = positions.begin(); first != positions.end();) {
      const auto last = std::find_if(first + 1, positions.end(), is_apart);
      add_name({first, last}, text);
      first = last;
    }
  }

  void add_phrase(std::string_view text) {
    SearchClause phrase;
    phrase.words = 0;
    for (const Tokens position : by_position(tokenizer_.tokenize(text))) {
      phrase.terms.emplace_back(position.front().term);
      if (is_apart(position)) ++phrase.words;
    }
    if (!phrase.terms.empty()) clauses_.push_back(std::move(phrase));
  }

  std::vector<SearchClause> take() { return std::move(clauses_); }

 private:
  // One word, or several without a space.
  void add_name(std::span<const Tokens> positions, std::string_view text) {
    const bool is_word = positions.size() == 1;
    const SearchToken& last = positions.back().front();
    const bool has_star = last.end < text.size() && text[last.end] == '*';
    const bool is_prefix = has_star && (!is_word || count_code_points(last.term) >= kSearchPrefixMin);
    // In any form, unless it is the front of a word.
    const bool is_by_stems = !is_prefix && std::ranges::all_of(positions, has_stem) &&
                             std::all_of(positions.begin() + 1, positions.end(), [](Tokens position) {
                               return position.front().joint == SearchToken::Joint::kHyphen;
                             });
    SearchClause clause{.terms = {}, .is_prefix = is_prefix, .joints = {}};
    for (const Tokens position : positions) clause.terms.emplace_back(position[is_by_stems ? 1 : 0].term);
    for (const Tokens position : positions.subspan(1)) clause.joints.push_back(position.front().joint);
    clauses_.push_back(std::move(clause));
  }

  SearchTokenizer tokenizer_;
  std::vector<SearchClause> clauses_;
};

void remove_repeated(std::vector<SearchClause>& clauses) {
  auto kept = clauses.begin();
  for (auto& clause : clauses) {
    if (std::find(clauses.begin(), kept, clause) != kept) continue;
    if (&*kept != &clause) *kept = std::move(clause);
    ++kept;
  }
  clauses.erase(kept, clauses.end());
}

}  // namespace

Result<SearchQuery> parse_search_query(std::string_view text, std::string_view field) {
  if (text.size() > kSearchQueryBytesMax)
    return invalid(std::string(field), fmt::format("longer than {} bytes", kSearchQueryBytesMax));
  if (!is_valid_utf8(text)) return invalid(std::string(field), "not valid UTF-8");
  Parser parser;
  while (!text.empty()) {
    const Quote opening = find_quote(text);
    const std::size_t inside = std::min(opening.end, text.size());
    parser.add_words(text.substr(0, opening.begin));
    text.remove_prefix(inside);
    const Quote closing = find_quote(text);
    if (closing.end == std::string_view::npos) {  // a stray quote
      parser.add_words(text);
      break;
    }
    parser.add_phrase(text.substr(0, closing.begin));
    text.remove_prefix(closing.end);
  }
  SearchQuery query{.clauses = parser.take()};
  remove_repeated(query.clauses);
  std::size_t words = 0;
  for (const SearchClause& clause : query.clauses) words += clause.words;
  if (words > kSearchWordsMax)
    return invalid(std::string(field), fmt::format("{} words, at most {}", words, kSearchWordsMax));
  return query;
}

}  // namespace vestnik::chat
