#include "cli/message_lines.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/text.hpp"

namespace vestnik::cli {
namespace {

constexpr char kEscape = '\x1B';

bool is_between(char c, char first, char last) {
  return c >= first && c <= last;
}

bool is_control(char c) {
  return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == '\x7F';
}

// Takes the sequence that begins with the escape character at the front.
void skip_escape_sequence(std::string_view& text) {
  text.remove_prefix(1);
  const auto skip = [&text](char first, char last) {
    while (!text.empty() && is_between(text.front(), first, last)) text.remove_prefix(1);
  };
  if (text.empty()) return;
  const char kind = text.front();
  if (kind == '[') {  // a control sequence: parameters, intermediate bytes, a final one
    text.remove_prefix(1);
    skip('0', '?');
    skip(' ', '/');
    if (!text.empty() && is_between(text.front(), '@', '~')) text.remove_prefix(1);
  } else if (std::string_view("]PX^_").find(kind) != std::string_view::npos) {  // a string up to BEL or ESC "\"
    const auto end = text.find_first_of(std::string_view("\a\x1B"));
    const bool by_escape = end != text.npos && text.substr(end).starts_with("\x1B\\");
    text.remove_prefix(end == text.npos ? text.size() : end + (by_escape ? 2 : 1));
  } else {
    skip(' ', '/');
    if (!text.empty() && is_between(text.front(), '0', '~')) text.remove_prefix(1);
  }
}

bool is_blank(std::string_view text) {
  return text.find_first_not_of(" \t") == text.npos;
}

bool begins_code_point(char c) {
  return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
}

// Length in bytes of the first `count` code points.
std::size_t bytes_of(std::string_view text, std::size_t count) {
  std::size_t at = 0;
  for (; at < text.size(); ++at) {
    if (begins_code_point(text[at]) && count-- == 0) break;
  }
  return at;
}

std::string counted(std::uint64_t count, std::string_view one, std::string_view many, std::string_view what) {
  return fmt::format("{} {} {}", count, count == 1 ? one : many, what);
}

}  // namespace

std::string without_control_characters(std::string_view line) {
  std::string text;
  text.reserve(line.size());
  while (!line.empty()) {
    const char c = line.front();
    if (c == kEscape) {
      skip_escape_sequence(line);
      continue;
    }
    line.remove_prefix(1);
    if (c == '\r' && !line.empty()) text.clear();
    if (!is_control(c)) text += c;
  }
  return text;
}

std::deque<std::string> split_text(std::string_view text, std::size_t length_max) {
  std::deque<std::string> pieces;
  while (true) {
    const std::size_t end = bytes_of(text, length_max);
    if (end == text.size()) break;
    const std::size_t blank = text.substr(0, end + 1).find_last_of(" \t");
    const bool at_blank = blank != text.npos && blank >= end - end / 3;
    const std::size_t cut = at_blank ? blank : end;
    pieces.emplace_back(text.substr(0, cut));
    text.remove_prefix(cut);
    text.remove_prefix(std::min(text.find_first_not_of(" \t"), text.size()));
  }
  if (!text.empty()) pieces.emplace_back(text);
  return pieces;
}

std::optional<SourceText> MessageLines::next() {
  while (pieces_.empty()) {
    auto line = lines_->next();
    if (!line || !line->problem.empty()) return line;
    line_ = line->line;
    std::string text = without_control_characters(line->text);
    if (text != line->text) note(stripped_, line_, "has control characters, which are taken out");
    if (is_blank(text)) {
      note(skipped_, line_, "is empty and left out");
      continue;
    }
    pieces_ = split_text(text, length_max_);
    if (pieces_.size() > 1) {
      note(split_, line_,
           fmt::format("is longer than {} characters and becomes {} messages", length_max_, pieces_.size()));
    }
  }
  SourceText text{.line = line_, .text = std::move(pieces_.front())};
  pieces_.pop_front();
  return text;
}

void MessageLines::note(std::uint64_t& count, std::uint64_t line, std::string_view what) {
  if (++count == 1) tell_(fmt::format("line {} {}; others like it are counted", line, what));
}

std::string MessageLines::summary() const {
  std::string text;
  const auto append = [&text](std::uint64_t count, std::string_view one, std::string_view many, std::string_view what) {
    if (count > 0) text += (text.empty() ? "" : ", ") + counted(count, one, many, what);
  };
  append(stripped_, "line", "lines", "without control characters");
  append(skipped_, "empty line", "empty lines", "left out");
  append(split_, "long line", "long lines", "in pieces");
  return text;
}

}  // namespace vestnik::cli
