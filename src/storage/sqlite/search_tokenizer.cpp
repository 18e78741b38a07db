#include "storage/sqlite/search_tokenizer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <new>

namespace vestnik::storage::sqlite {
namespace {

using OnToken = int (*)(void* context, int flags, const char* term, int size, int begin, int end);

// FTS5 makes one for each table of a connection.
struct Tokenizer {
  chat::SearchTokenizer tokens;
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
  std::int32_t position = -1;
  for (const chat::SearchToken& token : tokenizer.tokens.tokenize(text)) {
    const int flags = token.position == position ? FTS5_TOKEN_COLOCATED : 0;
    position = token.position;
    const int code = on_token(context, flags, token.term.data(), static_cast<int>(token.term.size()),
                              static_cast<int>(token.begin), static_cast<int>(token.end));
    if (code != SQLITE_OK) return code;
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

void append_clause(std::string& out, const chat::SearchClause& clause) {
  out += '"';
  for (const std::string& term : clause.terms) {
    if (&term != clause.terms.data()) out += ' ';
    for (const char c : term) out.append(c == '"' ? 2 : 1, c);
  }
  out += clause.is_prefix ? "\" *" : "\"";
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

std::string match_expression(const chat::SearchQuery& query, std::optional<std::int64_t> room_key) {
  std::string expression = room_key ? match_room(*room_key) + " AND content : (" : "content : (";
  for (const chat::SearchClause& clause : query.clauses) {
    if (&clause != query.clauses.data()) expression += " AND ";
    append_clause(expression, clause);
  }
  expression += ')';
  return expression;
}

std::string match_room(std::int64_t room_key) {
  return fmt::format("room : \"{}\"", room_key);
}

}  // namespace vestnik::storage::sqlite
