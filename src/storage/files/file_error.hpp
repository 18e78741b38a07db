// Failed system calls on attachments' files, for clients and for the log. Any thread.
#pragma once

#include <string_view>

#include "base/error.hpp"

namespace vestnik::storage::files {

// unavailable, without a path; the log has the reason of `code`, an errno, and what was tried.
std::unexpected<Error> failed(std::string_view what, int code);

// unavailable as a sentence for the operator at the start: what was tried with which path, and why it failed.
std::unexpected<Error> cannot(std::string_view what, std::string_view path, int code);

}  // namespace vestnik::storage::files
