// Comma-separated values as they arrive (RFC 4180): rows out of pieces of any size. Sans-I/O; one thread at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace vestnik::delivery {

// Takes what spreadsheets write: a byte order mark, LF, CRLF or CR at the end of a line, values in quotes with commas,
// doubled quotes and line breaks inside, and semicolons or tabs instead of commas when the first line has more of them.
// Blank lines are left out.
class CsvReader {
 public:
  // A longer row is given without values.
  static constexpr std::size_t kRowBytesMax = 64 * 1024;

  struct Row {
    std::uint64_t line = 0;  // on which it begins, from 1
    std::vector<std::string> values;
    std::string_view problem = {};  // why it has no values; empty when it has
  };

  void feed(std::string_view bytes);
  // There is no more: the last row may end without a line break.
  void finish();
  // The next whole row; nullopt when more has to be fed, or nothing is left.
  std::optional<Row> next();

 private:
  enum class State : std::uint8_t { kValueBegins, kPlain, kQuoted, kQuoteInQuoted };

  void take(char c);
  void end_value();
  void end_row();
  // Of the first line, which decides.
  void find_separator();
  void skip_byte_order_mark();

  std::string input_;
  std::size_t at_ = 0;  // of the next byte of the input
  bool finished_ = false;
  bool begun_ = false;  // the separator is known

  char separator_ = ',';
  State state_ = State::kValueBegins;
  std::string value_;
  std::vector<std::string> values_;
  std::size_t row_bytes_ = 0;
  bool too_long_ = false;
  bool after_cr_ = false;  // an LF belongs to the CR before it
  std::uint64_t line_ = 1;
  std::uint64_t row_line_ = 1;
  std::optional<Row> ready_;
};

}  // namespace vestnik::delivery
