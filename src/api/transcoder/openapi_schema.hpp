// Schemas of contract types (JSON Schema 2020-12, as OpenAPI 3.1 uses it). For openapi.cpp.
#pragma once

#include <google/protobuf/descriptor.h>

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "api/rules/field_rules.hpp"
#include "base/json_text.hpp"

namespace vestnik::api {

// The named schemas of a document. First everything that is used is added, then references and schemas can be written.
class SchemaSet {
 public:
  enum class Use { kRequest, kResponse };

  // `limits`: the settings that the rules of requests refer to.
  explicit SchemaSet(const Settings& settings) : settings_(settings) {}

  // A message with all that it contains.
  void add(const google::protobuf::Descriptor& message, Use use);
  // A request as a body, without the fields that its path has. Throws std::logic_error when bodies without different
  // fields are added.
  void add_body(const google::protobuf::Descriptor& message, const std::vector<std::string>& in_path);
  // What one field refers to.
  void add(const google::protobuf::FieldDescriptor& field, Use use);

  // {"$ref": ...} of an added message, or of what add_body() has added.
  void append_reference(JsonWriter& json, const google::protobuf::Descriptor& message) const;
  void append_body_reference(JsonWriter& json, const google::protobuf::Descriptor& message, bool in_path) const;
  // The schema of a field's value, an array for a repeated field. A parameter has its description outside of the
  // schema.
  void append_field(JsonWriter& json, const google::protobuf::FieldDescriptor& field, Use use) const;
  void append_parameter(JsonWriter& json, const google::protobuf::FieldDescriptor& field) const;
  // The members of "components/schemas", without braces.
  void append_components(JsonWriter& json) const;

 private:
  struct UsedMessage {
    const google::protobuf::Descriptor* descriptor;
    bool in_request = false;
    bool in_response = false;
  };

  // Where a value stands: that decides about its bounds, and what it may be besides.
  enum class Place { kParameter, kBody, kNullableBody, kResponse };

  void append_shape(JsonWriter& json, const google::protobuf::FieldDescriptor& field, Place place) const;
  void append_value(JsonWriter& json, const google::protobuf::FieldDescriptor& field, Place place) const;
  void append_integer(JsonWriter& json, const google::protobuf::FieldDescriptor& field, Place place) const;
  void append_string(JsonWriter& json, const google::protobuf::FieldDescriptor& field, Place place) const;
  void append_samples(JsonWriter& json, const google::protobuf::FieldDescriptor& field, Use use) const;
  void append_message(JsonWriter& json, const UsedMessage& message) const;
  void append_request(JsonWriter& json, const google::protobuf::Descriptor& message,
                      std::span<const std::string> without) const;
  void append_enum(JsonWriter& json, const google::protobuf::EnumDescriptor& type) const;
  std::string path_to(const std::string& name, const std::string& full_name) const;
  std::string component_name(const std::string& name, const std::string& full_name) const;

  Settings settings_;
  // By full name, so that the document does not depend on the order of addition.
  std::map<std::string, UsedMessage> messages_;
  std::map<std::string, std::pair<const google::protobuf::Descriptor*, std::vector<std::string>>> bodies_;
  std::map<std::string, const google::protobuf::EnumDescriptor*> enums_;
  std::map<std::string, int> name_counts_ = {{"Problem", 1}, {"Violation", 1}};  // the document's own schemas
};

}  // namespace vestnik::api
