#include "cli/table.hpp"

#include <fmt/ranges.h>

#include <algorithm>

#include "base/text.hpp"

namespace vestnik::cli {
namespace {

constexpr std::size_t kBetween = 2;  // spaces between two columns

}  // namespace

std::vector<std::string> Table::lines(LineStyle style) const {
  std::vector<std::string> lines;
  if (style == LineStyle::kColumns) {
    for (const auto& cells : rows_) lines.push_back(fmt::format("{}", fmt::join(cells, "\t")));
    return lines;
  }

  std::vector<std::string> titles;
  for (const Column& column : columns_) titles.push_back(column.title);
  std::vector<std::size_t> widths(columns_.size());
  const auto widen = [&widths](const std::vector<std::string>& cells) {
    for (std::size_t i = 0; i < widths.size(); ++i) widths[i] = std::max(widths[i], count_code_points(cells[i]));
  };
  widen(titles);
  std::ranges::for_each(rows_, widen);
  if (std::ranges::any_of(titles, [](const std::string& title) { return !title.empty(); })) {
    lines.push_back(aligned(titles, widths));
  }
  for (const auto& cells : rows_) lines.push_back(aligned(cells, widths));
  return lines;
}

std::string Table::aligned(const std::vector<std::string>& cells, const std::vector<std::size_t>& widths) const {
  std::string line;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const std::size_t padding = widths[i] - count_code_points(cells[i]);
    if (columns_[i].number) line.append(padding, ' ');
    line += cells[i];
    if (!columns_[i].number) line.append(padding, ' ');
    line.append(kBetween, ' ');
  }
  line.erase(line.find_last_not_of(' ') + 1);
  return line;
}

}  // namespace vestnik::cli
