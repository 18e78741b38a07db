// The writing half of json_codec.hpp.
#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include <charconv>
#include <cmath>

#include "api/transcoder/base64.hpp"
#include "api/transcoder/field_value.hpp"
#include "api/transcoder/json_codec.hpp"
#include "base/json_text.hpp"
#include "vestnik/api/v1/options.pb.h"

namespace vestnik::api {
namespace {

using google::protobuf::EnumValueDescriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

constexpr int kSingular = -1;

// One value of a message: a singular field, or one element of a repeated one.
struct Slot {
  const Message& message;
  const Reflection& reflection;
  const FieldDescriptor& field;
  int index = kSingular;

  template <typename Value>
  Value get(Value (Reflection::*singular)(const Message&, const FieldDescriptor*) const,
            Value (Reflection::*element)(const Message&, const FieldDescriptor*, int) const) const {
    return index == kSingular ? (reflection.*singular)(message, &field) : (reflection.*element)(message, &field, index);
  }

  const std::string& string(std::string& scratch) const {
    return index == kSingular ? reflection.GetStringReference(message, &field, &scratch)
                              : reflection.GetRepeatedStringReference(message, &field, index, &scratch);
  }

  const Message& submessage() const {
    return index == kSingular ? reflection.GetMessage(message, &field)
                              : reflection.GetRepeatedMessage(message, &field, index);
  }
};

template <typename Number>
void append_number(std::string& out, Number value) {
  char digits[32];
  out.append(digits, std::to_chars(std::begin(digits), std::end(digits), value).ptr);
}

template <typename Float>
void append_float(std::string& out, Float value) {
  if (std::isfinite(value)) {
    append_number(out, value);
  } else {
    out += "null";
  }
}

void append_enum(std::string& out, const Slot& slot) {
  const int number = slot.get(&Reflection::GetEnumValue, &Reflection::GetRepeatedEnumValue);
  const EnumValueDescriptor* value = slot.field.enum_type()->FindValueByNumber(number);
  if (value == nullptr) {  // a peer with a newer contract may send such a number
    append_number(out, number);
    return;
  }
  out += '"';
  append_enum_name(out, *value);
  out += '"';
}

void append_string(std::string& out, const Slot& slot) {
  std::string scratch;
  const std::string& text = slot.string(scratch);
  if (slot.field.type() == FieldDescriptor::TYPE_STRING) {
    append_json_string(out, text);
    return;
  }
  out += '"';
  append_base64(out, text);
  out += '"';
}

void append_submessage(std::string& out, const Slot& slot) {
  if (!is_timestamp(slot.field)) {
    append_json(out, slot.submessage());
    return;
  }
  out += '"';
  append_rfc3339(out, time_of(slot.submessage()));
  out += '"';
}

void append_value(std::string& out, const Slot& slot) {
  switch (slot.field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32:
      return append_number(out, slot.get(&Reflection::GetInt32, &Reflection::GetRepeatedInt32));
    case FieldDescriptor::CPPTYPE_INT64:
      return append_number(out, slot.get(&Reflection::GetInt64, &Reflection::GetRepeatedInt64));
    case FieldDescriptor::CPPTYPE_UINT32:
      return append_number(out, slot.get(&Reflection::GetUInt32, &Reflection::GetRepeatedUInt32));
    case FieldDescriptor::CPPTYPE_UINT64:
      return append_number(out, slot.get(&Reflection::GetUInt64, &Reflection::GetRepeatedUInt64));
    case FieldDescriptor::CPPTYPE_DOUBLE:
      return append_float(out, slot.get(&Reflection::GetDouble, &Reflection::GetRepeatedDouble));
    case FieldDescriptor::CPPTYPE_FLOAT:
      return append_float(out, slot.get(&Reflection::GetFloat, &Reflection::GetRepeatedFloat));
    case FieldDescriptor::CPPTYPE_BOOL:
      out += slot.get(&Reflection::GetBool, &Reflection::GetRepeatedBool) ? "true" : "false";
      return;
    case FieldDescriptor::CPPTYPE_ENUM:
      return append_enum(out, slot);
    case FieldDescriptor::CPPTYPE_STRING:
      return append_string(out, slot);
    case FieldDescriptor::CPPTYPE_MESSAGE:
      return append_submessage(out, slot);
  }
}

// JSON names are strings, so keys of other types go into quotes.
void append_map_entry(std::string& out, const Message& entry, const FieldDescriptor& key,
                      const FieldDescriptor& value) {
  const Reflection& reflection = *entry.GetReflection();
  const bool quoted = key.cpp_type() == FieldDescriptor::CPPTYPE_STRING;
  if (!quoted) out += '"';
  append_value(out, {entry, reflection, key});
  if (!quoted) out += '"';
  out += ':';
  append_value(out, {entry, reflection, value});
}

void append_repeated(std::string& out, const Message& message, const Reflection& reflection,
                     const FieldDescriptor& field) {
  const bool is_map = field.is_map();
  out += is_map ? '{' : '[';
  const int size = reflection.FieldSize(message, &field);
  for (int i = 0; i < size; ++i) {
    if (i > 0) out += ',';
    if (is_map) {
      append_map_entry(out, reflection.GetRepeatedMessage(message, &field, i), *field.message_type()->map_key(),
                       *field.message_type()->map_value());
    } else {
      append_value(out, {message, reflection, field, i});
    }
  }
  out += is_map ? '}' : ']';
}

// An enum's 0 means "not said", with and without `optional`.
bool is_absent(const Message& message, const Reflection& reflection, const FieldDescriptor& field) {
  if (field.is_repeated()) {
    return reflection.FieldSize(message, &field) == 0 && field.options().GetExtension(v1::absent_when_empty);
  }
  if (field.has_presence() && !reflection.HasField(message, &field)) return true;
  return field.cpp_type() == FieldDescriptor::CPPTYPE_ENUM && reflection.GetEnumValue(message, &field) == 0;
}

}  // namespace

void append_json(std::string& out, const Message& message) {
  const auto& descriptor = *message.GetDescriptor();
  const Reflection& reflection = *message.GetReflection();
  char separator = '{';
  for (int i = 0; i < descriptor.field_count(); ++i) {
    const FieldDescriptor& field = *descriptor.field(i);
    if (is_absent(message, reflection, field)) continue;
    out += separator;
    separator = ',';
    out += '"';
    out += field.name();
    out += "\":";
    if (field.is_repeated()) {
      append_repeated(out, message, reflection, field);
    } else {
      append_value(out, {message, reflection, field});
    }
  }
  if (separator == '{') out += '{';
  out += '}';
}

void append_json_field(std::string& out, const Message& message, const FieldDescriptor& field) {
  const Reflection& reflection = *message.GetReflection();
  if (field.is_repeated()) {
    append_repeated(out, message, reflection, field);
  } else if (is_absent(message, reflection, field)) {
    out += "null";
  } else {
    append_value(out, {message, reflection, field});
  }
}

}  // namespace vestnik::api
