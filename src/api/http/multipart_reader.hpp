// multipart/form-data (RFC 7578, RFC 2046) as it arrives. Sans-I/O; linear in the bytes; holds nothing of a part's
// content back but what may be the beginning of a boundary.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace vestnik::api::http {

class MultipartReader {
 public:
  struct Limits {
    std::size_t part_head_bytes_max = 8 * 1024;  // the header lines of one part
    std::size_t parts_max = 16;
  };

  enum class Event : std::uint8_t {
    kMore,     // everything given has been read
    kPart,     // part() has begun
    kContent,  // content() is the next piece of it; valid until the next call and while the bytes given are
    kPartEnd,
    kEnd,    // the last boundary has been read; what follows it means nothing
    kFault,  // fault() says why; nothing more is read
  };

  struct Part {
    std::string name;
    std::optional<std::string> file_name;  // as the client wrote it: it may hold a path
  };

  // `boundary` as is_multipart_boundary accepts it.
  MultipartReader(std::string_view boundary, const Limits& limits);

  // Reads on and removes from the front of `bytes` what it has read.
  Event read(std::string_view& bytes);
  bool ended() const { return state_ == State::kEnd; }
  const Part& part() const { return part_; }
  std::string_view content() const { return content_; }
  const std::string& fault() const { return fault_; }

 private:
  enum class State : std::uint8_t {
    kPreamble,   // before the first boundary
    kBoundary,   // behind a boundary, in its line
    kHead,       // in the header lines of a part
    kContent,    // in the content of a part
    kPartEnded,  // a boundary has ended a part, which is still to be told
    kEnd,
    kFault,
  };

  // Looks for the next boundary. What stands before it is content_; true: the boundary was found and read.
  bool find_boundary(std::string_view& bytes);
  Event read_content(std::string_view& bytes);
  void read_boundary_line(std::string_view& bytes);
  bool read_head(std::string_view& bytes);  // true: part_ is known
  bool parse_head(std::string_view head);
  void fail(std::string reason);

  const std::string delimiter_;  // CRLF "--" boundary
  const Limits limits_;
  State state_ = State::kPreamble;
  std::size_t matched_ = 2;  // bytes of the delimiter that have been read,
  std::size_t implied_ = 2;  // the first of them only in thought: a boundary may stand where a line begins anyhow
  std::size_t parts_ = 0;
  std::string line_;  // of a boundary, or the header lines of a part
  Part part_;
  std::string_view content_;
  std::string fault_;
};

// Whether a Content-Transfer-Encoding says what the bytes are and changes none: binary, 8bit or 7bit (RFC 2045, section
// 6.2). RFC 7578 deprecates them; some clients send them.
bool is_verbatim(std::string_view transfer_encoding);

// RFC 2046, section 5.1.1: 1 to 70 characters of a short list, the last one not a blank.
bool is_multipart_boundary(std::string_view text);

}  // namespace vestnik::api::http
