#include "api/transcoder/openapi_schema.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <initializer_list>
#include <stdexcept>
#include <utility>

#include "api/rules/formats.hpp"
#include "api/transcoder/comments.hpp"
#include "api/transcoder/field_value.hpp"
#include "vestnik/api/v1/options.pb.h"

namespace vestnik::api {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::EnumDescriptor;
using google::protobuf::FieldDescriptor;

void append_description(JsonWriter& json, const Comment& comment) {
  if (!comment.text.empty()) json.member("description", comment.text);
}

// "SendMessageBody" for SendMessageRequest without what its path has.
std::string body_name(std::string_view message) {
  constexpr std::string_view kSuffix = "Request";
  if (message.ends_with(kSuffix)) message.remove_suffix(kSuffix.size());
  return std::string(message) + "Body";
}

void append_type(JsonWriter& json, std::initializer_list<std::string_view> types) {
  json.key("type");
  if (types.size() == 1) {
    json.string(*types.begin());
    return;
  }
  json.begin_array();
  for (const std::string_view type : types) json.string(type);
  json.end_array();
}

}  // namespace

void SchemaSet::add(const Descriptor& message, Use use) {
  const auto [at, is_new] = messages_.try_emplace(message.full_name(), UsedMessage{&message});
  bool& used = use == Use::kRequest ? at->second.in_request : at->second.in_response;
  if (is_new) ++name_counts_[message.name()];
  if (std::exchange(used, true)) return;
  for (int i = 0; i < message.field_count(); ++i) add(*message.field(i), use);
}

void SchemaSet::add_body(const Descriptor& message, const std::vector<std::string>& in_path) {
  if (in_path.empty()) return add(message, Use::kRequest);
  const auto [body, is_new] = bodies_.try_emplace(body_name(message.name()), &message, in_path);
  if (body->second != std::pair(&message, in_path)) {
    throw std::logic_error(fmt::format("two bodies would be called {}", body->first));
  }
  for (int i = 0; is_new && i < message.field_count(); ++i) add(*message.field(i), Use::kRequest);
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

void SchemaSet::append_body_reference(JsonWriter& json, const Descriptor& message, bool in_path) const {
  if (!in_path) return append_reference(json, message);
  json.begin_object().member("$ref", "#/components/schemas/" + body_name(message.name())).end_object();
}

void SchemaSet::append_integer(JsonWriter& json, const FieldDescriptor& field, Place place) const {
  const FieldRules rules = rules_of(field, settings_);
  const bool wide =
      field.cpp_type() == FieldDescriptor::CPPTYPE_INT64 || field.cpp_type() == FieldDescriptor::CPPTYPE_UINT64;
  const bool in_body = place == Place::kBody || place == Place::kNullableBody;
  if (in_body && wide) {
    place == Place::kBody ? append_type(json, {"integer", "string"}) : append_type(json, {"integer", "string", "null"});
  } else {
    place == Place::kNullableBody ? append_type(json, {"integer", "null"}) : append_type(json, {"integer"});
  }
  const bool is_signed =
      field.cpp_type() == FieldDescriptor::CPPTYPE_INT32 || field.cpp_type() == FieldDescriptor::CPPTYPE_INT64;
  if (is_signed) json.member("format", wide ? "int64" : "int32");
  if (place == Place::kResponse) {
    if (!is_signed) json.key("minimum").integer(0);
    return;
  }
  json.key("minimum").integer(rules.minimum);
  json.key("maximum").integer(rules.maximum);
  if (in_body && wide) json.member("pattern", fmt::format("^(?:{})$", decimal_pattern(rules.minimum, rules.maximum)));
}

void SchemaSet::append_string(JsonWriter& json, const FieldDescriptor& field, Place place) const {
  place == Place::kNullableBody ? append_type(json, {"string", "null"}) : append_type(json, {"string"});
  if (field.type() == FieldDescriptor::TYPE_BYTES) json.member("contentEncoding", "base64");
  if (place == Place::kResponse) return;
  const FieldRules rules = rules_of(field, settings_);
  if (rules.min_length > 0) json.key("minLength").integer(static_cast<std::int64_t>(rules.min_length));
  if (rules.max_length != FieldRules::kUnbounded) {
    json.key("maxLength").integer(static_cast<std::int64_t>(rules.max_length));
  }
  const Format* format = find_format(rules.format);
  if (format == nullptr) {
    if (place == Place::kParameter) json.member("pattern", "^[^\\u0000]*$");
    return;
  }
  if (!format->name.empty()) json.member("format", format->name);
  if (format->pattern.empty()) return;
  const std::string pattern = fmt::format("^(?:{}){}$", format->pattern, rules.may_be_empty ? "?" : "");
  if (format->other_than_pattern.empty()) {
    json.member("pattern", pattern);
    return;
  }
  json.key("anyOf").begin_array().begin_object().member("format", format->other_than_pattern).end_object();
  json.begin_object().member("pattern", pattern).end_object().end_array();
}

// The members that say what a single value looks like, without braces.
void SchemaSet::append_value(JsonWriter& json, const FieldDescriptor& field, Place place) const {
  const bool nullable = place == Place::kNullableBody;
  const auto append_number = [&](std::string_view format) {
    nullable ? append_type(json, {"number", "null"}) : append_type(json, {"number"});
    json.member("format", format);
  };
  const auto append_path_to = [&](const std::string& path) {
    if (!nullable) {
      json.member("$ref", path);
      return;
    }
    json.key("anyOf").begin_array().begin_object().member("$ref", path).end_object();
    json.begin_object().member("type", "null").end_object().end_array();
  };
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32:
    case FieldDescriptor::CPPTYPE_INT64:
    case FieldDescriptor::CPPTYPE_UINT32:
    case FieldDescriptor::CPPTYPE_UINT64:
      return append_integer(json, field, place);
    case FieldDescriptor::CPPTYPE_DOUBLE:
      return append_number("double");
    case FieldDescriptor::CPPTYPE_FLOAT:
      return append_number("float");
    case FieldDescriptor::CPPTYPE_BOOL:
      return nullable ? append_type(json, {"boolean", "null"}) : append_type(json, {"boolean"});
    case FieldDescriptor::CPPTYPE_ENUM:
      return append_path_to(path_to(field.enum_type()->name(), field.enum_type()->full_name()));
    case FieldDescriptor::CPPTYPE_STRING:
      return append_string(json, field, place);
    case FieldDescriptor::CPPTYPE_MESSAGE:
      if (!is_timestamp(field)) {
        return append_path_to(path_to(field.message_type()->name(), field.message_type()->full_name()));
      }
      nullable ? append_type(json, {"string", "null"}) : append_type(json, {"string"});
      json.member("format", "date-time");
      return;
  }
}

// The members that say what the field as a whole looks like, without braces.
void SchemaSet::append_shape(JsonWriter& json, const FieldDescriptor& field, Place place) const {
  const Place inside = place == Place::kNullableBody ? Place::kBody : place;
  const auto append_container = [&](std::string_view type) {
    place == Place::kNullableBody ? append_type(json, {type, "null"}) : append_type(json, {type});
  };
  if (field.is_map()) {
    append_container("object");
    json.key("additionalProperties").begin_object();
    append_value(json, *field.message_type()->map_value(), inside);
    json.end_object();
  } else if (field.is_repeated()) {
    append_container("array");
    json.key("items").begin_object();
    append_value(json, field, inside);
    json.end_object();
    if (place == Place::kResponse) return;
    const FieldRules rules = rules_of(field, settings_);
    if (rules.max_items != FieldRules::kUnbounded) {
      json.key("maxItems").integer(static_cast<std::int64_t>(rules.max_items));
    }
    if (rules.unique_items) json.key("uniqueItems").boolean(true);
  } else {
    append_value(json, field, place);
  }
}

// A default above what the server is set to is not its default.
void SchemaSet::append_samples(JsonWriter& json, const FieldDescriptor& field, Use use) const {
  Comment comment = comment_of(field);
  if (!comment.example.empty()) json.key("examples").begin_array().raw(comment.example).end_array();
  if (comment.default_value.empty()) return;
  const std::int64_t maximum = rules_of(field, settings_).maximum;
  std::int64_t value = 0;
  const char* const end = comment.default_value.data() + comment.default_value.size();
  const bool is_number = std::from_chars(comment.default_value.data(), end, value).ptr == end;
  if (use == Use::kRequest && is_number && value > maximum) comment.default_value = std::to_string(maximum);
  json.key("default").raw(comment.default_value);
}

void SchemaSet::append_field(JsonWriter& json, const FieldDescriptor& field, Use use) const {
  const bool nullable = !rules_of(field, settings_).required;
  json.begin_object();
  append_shape(json, field, use == Use::kResponse ? Place::kResponse : nullable ? Place::kNullableBody : Place::kBody);
  append_description(json, comment_of(field));
  append_samples(json, field, use);
  json.end_object();
}

void SchemaSet::append_parameter(JsonWriter& json, const FieldDescriptor& field) const {
  json.begin_object();
  append_shape(json, field, Place::kParameter);
  append_samples(json, field, Use::kRequest);
  json.end_object();
}

namespace {

// {"required": [...], "properties": ...}: the field is there and is not null, or has something in it.
void append_presence(JsonWriter& json, std::span<const FieldDescriptor* const> fields, bool filled) {
  json.begin_object().key("required").begin_array();
  for (const FieldDescriptor* field : fields) json.string(field->name());
  json.end_array().key("properties").begin_object();
  for (const FieldDescriptor* field : fields) {
    json.key(field->name()).begin_object();
    if (filled && field->is_repeated()) {
      json.member("type", "array").key("minItems").integer(1);
    } else if (filled && field->cpp_type() == FieldDescriptor::CPPTYPE_STRING) {
      json.member("type", "string").member("pattern", visible_pattern());
    } else {
      json.key("not").begin_object().member("type", "null").end_object();
    }
    json.end_object();
  }
  json.end_object().end_object();
}

void append_group(JsonWriter& json, const FieldGroup& group) {
  const std::span<const FieldDescriptor* const> fields = group.fields;
  if (group.kind == FieldGroup::Kind::kAtLeastOne) {
    json.begin_object().key("anyOf").begin_array();
    for (std::size_t i = 0; i < fields.size(); ++i) append_presence(json, fields.subspan(i, 1), true);
    json.end_array().end_object();
    return;
  }
  for (std::size_t i = 0; i < fields.size(); ++i) {
    for (std::size_t k = i + 1; k < fields.size(); ++k) {
      const std::array pair = {fields[i], fields[k]};
      json.begin_object().key("not");
      append_presence(json, pair, false);
      json.end_object();
    }
  }
}

void append_names(JsonWriter& json, std::string_view key, std::span<const std::string> names) {
  if (names.empty()) return;
  json.key(key).begin_array();
  for (const std::string& name : names) json.string(name);
  json.end_array();
}

}  // namespace

void SchemaSet::append_request(JsonWriter& json, const Descriptor& message,
                               std::span<const std::string> without) const {
  std::vector<std::string> required;
  json.begin_object().member("type", "object");
  append_description(json, comment_of(message));
  json.key("properties").begin_object();
  for (int i = 0; i < message.field_count(); ++i) {
    const FieldDescriptor& field = *message.field(i);
    if (std::ranges::find(without, field.name()) != without.end()) continue;
    json.key(field.name());
    append_field(json, field, Use::kRequest);
    if (rules_of(field, settings_).required) required.push_back(field.name());
  }
  json.end_object();
  append_names(json, "required", required);
  if (const auto groups = groups_of(message); !groups.empty()) {
    json.key("allOf").begin_array();
    for (const FieldGroup& group : groups) append_group(json, group);
    json.end_array();
  }
  json.key("additionalProperties").boolean(false).end_object();
}

namespace {

// Messages have presence with and without `optional`; the keyword says that an answer may lack one.
bool may_be_absent(const FieldDescriptor& field) {
  if (field.is_repeated()) return field.options().GetExtension(v1::absent_when_empty);
  return field.has_optional_keyword() || field.real_containing_oneof() != nullptr || field.enum_type() != nullptr;
}

}  // namespace

void SchemaSet::append_message(JsonWriter& json, const UsedMessage& used) const {
  const Descriptor& message = *used.descriptor;
  if (used.in_request) return append_request(json, message, {});
  std::vector<std::string> required;
  json.begin_object().member("type", "object");
  append_description(json, comment_of(message));
  json.key("properties").begin_object();
  for (int i = 0; i < message.field_count(); ++i) {
    const FieldDescriptor& field = *message.field(i);
    json.key(field.name());
    append_field(json, field, Use::kResponse);
    if (!may_be_absent(field)) required.push_back(field.name());
  }
  json.end_object();
  append_names(json, "required", required);
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
  for (const auto& [name, body] : bodies_) {
    json.key(name);
    append_request(json, *body.first, body.second);
  }
}

}  // namespace vestnik::api
