// The file of a database: the same under whatever name it is reached.
#pragma once

#include <expected>
#include <string>
#include <string_view>

#include "base/error.hpp"

namespace vestnik::storage::sqlite {

// The path of the file itself, without links, of a database that the operator calls `path`; made with the mode 0600
// where it does not exist. SQLite's log and our lock stand beside it, so a file with several names of its own is
// refused. Errors, as sentences for the operator: failed_precondition (several names), unavailable (which path and
// why).
Result<std::string> path_of_file(const std::string& path);

// The sentence for the operator of any database that cannot be opened: unavailable.
std::unexpected<Error> cannot_open(std::string_view path, std::string_view why);

}  // namespace vestnik::storage::sqlite
