// One message of the server as one line for people, or for programs that read columns. No I/O.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"

namespace vestnik::cli {

// What the terminal shows of a message (contract: vestnik.chat.v1.Message).
struct Received {
  std::int64_t id = 0;
  std::string pos;
  std::string created_at;  // RFC 3339
  std::optional<std::int64_t> client_seq;
  std::optional<std::int64_t> user_id;
  std::optional<std::string> username;
  std::string content;
  std::vector<std::string> files;  // names of its attachments
  bool edited = false;
  bool deleted = false;  // its content is empty
};

// internal when `json` is not a message.
Result<Received> parse_message(std::string_view json);

// Stands where there is nothing.
inline constexpr std::string_view kNothing = "-";

// kColumns: tabs between the columns, time as the server wrote it.
// kAligned: for eyes; the time in the time zone of this machine.
enum class LineStyle : std::uint8_t { kAligned, kColumns };

// "time  seq  author  text", with nothing in it that could play with the terminal. For eyes, the names of attachments
// in brackets and "(edited)" or "(deleted)" are behind the text; in columns the text stands alone, and that of a
// deleted message is empty.
std::string format_line(const Received& message, LineStyle style);

// "time  pos  seq": the receipt of a message that was written.
std::string format_receipt(const Received& message, LineStyle style);

// "2024-01-01 15:00:00.123" in the local time zone; the text itself when it is not RFC 3339.
std::string local_time(std::string_view rfc3339);
// The same to the second.
std::string local_second(std::string_view rfc3339);

// A line of kAligned from its four parts.
std::string align(std::string_view time, std::string_view seq, std::string_view author, std::string_view text);

}  // namespace vestnik::cli
