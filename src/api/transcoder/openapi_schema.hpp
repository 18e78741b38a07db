// Schemas of contract types (JSON Schema 2020-12, as OpenAPI 3.1 uses it) and what their comments say. For openapi.cpp.
#pragma once

#include <google/protobuf/descriptor.h>

#include <map>
#include <string>
#include <string_view>

#include "base/json_text.hpp"

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

// The named schemas of a document. First everything that is used is added, then references and schemas can be written.
class SchemaSet {
 public:
  enum class Use { kRequest, kResponse };

  // A message with all that it contains.
  void add(const google::protobuf::Descriptor& message, Use use);
  // What one field refers to.
  void add(const google::protobuf::FieldDescriptor& field, Use use);

  // {"$ref": ...} of an added message.
  void append_reference(JsonWriter& json, const google::protobuf::Descriptor& message) const;
  // The schema of a field's value, an array for a repeated field. A parameter has its description outside of the
  // schema.
  void append_field(JsonWriter& json, const google::protobuf::FieldDescriptor& field) const;
  void append_parameter(JsonWriter& json, const google::protobuf::FieldDescriptor& field) const;
  // The members of "components/schemas", without braces.
  void append_components(JsonWriter& json) const;

 private:
  struct UsedMessage {
    const google::protobuf::Descriptor* descriptor;
    bool in_request = false;
    bool in_response = false;
  };

  void append_shape(JsonWriter& json, const google::protobuf::FieldDescriptor& field) const;
  void append_value(JsonWriter& json, const google::protobuf::FieldDescriptor& field) const;
  void append_message(JsonWriter& json, const UsedMessage& message) const;
  void append_enum(JsonWriter& json, const google::protobuf::EnumDescriptor& type) const;
  std::string path_to(const std::string& name, const std::string& full_name) const;
  std::string component_name(const std::string& name, const std::string& full_name) const;

  // By full name, so that the document does not depend on the order of addition.
  std::map<std::string, UsedMessage> messages_;
  std::map<std::string, const google::protobuf::EnumDescriptor*> enums_;
  std::map<std::string, int> name_counts_ = {{"Problem", 1}, {"Violation", 1}};  // the document's own schemas
};

}  // namespace vestnik::api
