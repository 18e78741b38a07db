// Folders that only their owner may enter.
#pragma once

#include <string>
#include <system_error>

namespace vestnik::storage::files {

// Makes the folder at `path` and those above it where they are missing, with the mode 0700; those that exist stay as
// they are. The error of the system when there is no such folder afterwards.
std::error_code make_private_folders(const std::string& path);

}  // namespace vestnik::storage::files
