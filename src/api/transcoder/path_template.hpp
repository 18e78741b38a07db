// The path language of google.api.http: "/api/v1/rooms/{room}/messages", "/files/{name=**}", "/campaigns/{id}:pause".
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"

namespace vestnik::api {

// A parsed template. Immutable, any thread.
class PathTemplate {
 public:
  enum class Kind { kLiteral, kOne /* `*` */, kRest /* `**`, only as the last segment */ };

  struct Segment {
    Kind kind;
    std::string literal;  // empty unless kLiteral
  };

  // A variable stands for the segments [first, last); `last` is one past a final `**`.
  struct Variable {
    std::string field_path;
    std::size_t first;
    std::size_t last;
  };

  // Throws std::logic_error when `text` is not a template: a mistake in the contract, found at start-up.
  explicit PathTemplate(std::string_view text);

  const std::string& text() const { return text_; }
  const std::string& verb() const { return verb_; }  // custom verb without ':'; empty when there is none
  const std::vector<Segment>& segments() const { return segments_; }
  const std::vector<Variable>& variables() const { return variables_; }

 private:
  std::string text_;
  std::string verb_;
  std::vector<Segment> segments_;
  std::vector<Variable> variables_;
};

// A request's path (percent-encoded, without query) cut at '/'. Holds references into the path it was made of.
struct PathSegments {
  std::vector<std::string_view> raw;  // still encoded; "/" is one empty segment
  std::vector<std::string> decoded;   // parallel to `raw` when something was encoded, otherwise empty

  std::string_view text(std::size_t index) const {
    return decoded.empty() ? raw[index] : std::string_view(decoded[index]);
  }
};

// Error: invalid_argument when `path` does not begin with '/', or has a malformed escape, a NUL or invalid UTF-8.
Result<PathSegments> split_path(std::string_view path);

}  // namespace vestnik::api
