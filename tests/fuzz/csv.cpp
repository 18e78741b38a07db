// Comma-separated values: however the text is cut, its rows are the same, and none is longer than allowed.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "delivery/csv_reader.hpp"
#include "fuzz.hpp"

using vestnik::delivery::CsvReader;

namespace {

std::vector<CsvReader::Row> rows_of(std::string_view text, std::size_t piece) {
  CsvReader reader;
  std::vector<CsvReader::Row> rows;
  while (!text.empty()) {
    reader.feed(text.substr(0, piece));
    text.remove_prefix(std::min(piece, text.size()));
    while (auto row = reader.next()) rows.push_back(std::move(*row));
  }
  reader.finish();
  while (auto row = reader.next()) rows.push_back(std::move(*row));
  return rows;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  const auto whole = rows_of(text, text.size() + 1);
  const auto cut = rows_of(text, data[0] % 16 + 1u);
  require(whole.size() == cut.size());
  std::uint64_t line = 0;
  for (std::size_t i = 0; i < whole.size(); ++i) {
    require(whole[i].values == cut[i].values && whole[i].problem == cut[i].problem && whole[i].line == cut[i].line);
    require(whole[i].line > line && whole[i].values.empty() == !whole[i].problem.empty());
    line = whole[i].line;
    std::size_t bytes = 0;
    for (const auto& value : whole[i].values) bytes += value.size();
    require(bytes <= CsvReader::kRowBytesMax);
  }
  return 0;
}
