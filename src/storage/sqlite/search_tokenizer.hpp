// The tokens of chat/search_tokens.hpp for SQLite's full-text index (https://sqlite.org/fts5.html).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "chat/search_query.hpp"
#include "storage/sqlite/connection.hpp"

namespace vestnik::storage::sqlite {

// The name in `CREATE VIRTUAL TABLE ... USING fts5(..., tokenize = 'vestnik')`.
inline constexpr const char* kSearchTokenizer = "vestnik";

// Makes the tokenizer known to a connection; to be called before the connection touches a table that uses it.
// Texts are cut as messages are. A string of a MATCH expression holds terms already, with a space between them.
Outcome<void> register_search_tokenizer(Connection& connection);

// The MATCH expression that finds what chat::matches finds, of a table with the columns `room` and `content`; in one
// room when its key is given. Every term is quoted, so that nothing in it is syntax.
std::string match_expression(const chat::SearchQuery& query, std::optional<std::int64_t> room_key);

// The MATCH expression that finds all of a room.
std::string match_room(std::int64_t room_key);

}  // namespace vestnik::storage::sqlite
