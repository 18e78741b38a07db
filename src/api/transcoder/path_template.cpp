#include "api/transcoder/path_template.hpp"

#include <algorithm>
#include <stdexcept>

#include "api/transcoder/parameters.hpp"

namespace vestnik::api {
namespace {

// Reads a template from front to back:
//   "/" segment { "/" segment } [ ":" verb ],  segment = "*" | "**" | literal | "{" field [ "=" segments ] "}"
class Parser {
 public:
  Parser(std::string_view text, std::vector<PathTemplate::Segment>& segments,
         std::vector<PathTemplate::Variable>& variables)
      : whole_(text), rest_(text), segments_(segments), variables_(variables) {}

  // Returns the custom verb.
  std::string_view parse() {
    if (!take('/')) fail("it does not begin with '/'");
    parse_segments();
    std::string_view verb;
    if (take(':')) verb = take_literal();
    if (!rest_.empty()) fail("something follows its end");
    const auto rest = std::ranges::find(segments_, PathTemplate::Kind::kRest, &PathTemplate::Segment::kind);
    if (rest != segments_.end() && rest + 1 != segments_.end()) fail("\"**\" is not its last segment");
    return verb;
  }

 private:
  void parse_segments() {
    do {
      if (rest_.starts_with('{')) {
        parse_variable();
      } else {
        parse_plain_segment();
      }
    } while (take('/'));
  }

  void parse_variable() {
    take('{');
    const std::string field_path(take_name("=}"));
    const std::size_t first = segments_.size();
    if (take('=')) {
      do parse_plain_segment();
      while (take('/'));
    } else {
      segments_.push_back({PathTemplate::Kind::kOne, {}});
    }
    if (!take('}')) fail("a '}' is missing");
    variables_.push_back({field_path, first, segments_.size()});
  }

  void parse_plain_segment() {
    if (rest_.starts_with("**")) {
      rest_.remove_prefix(2);
      segments_.push_back({PathTemplate::Kind::kRest, {}});
    } else if (take('*')) {
      segments_.push_back({PathTemplate::Kind::kOne, {}});
    } else {
      segments_.push_back({PathTemplate::Kind::kLiteral, std::string(take_literal())});
    }
  }

  std::string_view take_literal() { return take_name("/:{}*="); }

  std::string_view take_name(std::string_view ends) {
    const std::size_t size = std::min(rest_.find_first_of(ends), rest_.size());
    if (size == 0) fail("a name is missing");
    const std::string_view name = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return name;
  }

  bool take(char c) {
    if (!rest_.starts_with(c)) return false;
    rest_.remove_prefix(1);
    return true;
  }

  [[noreturn]] void fail(const char* reason) const {
    throw std::logic_error("path template \"" + std::string(whole_) + "\": " + reason);
  }

  std::string_view whole_;
  std::string_view rest_;
  std::vector<PathTemplate::Segment>& segments_;
  std::vector<PathTemplate::Variable>& variables_;
};

bool is_plain(char c) {
  return c != '%' && c != '\0' && static_cast<unsigned char>(c) < 0x80;
}

}  // namespace

PathTemplate::PathTemplate(std::string_view text) : text_(text) {
  verb_ = Parser(text_, segments_, variables_).parse();
}

Result<PathSegments> split_path(std::string_view path) {
  if (!path.starts_with('/')) return fail(ErrorCode::kInvalidArgument, "The path does not begin with \"/\".");
  PathSegments segments;
  const bool plain = std::ranges::all_of(path, is_plain);
  for (std::size_t begin = 1; begin <= path.size();) {
    const std::size_t end = std::min(path.find('/', begin), path.size());
    segments.raw.push_back(path.substr(begin, end - begin));
    begin = end + 1;
  }
  if (plain) return segments;
  for (const std::string_view segment : segments.raw) {
    auto text = percent_decode(segment);
    if (!text) return std::unexpected(std::move(text.error()));
    segments.decoded.push_back(*std::move(text));
  }
  return segments;
}

}  // namespace vestnik::api
