#include "api/http/multipart_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "api/http/header_value.hpp"
#include "base/text.hpp"

namespace vestnik::api::http {
namespace {

constexpr std::size_t kBoundaryMax = 70;
constexpr std::size_t kBoundaryLineMax = 128;  // blanks behind a boundary, and its line end

bool is_boundary_character(char c) {
  return is_alphanumeric(c) || std::string_view("'()+_,-./:=? ").find(c) != std::string_view::npos;
}

}  // namespace

bool is_multipart_boundary(std::string_view text) {
  return !text.empty() && text.size() <= kBoundaryMax && text.back() != ' ' &&
         std::ranges::all_of(text, is_boundary_character);
}

bool is_verbatim(std::string_view transfer_encoding) {
  return std::ranges::any_of(std::array{"binary", "8bit", "7bit"}, [transfer_encoding](std::string_view each) {
    return same_in_any_case(transfer_encoding, each);
  });
}

MultipartReader::MultipartReader(std::string_view boundary, const Limits& limits)
    : delimiter_("\r\n--" + std::string(boundary)), limits_(limits) {}

MultipartReader::Event MultipartReader::read(std::string_view& bytes) {
  while (true) {
    switch (state_) {
      case State::kEnd:
        bytes = {};
        return Event::kEnd;
      case State::kFault:
        return Event::kFault;
      case State::kPartEnded:
        state_ = State::kBoundary;
        return Event::kPartEnd;
      case State::kPreamble:
        if (bytes.empty()) return Event::kMore;
        if (find_boundary(bytes)) state_ = State::kBoundary;
        break;
      case State::kContent:
        if (bytes.empty()) return Event::kMore;
        if (const Event event = read_content(bytes); event != Event::kMore) return event;
        break;
      case State::kBoundary:
        if (bytes.empty()) return Event::kMore;
        read_boundary_line(bytes);
        break;
      case State::kHead:
        if (bytes.empty()) return Event::kMore;
        if (read_head(bytes)) return Event::kPart;
        break;
    }
  }
}

// The delimiter has a CR at its front and nowhere else. So what has been matched of it and then differs is content
// altogether, and no byte is looked at twice; and it needs no buffer, since it equals the front of the delimiter.
bool MultipartReader::find_boundary(std::string_view& bytes) {
  content_ = {};
  if (matched_ > 0) {
    const std::size_t wanted = std::min(delimiter_.size() - matched_, bytes.size());
    const auto [differs, ignored] = std::mismatch(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(wanted),
                                                  delimiter_.begin() + static_cast<std::ptrdiff_t>(matched_));
    const auto same = static_cast<std::size_t>(differs - bytes.begin());
    matched_ += same;
    bytes.remove_prefix(same);
    const bool found = matched_ == delimiter_.size();
    if (!found && same == wanted) return false;
    if (!found) content_ = std::string_view(delimiter_).substr(implied_, matched_ - implied_);
    matched_ = implied_ = 0;
    return found;
  }
  // Content goes out in one piece up to where the boundary is, or may begin at the end of what has come.
  std::size_t at = bytes.find('\r');
  while (at != std::string_view::npos && !delimiter_.starts_with(bytes.substr(at, delimiter_.size()))) {
    at = bytes.find('\r', at + 1);
  }
  content_ = bytes.substr(0, at);
  bytes.remove_prefix(content_.size());
  if (content_.empty()) {
    bytes.remove_prefix(1);
    matched_ = 1;
  }
  return false;
}

MultipartReader::Event MultipartReader::read_content(std::string_view& bytes) {
  if (find_boundary(bytes)) state_ = State::kPartEnded;
  return content_.empty() ? Event::kMore : Event::kContent;
}

void MultipartReader::read_boundary_line(std::string_view& bytes) {
  const auto line_end = bytes.find('\n');
  const std::string_view fresh = bytes.substr(0, line_end == std::string_view::npos ? line_end : line_end + 1);
  bytes.remove_prefix(fresh.size());
  line_ += fresh.substr(0, kBoundaryLineMax - line_.size());
  if (line_.starts_with("--")) {
    state_ = State::kEnd;
    return;
  }
  if (!line_.ends_with('\n')) {
    if (line_.size() >= kBoundaryLineMax || line_.find_first_not_of("- \t\r") != std::string::npos) {
      fail("a boundary does not end its line");
    }
    return;
  }
  if (line_.find_first_not_of(" \t") != line_.size() - 2 || !line_.ends_with("\r\n")) {
    return fail("a boundary does not end its line");
  }
  line_.clear();
  if (++parts_ > limits_.parts_max) return fail(fmt::format("there are more than {} parts", limits_.parts_max));
  state_ = State::kHead;
}

bool MultipartReader::read_head(std::string_view& bytes) {
  const std::size_t before = line_.size();
  line_ += bytes.substr(0, limits_.part_head_bytes_max + 1 - std::min(before, limits_.part_head_bytes_max));
  // A part without header lines has just the empty line; else the empty line may have begun in the last piece.
  std::size_t end = line_.starts_with("\r\n") ? 2 : std::string::npos;
  if (end == std::string::npos) {
    const auto empty_line = line_.find("\r\n\r\n", before < 3 ? 0 : before - 3);
    if (empty_line != std::string::npos) end = empty_line + 4;
  }
  if (end == std::string::npos || end > limits_.part_head_bytes_max) {
    if (line_.size() > limits_.part_head_bytes_max) {
      fail(fmt::format("the header lines of a part are longer than {} bytes", limits_.part_head_bytes_max));
    }
    bytes = {};
    return false;
  }
  bytes.remove_prefix(end - before);
  line_.resize(end);
  const bool parsed = parse_head(line_);
  line_.clear();
  if (!parsed) return false;
  // RFC 2046, section 5.1.1: a boundary may follow the empty line at once.
  matched_ = implied_ = 2;
  state_ = State::kContent;
  return true;
}

bool MultipartReader::parse_head(std::string_view head) {
  std::optional<HeaderValue> disposition;
  while (!head.starts_with("\r\n")) {
    const auto line_end = head.find("\r\n");
    const std::string_view line = head.substr(0, line_end);
    head.remove_prefix(line_end + 2);
    const auto colon = line.find(':');
    if (colon == std::string_view::npos || line.find_first_of("\r\n") != std::string_view::npos ||
        line.find('\0') != std::string_view::npos) {
      fail("a header line of a part is malformed");
      return false;
    }
    const std::string_view name = line.substr(0, colon);
    if (same_in_any_case(name, "content-transfer-encoding") && !is_verbatim(trim(line.substr(colon + 1)))) {
      fail("a part has a Content-Transfer-Encoding; send its bytes as they are");
      return false;
    }
    if (same_in_any_case(name, "content-encoding") && !same_in_any_case(trim(line.substr(colon + 1)), "identity")) {
      fail("a part has a Content-Encoding; send its bytes as they are");
      return false;
    }
    if (!same_in_any_case(name, "content-disposition")) continue;
    if (disposition) {
      fail("a part has more than one Content-Disposition");
      return false;
    }
    disposition = parse_header_value(line.substr(colon + 1));
    if (!disposition) break;
  }
  const std::string* name = disposition ? disposition->parameter("name") : nullptr;
  if (name == nullptr || disposition->value != "form-data" || !is_valid_utf8(*name)) {
    fail("a part needs Content-Disposition: form-data; name=\"...\"");
    return false;
  }
  part_ = {.name = *name, .file_name = file_name_of(*disposition)};
  return true;
}

void MultipartReader::fail(std::string reason) {
  state_ = State::kFault;
  fault_ = std::move(reason);
}

}  // namespace vestnik::api::http
