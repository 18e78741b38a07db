// Failed system calls on attachments' files, for clients and for the operator. Any thread.
#pragma once

#include <string_view>

#include "base/error.hpp"

namespace vestnik::storage::files {

// unavailable for clients, without a path: the disk is full, or failed with `code`, an errno.
std::unexpected<Error> refused(int code);

// The same for the operator: what was tried, and why it failed.
Error failure(std::string_view what, int code);

// unavailable as a sentence for the operator at the start: what was tried with which path, and why it failed.
std::unexpected<Error> cannot(std::string_view what, std::string_view path, int code);

}  // namespace vestnik::storage::files
