#include "delivery/csv_reader.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace vestnik::delivery {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

bool ends_line(char c) {
  return c == '\n' || c == '\r';
}

}  // namespace

void CsvReader::feed(std::string_view bytes) {
  input_.erase(0, at_);
  at_ = 0;
  input_ += bytes;
}

void CsvReader::finish() {
  finished_ = true;
}

std::optional<CsvReader::Row> CsvReader::next() {
  if (!begun_) {
    const bool has_line = std::ranges::any_of(input_, ends_line);
    if (!has_line && !finished_ && input_.size() < kRowBytesMax) return std::nullopt;
    skip_byte_order_mark();
    find_separator();
    begun_ = true;
  }
  while (at_ < input_.size() && !ready_) take(input_[at_++]);
  if (!ready_ && finished_ && (!values_.empty() || !value_.empty() || state_ != State::kValueBegins)) end_row();
  return std::exchange(ready_, std::nullopt);
}

void CsvReader::skip_byte_order_mark() {
  if (input_.starts_with(kByteOrderMark)) at_ = kByteOrderMark.size();
}

void CsvReader::find_separator() {
  const auto end = std::ranges::find_if(input_, ends_line);
  const auto count = [&](char c) { return std::count(input_.begin(), end, c); };
  for (const char candidate : {';', '\t'}) {
    if (count(candidate) > count(separator_)) separator_ = candidate;
  }
}

void CsvReader::take(char c) {
  const bool is_second_of_crlf = std::exchange(after_cr_, false) && c == '\n';
  if (is_second_of_crlf && state_ != State::kQuoted) return;
  after_cr_ = c == '\r';
  if (ends_line(c) && !is_second_of_crlf) ++line_;
  if (++row_bytes_ > kRowBytesMax) {
    too_long_ = true;
    value_.clear();
    values_.clear();
  }
  if (state_ == State::kQuoted) {
    if (c == '"') {
      state_ = State::kQuoteInQuoted;
    } else {
      value_ += c;
    }
    return;
  }
  if (ends_line(c)) return end_row();
  if (c == separator_) return end_value();
  if (c == '"' && state_ == State::kValueBegins) {
    state_ = State::kQuoted;
    return;
  }
  // A quote inside quotes stands for itself when it is doubled; what follows the closing one belongs to the value.
  if (c == '"' && state_ == State::kQuoteInQuoted) {
    state_ = State::kQuoted;
    value_ += c;
    return;
  }
  state_ = State::kPlain;
  value_ += c;
}

void CsvReader::end_value() {
  if (!too_long_) values_.push_back(std::move(value_));
  value_.clear();
  state_ = State::kValueBegins;
}

void CsvReader::end_row() {
  const bool is_open = state_ == State::kQuoted;
  const bool is_blank = values_.empty() && value_.empty() && state_ == State::kValueBegins;
  end_value();
  Row row{.line = row_line_, .values = std::exchange(values_, {})};
  if (std::exchange(too_long_, false)) {
    row.values.clear();
    row.problem = "longer than 64 KiB; a quote may be open";
  } else if (is_open) {
    row.values.clear();
    row.problem = "a quote is not closed";
  }
  if (!is_blank || !row.problem.empty()) ready_ = std::move(row);
  row_bytes_ = 0;
  row_line_ = line_;
}

}  // namespace vestnik::delivery
