// Rows of texts: aligned columns with a heading for eyes, fields between tabs for programs. No I/O.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "cli/message_line.hpp"

namespace vestnik::cli {

class Table {
 public:
  struct Column {
    std::string title;
    bool number = false;  // aligned at its last digit
  };

  // Without any title there is no heading.
  explicit Table(std::vector<Column> columns) : columns_(std::move(columns)) {}

  // One cell for each column, each made visible (base/visible.hpp).
  void add(std::vector<std::string> cells) { rows_.push_back(std::move(cells)); }

  // The heading stands in kAligned alone.
  std::vector<std::string> lines(LineStyle style) const;

 private:
  std::string aligned(const std::vector<std::string>& cells, const std::vector<std::size_t>& widths) const;

  std::vector<Column> columns_;
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace vestnik::cli
