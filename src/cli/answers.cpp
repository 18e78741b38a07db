#include "cli/answers.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>

#include "base/visible.hpp"
#include "cli/terminal.hpp"

namespace vestnik::cli {

int print_lines(const std::vector<std::string>& lines) {
  const bool printed = std::ranges::all_of(lines, [](const std::string& line) { return print_line(line); });
  return printed && flush_output() ? 0 : 1;
}

int print_json(const std::vector<std::string>& objects) {
  if (output_style() == LineStyle::kColumns) return print_lines(objects);
  std::vector<std::string> lines;
  for (const std::string& object : objects) lines.push_back(visible(object));
  return print_lines(lines);
}

int refuse(std::string_view what, const Error& error) {
  tell(fmt::format("cannot {}: {}", what, error.detail));
  return 1;
}

void confirm(std::string_view sentence) {
  if (is_terminal(STDERR_FILENO)) tell(sentence);
}

}  // namespace vestnik::cli
