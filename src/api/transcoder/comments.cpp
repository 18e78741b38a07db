#include "api/transcoder/comments.hpp"

#include <simdjson.h>

#include <algorithm>
#include <array>

#include "base/json_text.hpp"

namespace vestnik::api {
namespace {

std::string_view trim(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \n");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \n") - begin + 1);
}

// Lines are joined; an empty line separates paragraphs and stays.
std::string join_lines(std::string_view leading) {
  std::string text;
  while (!leading.empty()) {
    const std::size_t size = std::min(leading.find('\n'), leading.size());
    const std::string_view line = trim(leading.substr(0, size));
    leading.remove_prefix(std::min(size + 1, leading.size()));
    if (line.empty()) {
      if (!text.empty()) text += "\n\n";
    } else {
      if (!text.empty() && text.back() != '\n') text += ' ';
      text += line;
    }
  }
  return std::string(trim(text));
}

// The JSON of a marker's value; empty when it is prose.
std::string json_value(std::string_view value) {
  const bool is_word = value.size() > 2 && value.front() == '`' && value.find('`', 1) == value.size() - 1;
  if (is_word) {
    std::string quoted;
    append_json_string(quoted, value.substr(1, value.size() - 2));
    return quoted;
  }
  simdjson::dom::parser parser;
  return parser.parse(value.data(), value.size()).error() == simdjson::SUCCESS ? std::string(value) : std::string();
}

// Takes "Example: <value>" out of the text. A value goes on to the next marker or to the end.
std::string take_marker(std::string& text, std::string_view marker) {
  constexpr std::array<std::string_view, 2> kMarkers = {"Example: ", "Default: "};
  const std::size_t begin = text.find(marker);
  if (begin == std::string::npos) return {};
  const std::size_t value_begin = begin + marker.size();
  std::size_t end = text.size();
  for (const std::string_view other : kMarkers) end = std::min(end, text.find(other, value_begin));
  std::string json = json_value(trim(std::string_view(text).substr(value_begin, end - value_begin)));
  if (json.empty()) return {};
  text.erase(begin, end - begin);
  text = std::string(trim(text));
  return json;
}

}  // namespace

std::string Comment::first_sentence() const {
  const std::size_t end = std::min(text.find(". "), text.find(".\n"));
  std::string sentence = text.substr(0, end);
  if (sentence.ends_with('.')) sentence.pop_back();
  return sentence;
}

Comment parse_comment(std::string_view leading) {
  Comment comment;
  comment.text = join_lines(leading);
  comment.example = take_marker(comment.text, "Example: ");
  comment.default_value = take_marker(comment.text, "Default: ");
  return comment;
}

}  // namespace vestnik::api
