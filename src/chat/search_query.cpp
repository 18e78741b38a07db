#include "chat/search_query.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/text.hpp"

namespace vestnik::chat {
namespace {

constexpr std::array<std::string_view, 6> kQuotes{"\"", "“", "”", "„", "«", "»"};

// Punctuation that is no part of a term at its end but may stand before a star, as in `1.2.*`.
constexpr std::string_view kDroppedAtEnd = ".-_'+#/:@?&=%~\\";

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

// The clauses of a query as they are read.
class Parser {
 public:
  void add_words(std::string_view text) {
    for (const SearchToken& token : tokenizer_.tokenize(text)) {
      if (token.kind == SearchToken::Kind::kPart) continue;
      if (token.kind == SearchToken::Kind::kStem) {
        // The word in any form, unless it is the front of a word.
        if (!clauses_.back().is_prefix) clauses_.back().terms.front() = token.term;
        continue;
      }
      const std::size_t behind = text.find_first_not_of(kDroppedAtEnd, token.end);
      const bool has_star = behind != std::string_view::npos && text[behind] == '*';
      clauses_.push_back({.terms = {std::string(token.term)},
                          .is_prefix = has_star && count_code_points(token.term) >= kSearchPrefixMin});
    }
  }

  void add_phrase(std::string_view text) {
    SearchClause phrase;
    for (const SearchToken& token : tokenizer_.tokenize(text))
      if (token.kind == SearchToken::Kind::kWritten) phrase.terms.emplace_back(token.term);
    if (!phrase.terms.empty()) clauses_.push_back(std::move(phrase));
  }

  std::vector<SearchClause> take() { return std::move(clauses_); }

 private:
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

bool is_found(const SearchClause& clause, std::size_t i, std::string_view term) {
  const bool is_last = i + 1 == clause.terms.size();
  return clause.is_prefix && is_last ? term.starts_with(clause.terms[i]) : term == clause.terms[i];
}

using Tokens = std::span<const SearchToken>;

// The tokens of each position.
std::vector<Tokens> by_position(Tokens tokens) {
  std::vector<Tokens> positions;
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    const bool is_first = i == 0 || tokens[i].position != tokens[i - 1].position;
    if (is_first) positions.emplace_back(&tokens[i], 0);
    positions.back() = Tokens(positions.back().data(), positions.back().size() + 1);
  }
  return positions;
}

// Where a clause occurs, as bytes of the text.
struct Occurrence {
  std::size_t begin = 0;
  std::size_t end = 0;
  std::size_t clause = 0;
};

// Calls `on_occurrence(begin, end)` for each until it returns false.
template <typename OnOccurrence>
void for_each_occurrence(const SearchClause& clause, std::span<const Tokens> positions, OnOccurrence on_occurrence) {
  for (std::size_t first = 0; first + clause.terms.size() <= positions.size(); ++first) {
    std::size_t begin = 0;
    std::size_t end = 0;
    std::size_t i = 0;
    for (; i < clause.terms.size(); ++i) {
      const Tokens here = positions[first + i];
      const auto token = std::ranges::find_if(here, [&](const auto& each) { return is_found(clause, i, each.term); });
      if (token == here.end()) break;
      if (i == 0) begin = token->begin;
      end = token->end;
    }
    if (i == clause.terms.size() && !on_occurrence(begin, end)) return;
  }
}

std::vector<Occurrence> occurrences_of(const SearchQuery& query, std::span<const Tokens> positions) {
  std::vector<Occurrence> found;
  for (std::size_t i = 0; i < query.clauses.size(); ++i) {
    for_each_occurrence(query.clauses[i], positions, [&](std::size_t begin, std::size_t end) {
      found.push_back({.begin = begin, .end = end, .clause = i});
      return true;
    });
  }
  std::ranges::sort(found, {}, &Occurrence::begin);
  return found;
}

// The first of the occurrences from which on most clauses are near, and how many of them are.
struct Cluster {
  std::size_t begin = 0;
  std::size_t end = 0;
  std::size_t clauses = 0;
};

Cluster best_cluster(std::span<const Occurrence> found, std::size_t clause_count) {
  Cluster best;
  std::vector<std::size_t> times(clause_count);  // each clause occurs between `first` and `last`
  std::size_t clauses = 0;
  std::size_t last = 0;
  for (std::size_t first = 0; first < found.size(); ++first) {
    const std::size_t limit = found[first].begin + kFragmentBytesMax;
    for (; last < found.size() && (last == first || found[last].end <= limit); ++last)
      clauses += times[found[last].clause]++ == 0 ? 1 : 0;
    if (clauses > best.clauses) best = {.begin = found[first].begin, .end = found[last - 1].end, .clauses = clauses};
    clauses -= --times[found[first].clause] == 0 ? 1 : 0;
  }
  return best;
}

bool is_space(char c) {
  return c == ' ' || c == '\n' || c == '\t';
}

bool is_inside_character(std::string_view text, std::size_t at) {
  return at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0) == 0x80;
}

// Around the cluster as much as there is room for, between words where spaces allow it.
MarkedFragment::Range window_around(const Cluster& cluster, std::string_view text) {
  if (text.size() <= kFragmentBytesMax) return {.begin = 0, .end = text.size()};
  const std::size_t used = std::min(cluster.end - cluster.begin, kFragmentBytesMax);
  std::size_t begin = cluster.begin - std::min(cluster.begin, (kFragmentBytesMax - used) / 2);
  begin = std::min(begin, text.size() - kFragmentBytesMax);
  std::size_t end = begin + kFragmentBytesMax;
  if (begin > 0) {
    const auto is_cut = [&](std::size_t at) { return is_space(text[at - 1]); };
    std::size_t at = begin;
    while (at < cluster.begin && !is_cut(at)) ++at;
    begin = at;
  }
  if (end < text.size()) {
    std::size_t at = end;
    while (at > cluster.end && !is_space(text[at])) --at;
    if (at > begin) end = at;
  }
  while (is_inside_character(text, begin)) ++begin;
  while (is_inside_character(text, end)) --end;
  return {.begin = begin, .end = end};
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
  if (query.clauses.empty())
    return invalid(std::string(field),
                   "no word to look for; give words, a \"phrase\" or the front of a word as in wor*");
  std::size_t words = 0;
  for (const SearchClause& clause : query.clauses) words += clause.terms.size();
  if (words > kSearchWordsMax)
    return invalid(std::string(field), fmt::format("{} words, at most {}", words, kSearchWordsMax));
  return query;
}

bool matches(const SearchQuery& query, std::span<const SearchToken> tokens) {
  const auto positions = by_position(tokens);
  return std::ranges::all_of(query.clauses, [&](const SearchClause& clause) {
    bool occurs = false;
    for_each_occurrence(clause, positions, [&](std::size_t, std::size_t) { return !(occurs = true); });
    return occurs;
  });
}

MarkedFragment mark_fragment(const SearchQuery& query, std::string_view text, SearchTokenizer& tokenizer) {
  const auto found = occurrences_of(query, by_position(tokenizer.tokenize(text)));
  const auto window = window_around(best_cluster(found, query.clauses.size()), text);
  MarkedFragment fragment{.text = std::string(text.substr(window.begin, window.end - window.begin)),
                          .is_cut_before = window.begin > 0,
                          .is_cut_after = window.end < text.size()};
  for (const Occurrence& each : found) {
    if (each.end <= window.begin || each.begin >= window.end) continue;
    const std::size_t begin = std::max(each.begin, window.begin) - window.begin;
    const std::size_t end = std::min(each.end, window.end) - window.begin;
    if (!fragment.hits.empty() && begin <= fragment.hits.back().end)
      fragment.hits.back().end = std::max(fragment.hits.back().end, end);
    else
      fragment.hits.push_back({.begin = begin, .end = end});
  }
  return fragment;
}

}  // namespace vestnik::chat
