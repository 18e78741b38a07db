// What the comments of the contract say, for its description. Any thread.
#pragma once

#include <google/protobuf/descriptor.h>

#include <string>
#include <string_view>

namespace vestnik::api {

// A comment of the contract: its text, and the JSON values of its "Example: ..." and "Default: ..." (empty when there
// is none).
struct Comment {
  std::string text;
  std::string example;
  std::string default_value;

  std::string first_sentence() const;
};

// `leading` is the comment as protoc gives it. A marker whose value is no JSON stays in the text; one word in backticks
// counts as a string.
Comment parse_comment(std::string_view leading);

// The comment before a message, field, enum, enum value, method or service.
template <typename Described>
Comment comment_of(const Described& described) {
  google::protobuf::SourceLocation location;
  if (!described.GetSourceLocation(&location)) return {};
  return parse_comment(location.leading_comments);
}

}  // namespace vestnik::api
