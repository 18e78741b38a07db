#include "chat/search_match.hpp"

#include <algorithm>
#include <cstdint>
#include <map>

namespace vestnik::chat {
namespace {

// Where a clause occurs, as bytes of the text.
struct Occurrence {
  std::size_t begin = 0;
  std::size_t end = 0;
  std::size_t clause = 0;
};

// Reads the positions of a text one by one and tells where the clause ends: bit i of its state says that the terms up
// to i stand at the last i + 1 positions (the algorithm of Baeza-Yates and Gonnet), so a text that nearly repeats a
// long phrase takes no longer than another.
class PhraseReader {
 public:
  explicit PhraseReader(const SearchClause& clause)
      : clause_(clause), state_((clause.terms.size() + kBits - 1) / kBits), here_(state_.size()) {
    const std::size_t whole = clause.terms.size() - (clause.is_prefix ? 1 : 0);
    for (std::size_t i = 0; i < whole; ++i) {
      auto& places = places_.try_emplace(clause.terms[i], state_.size()).first->second;
      set(places, i);
    }
    for (std::size_t i = 0; i < clause.joints.size(); ++i) {
      set(joints_.try_emplace(clause.joints[i], state_.size()).first->second, i + 1);
    }
  }

  // Whether the clause ends at this position, which follows the one that was taken before.
  bool take(Tokens position) {
    std::ranges::fill(here_, 0);
    for (const SearchToken& token : position) note(token.term);
    if (!clause_.joints.empty()) leave_joined(position.front().joint);
    std::uint64_t carry = 1;  // it may begin anywhere
    for (std::size_t i = 0; i < state_.size(); ++i) {
      const std::uint64_t shifted = state_[i] << 1 | carry;
      carry = state_[i] >> (kBits - 1);
      state_[i] = shifted & here_[i];
    }
    const std::size_t last = clause_.terms.size() - 1;
    return (state_[last / kBits] >> (last % kBits) & 1) != 0;
  }

 private:
  static constexpr std::size_t kBits = 64;

  void note(std::string_view term) {
    if (const auto places = places_.find(term); places != places_.end()) {
      for (std::size_t i = 0; i < here_.size(); ++i) here_[i] |= places->second[i];
    }
    if (clause_.is_prefix && term.starts_with(clause_.terms.back())) set(here_, clause_.terms.size() - 1);
  }

  // Of the terms that stand here, those which this joint precedes in the clause, and the first.
  void leave_joined(SearchToken::Joint joint) {
    const auto places = joints_.find(joint);
    for (std::size_t i = 0; i < here_.size(); ++i) {
      const std::uint64_t first = i == 0 ? 1 : 0;
      here_[i] &= first | (places == joints_.end() ? 0 : places->second[i]);
    }
  }

  using Bits = std::vector<std::uint64_t>;
  static void set(Bits& bits, std::size_t i) { bits[i / kBits] |= std::uint64_t{1} << i % kBits; }

  const SearchClause& clause_;
  std::map<std::string_view, Bits> places_;    // of each term in the clause
  std::map<SearchToken::Joint, Bits> joints_;  // the terms behind each
  Bits state_;
  Bits here_;  // the places of the terms that stand at the position
};

bool is_found(const SearchClause& clause, std::size_t i, std::string_view term) {
  const bool is_last = i + 1 == clause.terms.size();
  return clause.is_prefix && is_last ? term.starts_with(clause.terms[i]) : term == clause.terms[i];
}

const SearchToken& found_token(const SearchClause& clause, std::size_t i, Tokens position) {
  return *std::ranges::find_if(position, [&](const auto& each) { return is_found(clause, i, each.term); });
}

void add_occurrences(const SearchQuery& query, std::size_t of_clause, std::span<const Tokens> positions,
                     std::vector<Occurrence>& found) {
  const SearchClause& clause = query.clauses[of_clause];
  PhraseReader reader(clause);
  const std::size_t count = clause.terms.size();
  for (std::size_t at = 0; at < positions.size(); ++at) {
    if (!reader.take(positions[at])) continue;
    found.push_back({.begin = found_token(clause, 0, positions[at + 1 - count]).begin,
                     .end = found_token(clause, count - 1, positions[at]).end,
                     .clause = of_clause});
  }
}

std::vector<Occurrence> occurrences_of(const SearchQuery& query, std::span<const Tokens> positions) {
  std::vector<Occurrence> found;
  for (std::size_t i = 0; i < query.clauses.size(); ++i) add_occurrences(query, i, positions, found);
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

bool matches(const SearchQuery& query, std::span<const SearchToken> tokens) {
  const auto positions = by_position(tokens);
  return !query.clauses.empty() && std::ranges::all_of(query.clauses, [&](const SearchClause& clause) {
    PhraseReader reader(clause);
    return std::ranges::any_of(positions, [&reader](Tokens position) { return reader.take(position); });
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
