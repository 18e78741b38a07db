#include "api/transcoder/openapi_schema.hpp"

#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
#include <array>
#include <utility>

#include "api/transcoder/field_value.hpp"
#include "vestnik/api/v1/options.pb.h"

namespace vestnik::api {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::EnumDescriptor;
using google::protobuf::FieldDescriptor;

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

void append_description(JsonWriter& json, const Comment& comment) {
  if (!comment.text.empty()) json.member("description", comment.text);
}

void append_samples(JsonWriter& json, const Comment& comment) {
  if (!comment.example.empty()) json.key("examples").begin_array().raw(comment.example).end_array();
  if (!comment.default_value.empty()) json.key("default").raw(comment.default_value);
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

void SchemaSet::add(const Descriptor& message, Use use) {
  const auto [at, is_new] = messages_.try_emplace(message.full_name(), UsedMessage{&message});
  bool& used = use == Use::kRequest ? at->second.in_request : at->second.in_response;
  if (is_new) ++name_counts_[message.name()];
  if (std::exchange(used, true)) return;
  for (int i = 0; i < message.field_count(); ++i) add(*message.field(i), use);
}

void SchemaSet::add(const FieldDescriptor& field, Use use) {
  if (field.is_map()) return add(*field.message_type()->map_value(), use);
  if (field.cpp_type() == FieldDescriptor::CPPTYPE_ENUM) {
    const EnumDescriptor& type = *field.enum_type();
    if (enums_.try_emplace(type.full_name(), &type).second) ++name_counts_[type.name()];
  }
  if (field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE && !is_timestamp(field)) add(*field.message_type(), use);
}

// The short name, unless two types have it.
std::string SchemaSet::component_name(const std::string& name, const std::string& full_name) const {
  const auto count = name_counts_.find(name);
  return count != name_counts_.end() && count->second > 1 ? full_name : name;
}

std::string SchemaSet::path_to(const std::string& name, const std::string& full_name) const {
  return "#/components/schemas/" + component_name(name, full_name);
}

void SchemaSet::append_reference(JsonWriter& json, const Descriptor& message) const {
  json.begin_object().member("$ref", path_to(message.name(), message.full_name())).end_object();
}

// The members that say what a single value looks like, without braces.
void SchemaSet::append_value(JsonWriter& json, const FieldDescriptor& field) const {
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32:
      json.member("type", "integer").member("format", "int32");
      return;
    case FieldDescriptor::CPPTYPE_INT64:
      json.member("type", "integer").member("format", "int64");
      return;
    case FieldDescriptor::CPPTYPE_UINT32:
    case FieldDescriptor::CPPTYPE_UINT64:
      json.member("type", "integer").key("minimum").integer(0);
      return;
    case FieldDescriptor::CPPTYPE_DOUBLE:
      json.member("type", "number").member("format", "double");
      return;
    case FieldDescriptor::CPPTYPE_FLOAT:
      json.member("type", "number").member("format", "float");
      return;
    case FieldDescriptor::CPPTYPE_BOOL:
      json.member("type", "boolean");
      return;
    case FieldDescriptor::CPPTYPE_ENUM:
      json.member("$ref", path_to(field.enum_type()->name(), field.enum_type()->full_name()));
      return;
    case FieldDescriptor::CPPTYPE_STRING:
      json.member("type", "string");
      if (field.type() == FieldDescriptor::TYPE_BYTES) json.member("contentEncoding", "base64");
      return;
    case FieldDescriptor::CPPTYPE_MESSAGE:
      if (is_timestamp(field)) {
        json.member("type", "string").member("format", "date-time");
      } else {
        json.member("$ref", path_to(field.message_type()->name(), field.message_type()->full_name()));
      }
      return;
  }
}

// The members that say what the field as a whole looks like, without braces.
void SchemaSet::append_shape(JsonWriter& json, const FieldDescriptor& field) const {
  if (field.is_map()) {
    json.member("type", "object").key("additionalProperties").begin_object();
    append_value(json, *field.message_type()->map_value());
    json.end_object();
  } else if (field.is_repeated()) {
    json.member("type", "array").key("items").begin_object();
    append_value(json, field);
    json.end_object();
  } else {
    append_value(json, field);
  }
}

void SchemaSet::append_field(JsonWriter& json, const FieldDescriptor& field) const {
  const Comment comment = comment_of(field);
  json.begin_object();
  append_shape(json, field);
  append_description(json, comment);
  append_samples(json, comment);
  json.end_object();
}

void SchemaSet::append_parameter(JsonWriter& json, const FieldDescriptor& field) const {
  json.begin_object();
  append_shape(json, field);
  append_samples(json, comment_of(field));
  json.end_object();
}

void SchemaSet::append_message(JsonWriter& json, const UsedMessage& used) const {
  const Descriptor& message = *used.descriptor;
  json.begin_object().member("type", "object");
  append_description(json, comment_of(message));
  json.key("properties").begin_object();
  for (int i = 0; i < message.field_count(); ++i) {
    json.key(message.field(i)->name());
    append_field(json, *message.field(i));
  }
  json.end_object();
  if (used.in_request) {
    json.key("additionalProperties").boolean(false);
  } else {
    std::string required;
    JsonWriter names(required);
    names.begin_array();
    for (int i = 0; i < message.field_count(); ++i) {
      const FieldDescriptor& field = *message.field(i);
      const bool may_be_absent = field.is_repeated() ? field.options().GetExtension(v1::absent_when_empty)
                                                     : field.has_presence() || field.enum_type() != nullptr;
      if (!may_be_absent) names.string(field.name());
    }
    names.end_array();
    if (required != "[]") json.key("required").raw(required);
  }
  json.end_object();
}

void SchemaSet::append_enum(JsonWriter& json, const EnumDescriptor& type) const {
  std::string description = comment_of(type).text;
  json.begin_object().member("type", "string").key("enum").begin_array();
  for (int i = 0; i < type.value_count(); ++i) {
    if (type.value(i)->number() == 0) continue;
    std::string name;
    append_enum_name(name, *type.value(i));
    json.string(name);
    const std::string meaning = comment_of(*type.value(i)).text;
    if (!meaning.empty()) description += fmt::format("{}- `{}`: {}", i == 1 ? "\n\n" : "\n", name, meaning);
  }
  json.end_array();
  if (!description.empty()) json.member("description", description);
  json.end_object();
}

void SchemaSet::append_components(JsonWriter& json) const {
  for (const auto& [full_name, type] : enums_) {
    json.key(component_name(type->name(), full_name));
    append_enum(json, *type);
  }
  for (const auto& [full_name, used] : messages_) {
    json.key(component_name(used.descriptor->name(), full_name));
    append_message(json, used);
  }
}

}  // namespace vestnik::api
