#include "cli/terminal.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <system_error>

namespace vestnik::cli {
namespace {

// Why standard output failed first, an errno; 0: it has not. There is one, like standard output.
int output_error = 0;

// Writes unless something was lost already.
bool attempt(auto write) {
  if (output_error == 0 && !write()) output_error = errno;
  return output_error == 0;
}

}  // namespace

bool is_terminal(int fd) {
  return isatty(fd) == 1;
}

LineStyle output_style() {
  return is_terminal(STDOUT_FILENO) ? LineStyle::kAligned : LineStyle::kColumns;
}

bool print_line(std::string_view line) {
  return attempt([line] {
    return std::fwrite(line.data(), 1, line.size(), stdout) == line.size() && std::fputc('\n', stdout) != EOF;
  });
}

bool flush_output() {
  return attempt([] { return std::fflush(stdout) == 0; });
}

int with_output_delivered(int code) {
  if (flush_output() || output_error == EPIPE) return code;
  tell(fmt::format("cannot write to standard output: {}", std::generic_category().message(output_error)));
  return code == 0 ? 1 : code;
}

void tell(std::string_view sentence) {
  std::fputs(fmt::format("vestnik: {}\n", sentence).c_str(), stderr);
}

void StatusLine::show(std::string_view text) {
  if (!active_) return;
  std::fputs(fmt::format("\r{}\x1b[K", text).c_str(), stderr);
  std::fflush(stderr);
  shown_ = true;
}

void StatusLine::clear() {
  if (!shown_) return;
  std::fputs("\r\x1b[K", stderr);
  std::fflush(stderr);
  shown_ = false;
}

}  // namespace vestnik::cli
