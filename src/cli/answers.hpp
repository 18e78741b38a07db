// How commands that ask once give their answer: lines, JSON, or the reason why there is none. Main thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"

namespace vestnik::cli {

// Standard output; the exit code: 1 when it does not arrive.
int print_lines(const std::vector<std::string>& lines);

// Objects as the server sent them, one a line; on a terminal without what could play with it.
int print_json(const std::vector<std::string>& objects);

// Says on standard error that `what` cannot be done, and why. The exit code: 1.
int refuse(std::string_view what, const Error& error);

// Says on standard error that it was done, to people only: scripts have the exit code.
void confirm(std::string_view sentence);

}  // namespace vestnik::cli
