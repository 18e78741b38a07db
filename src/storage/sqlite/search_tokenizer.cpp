#include "storage/sqlite/search_tokenizer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <new>
#include <span>
#include <utility>

namespace vestnik::storage::sqlite {
namespace {

using OnToken = int (*)(void* context, int flags, const char* term, int size, int begin, int end);

constexpr char kFrontMark = '^';
constexpr std::size_t kFrontLetters = 2;
// Of a phrase: more than those would find hardly less.
constexpr std::size_t kTermsMax = 16;

// The first two characters of a term; empty when it has fewer.
std::string_view front_of(std::string_view term) {
  std::size_t letters = 0;
  for (std::size_t i = 0; i < term.size(); ++i) {
    const bool begins = (static_cast<unsigned char>(term[i]) & 0xC0) != 0x80;
    if (begins && letters++ == kFrontLetters) return term.substr(0, i);
  }
  return letters < kFrontLetters ? std::string_view() : term;
}

// Which fronts a text has had. May forget some, as telling one twice does no harm.
class FrontsSeen {
 public:
  void begin_text() { ++text_; }
  bool insert(std::string_view front) {
    std::uint64_t bytes = 0;  // two characters: 8 at most
    std::memcpy(&bytes, front.data(), front.size());
    Slot& slot = slots_[bytes * kHash >> kShift];
    if (slot.text == text_ && slot.front == bytes) return false;
    slot = {.front = bytes, .text = text_};
    return true;
  }

 private:
  static constexpr std::uint64_t kHash = 0x9E37'79B9'7F4A'7C15;  // Fibonacci hashing
  static constexpr int kShift = 64 - 10;
  struct Slot {
    std::uint64_t front = 0;
    std::uint64_t text = 0;
  };
  std::array<Slot, std::size_t{1} << (64 - kShift)> slots_{};
  std::uint64_t text_ = 0;
};

// FTS5 makes one for each table of a connection.
struct Tokenizer {
  chat::SearchTokenizer tokens;
  FrontsSeen fronts;
  std::string front;
};

int create(void*, const char**, int, Fts5Tokenizer** made) {
  try {
    *made = reinterpret_cast<Fts5Tokenizer*>(new Tokenizer);
    return SQLITE_OK;
  } catch (const std::bad_alloc&) {
    return SQLITE_NOMEM;
  }
}

void destroy(Fts5Tokenizer* tokenizer) {
  delete reinterpret_cast<Tokenizer*>(tokenizer);
}

// A string of a MATCH expression: its terms were cut before.
int give_terms(std::string_view terms, void* context, OnToken on_token) {
  int begin = 0;
  while (!terms.empty()) {
    const std::string_view term = terms.substr(0, terms.find(' '));
    const int size = static_cast<int>(term.size());
    if (size > 0) {
      if (const int code = on_token(context, 0, term.data(), size, begin, begin + size); code != SQLITE_OK) return code;
    }
    const std::size_t taken = std::min(term.size() + 1, terms.size());
    terms.remove_prefix(taken);
    begin += static_cast<int>(taken);
  }
  return SQLITE_OK;
}

int give_tokens(Tokenizer& tokenizer, std::string_view text, void* context, OnToken on_token) {
  const auto give = [&](int flags, std::string_view term, const chat::SearchToken& from) {
    return on_token(context, flags, term.data(), static_cast<int>(term.size()), static_cast<int>(from.begin),
                    static_cast<int>(from.end));
  };
  std::int32_t position = -1;
  tokenizer.fronts.begin_text();
  for (const chat::SearchToken& token : tokenizer.tokens.tokenize(text)) {
    const int flags = token.position == position ? FTS5_TOKEN_COLOCATED : 0;
    position = token.position;
    if (const int code = give(flags, token.term, token); code != SQLITE_OK) return code;
    if (token.term.front() == chat::kStemMark) continue;
    const std::string_view front = front_of(token.term);
    if (front.empty() || !tokenizer.fronts.insert(front)) continue;
    tokenizer.front.assign(1, kFrontMark).append(front);
    if (const int code = give(FTS5_TOKEN_COLOCATED, tokenizer.front, token); code != SQLITE_OK) return code;
  }
  return SQLITE_OK;
}

int tokenize(Fts5Tokenizer* tokenizer, void* context, int purpose, const char* text, int size, OnToken on_token) {
  if (text == nullptr) return SQLITE_OK;
  const std::string_view bytes(text, static_cast<std::size_t>(size));
  if ((purpose & FTS5_TOKENIZE_QUERY) != 0) return give_terms(bytes, context, on_token);
  try {
    return give_tokens(*reinterpret_cast<Tokenizer*>(tokenizer), bytes, context, on_token);
  } catch (const std::bad_alloc&) {
    return SQLITE_NOMEM;
  }
}

// The way to FTS5's functions (https://sqlite.org/fts5.html#extending_fts5).
Outcome<fts5_api*> fts5_of(Connection& connection) {
  sqlite3_stmt* statement = nullptr;
  int code = sqlite3_prepare_v2(connection.handle(), "SELECT fts5(?1)", -1, &statement, nullptr);
  fts5_api* api = nullptr;
  if (code == SQLITE_OK) code = sqlite3_bind_pointer(statement, 1, static_cast<void*>(&api), "fts5_api_ptr", nullptr);
  if (code == SQLITE_OK) sqlite3_step(statement);
  sqlite3_finalize(statement);
  if (code != SQLITE_OK) return std::unexpected(connection.failure(code));
  if (api == nullptr) return std::unexpected(Failure{.code = SQLITE_ERROR, .message = "SQLite was built without FTS5"});
  return api;
}

void append_phrase(std::string& out, std::span<const std::string> terms) {
  out += '"';
  for (const std::string& term : terms) {
    if (&term != terms.data()) out += ' ';
    for (const char c : term) out.append(c == '"' ? 2 : 1, c);
  }
  out += '"';
}

Outcome<void> append_clause(std::string& out, const chat::SearchClause& clause, const IsRare& is_rare) {
  const std::span<const std::string> terms = clause.terms;
  if (!clause.is_prefix || terms.size() > kTermsMax) {
    append_phrase(out, terms.first(std::min(terms.size(), kTermsMax)));
    return {};
  }
  const auto whole = terms.first(terms.size() - 1);
  const std::string_view front = front_of(terms.back());
  if (front.empty()) {  // of a name: one letter begins too many words
    append_phrase(out, whole.empty() ? terms : whole);
    return {};
  }
  const auto rare = front == terms.back() ? Outcome<bool>(false) : is_rare(terms.back());
  if (!rare) return std::unexpected(rare.error());
  if (*rare) {
    append_phrase(out, terms);
    out += " *";
    return {};
  }
  if (!whole.empty()) {
    append_phrase(out, whole);
    out += " AND ";
  }
  append_phrase(out, std::array{std::string(1, kFrontMark) + std::string(front)});
  return {};
}

}  // namespace

Outcome<void> register_search_tokenizer(Connection& connection) {
  auto api = fts5_of(connection);
  if (!api) return std::unexpected(std::move(api.error()));
  fts5_tokenizer functions{.xCreate = create, .xDelete = destroy, .xTokenize = tokenize};
  const int code = (*api)->xCreateTokenizer(*api, kSearchTokenizer, nullptr, &functions, nullptr);
  if (code != SQLITE_OK) return std::unexpected(connection.failure(code));
  return {};
}

Outcome<std::string> match_expression(const chat::SearchQuery& query, std::optional<std::int64_t> room_key,
                                      const IsRare& is_rare) {
  std::string expression = room_key ? match_room(*room_key) + " AND content : (" : "content : (";
  for (const chat::SearchClause& clause : query.clauses) {
    if (&clause != query.clauses.data()) expression += " AND ";
    if (auto done = append_clause(expression, clause, is_rare); !done) return std::unexpected(std::move(done.error()));
  }
  expression += ')';
  return expression;
}

std::string match_room(std::int64_t room_key) {
  return fmt::format("room : \"{}\"", room_key);
}

}  // namespace vestnik::storage::sqlite
