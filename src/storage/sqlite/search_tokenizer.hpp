// The tokens of chat/search_tokens.hpp for SQLite's full-text index (https://sqlite.org/fts5.html).
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "chat/search_query.hpp"
#include "storage/sqlite/connection.hpp"

namespace vestnik::storage::sqlite {

// The name in `CREATE VIRTUAL TABLE ... USING fts5(..., tokenize = 'vestnik')`.
inline constexpr const char* kSearchTokenizer = "vestnik";

// Makes the tokenizer known to a connection; to be called before the connection touches a table that uses it.
// Texts are cut as messages are; besides, the first two letters of each word are a token, marked with `^`, once in a
// text, so that all words that begin so are one list. A string of a MATCH expression holds terms already, with a space
// between them.
Outcome<void> register_search_tokenizer(Connection& connection);

// Whether few words in all texts begin so, of those that FTS5 would have to unite into one list.
using IsRare = std::function<Outcome<bool>(std::string_view front)>;

// The MATCH expression that finds what chat::matches finds and perhaps some more, of a table with the columns `room`
// and `content`; in one room when its key is given. Every term is quoted, so that nothing in it is syntax. Of a long
// phrase the first words are looked for, of a common front its first two letters: the caller has to ask chat::matches.
Outcome<std::string> match_expression(const chat::SearchQuery& query, std::optional<std::int64_t> room_key,
                                      const IsRare& is_rare);

// The MATCH expression that finds all of a room.
std::string match_room(std::int64_t room_key);

}  // namespace vestnik::storage::sqlite
