#include "cli/terminal.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>

namespace vestnik::cli {

bool is_terminal(int fd) {
  return isatty(fd) == 1;
}

LineStyle output_style() {
  return is_terminal(STDOUT_FILENO) ? LineStyle::kAligned : LineStyle::kColumns;
}

bool print_line(std::string_view line) {
  return std::fwrite(line.data(), 1, line.size(), stdout) == line.size() && std::fputc('\n', stdout) != EOF;
}

bool flush_output() {
  return std::fflush(stdout) == 0 && std::ferror(stdout) == 0;
}

void tell(std::string_view sentence) {
  fmt::print(stderr, "vestnik: {}\n", sentence);
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
