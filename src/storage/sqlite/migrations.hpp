// Brings a database to this version's schema: numbered SQL files, each applied once, in one transaction, with its
// checksum noted.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/embedded.hpp"
#include "base/error.hpp"
#include "storage/sqlite/connection.hpp"

namespace vestnik::storage::sqlite {

// Applies those of `migrations` ("0001_name.sql", sorted) that the database at `path` does not have yet; `now` is
// noted. Errors: failed_precondition (the database has migrations that this version does not know, a migration was
// changed after it was applied, or the file belongs to another program), unavailable (it cannot be read or written).
Result<void> migrate(Connection& connection, std::string_view path, std::span<const EmbeddedFile> migrations, Time now);

// FNV-1a, 64 bits, in hexadecimal (draft-eastlake-fnv): notices changes made by mistake, nothing more.
std::string checksum_of(std::string_view bytes);

}  // namespace vestnik::storage::sqlite
