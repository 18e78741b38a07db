#include "api/transcoder/field_value.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <optional>
#include <utility>

#include "api/transcoder/base64.hpp"
#include "base/text.hpp"

namespace vestnik::api {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::EnumDescriptor;
using google::protobuf::EnumValueDescriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

constexpr std::int64_t kTimestampSecondsMin = -62'135'596'800;  // 0001-01-01T00:00:00Z
constexpr std::int64_t kTimestampSecondsMax = 253'402'300'799;  // 9999-12-31T23:59:59Z
constexpr std::int64_t kMicrosPerSecond = 1'000'000;
constexpr std::size_t kShownMax = 64;  // bytes of a stranger's text in an error

template <typename Value>
using Put = void (Reflection::*)(Message*, const FieldDescriptor*, Value) const;

template <typename Value>
bool put(Message& message, const FieldDescriptor& field, Put<Value> set, Put<Value> add, Value value) {
  (message.GetReflection()->*(field.is_repeated() ? add : set))(&message, &field, std::move(value));
  return true;
}

template <typename Integer>
bool put_integer(Message& message, const FieldDescriptor& field, Integer value) {
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32:
      return std::in_range<std::int32_t>(value) &&
             put(message, field, &Reflection::SetInt32, &Reflection::AddInt32, static_cast<std::int32_t>(value));
    case FieldDescriptor::CPPTYPE_INT64:
      return std::in_range<std::int64_t>(value) &&
             put(message, field, &Reflection::SetInt64, &Reflection::AddInt64, static_cast<std::int64_t>(value));
    case FieldDescriptor::CPPTYPE_UINT32:
      return std::in_range<std::uint32_t>(value) &&
             put(message, field, &Reflection::SetUInt32, &Reflection::AddUInt32, static_cast<std::uint32_t>(value));
    case FieldDescriptor::CPPTYPE_UINT64:
      return std::in_range<std::uint64_t>(value) &&
             put(message, field, &Reflection::SetUInt64, &Reflection::AddUInt64, static_cast<std::uint64_t>(value));
    default:
      return false;
  }
}

// The number that `text` is as a whole.
template <typename Number>
std::optional<Number> parse_whole(std::string_view text) {
  Number value{};
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc() || stop != end) return std::nullopt;
  return value;
}

// Only as JSON writes it: no "+", no zeros in front, no "-0".
bool put_integer_text(Message& message, const FieldDescriptor& field, std::string_view text) {
  const std::string_view digits = text.substr(text.starts_with('-') ? 1 : 0);
  if (digits.starts_with('0') && text != "0") return false;
  if (const auto value = parse_whole<std::int64_t>(text)) return put_integer(message, field, *value);
  if (const auto value = parse_whole<std::uint64_t>(text)) return put_integer(message, field, *value);
  return false;
}

char to_upper(char c) {
  return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
}

// ORDER_ASC without "ORDER_". The prefix is the type's name in capitals, with '_' between its words: OnSlow, ON_SLOW_.
std::string_view without_prefix(std::string_view value, std::string_view type) {
  std::size_t at = 0;
  for (const char c : type) {
    while (at < value.size() && value[at] == '_') ++at;
    if (at == value.size() || value[at] != to_upper(c)) return value;
    ++at;
  }
  const bool has_rest = at + 1 < value.size() && value[at] == '_';
  return has_rest ? value.substr(at + 1) : value;
}

std::string_view short_name(const EnumValueDescriptor& value) {
  return without_prefix(value.name(), value.type()->name());
}

const EnumValueDescriptor* find_enum_value(const EnumDescriptor& type, std::string_view name) {
  for (int i = 0; i < type.value_count(); ++i) {
    const EnumValueDescriptor* value = type.value(i);
    if (value->number() != 0 && to_lower(short_name(*value)) == name) return value;
  }
  return nullptr;
}

bool put_time(Message& message, const FieldDescriptor& field, std::string_view text) {
  const auto time = parse_rfc3339(text);
  if (!time) return false;
  const auto seconds = std::chrono::floor<std::chrono::seconds>(*time);
  const std::int64_t count = seconds.time_since_epoch().count();
  if (count < kTimestampSecondsMin || count > kTimestampSecondsMax) return false;
  Message& timestamp = put_message(message, field);
  const Descriptor& type = *timestamp.GetDescriptor();
  const auto nanos = std::chrono::nanoseconds(*time - seconds).count();
  return put_integer(timestamp, *type.field(0), count) && put_integer(timestamp, *type.field(1), nanos);
}

template <typename Integer>
std::string describe_range() {
  return fmt::format("a whole number from {} to {}", std::numeric_limits<Integer>::min(),
                     std::numeric_limits<Integer>::max());
}

std::string describe_enum(const EnumDescriptor& type) {
  std::string text = "one of:";
  for (int i = 0; i < type.value_count(); ++i) {
    if (type.value(i)->number() == 0) continue;
    text += text.back() == ':' ? " " : ", ";
    append_enum_name(text, *type.value(i));
  }
  return text;
}

}  // namespace

const google::protobuf::Message* prototype_of(const google::protobuf::Descriptor* type) {
  return google::protobuf::MessageFactory::generated_factory()->GetPrototype(type);
}

bool is_timestamp(const FieldDescriptor& field) {
  return field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE &&
         field.message_type()->well_known_type() == Descriptor::WELLKNOWNTYPE_TIMESTAMP;
}

Time time_of(const Message& timestamp) {
  const Descriptor& type = *timestamp.GetDescriptor();
  const Reflection& reflection = *timestamp.GetReflection();
  const auto seconds =
      std::clamp(reflection.GetInt64(timestamp, type.field(0)), kTimestampSecondsMin, kTimestampSecondsMax);
  const auto micros =
      std::clamp<std::int64_t>(reflection.GetInt32(timestamp, type.field(1)) / 1'000, 0, kMicrosPerSecond - 1);
  return Time(std::chrono::microseconds(seconds * kMicrosPerSecond + micros));
}

void append_enum_name(std::string& out, const EnumValueDescriptor& value) {
  out += to_lower(short_name(value));
}

bool put_number(Message& message, const FieldDescriptor& field, std::int64_t value) {
  return put_integer(message, field, value);
}

bool put_number(Message& message, const FieldDescriptor& field, std::uint64_t value) {
  return put_integer(message, field, value);
}

bool put_double(Message& message, const FieldDescriptor& field, double value) {
  if (!std::isfinite(value)) return false;
  if (field.cpp_type() == FieldDescriptor::CPPTYPE_DOUBLE) {
    return put(message, field, &Reflection::SetDouble, &Reflection::AddDouble, value);
  }
  if (std::abs(value) > std::numeric_limits<float>::max()) return false;
  return put(message, field, &Reflection::SetFloat, &Reflection::AddFloat, static_cast<float>(value));
}

void put_bool(Message& message, const FieldDescriptor& field, bool value) {
  put(message, field, &Reflection::SetBool, &Reflection::AddBool, value);
}

bool put_text(Message& message, const FieldDescriptor& field, std::string_view text) {
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32:
    case FieldDescriptor::CPPTYPE_INT64:
    case FieldDescriptor::CPPTYPE_UINT32:
    case FieldDescriptor::CPPTYPE_UINT64:
      return put_integer_text(message, field, text);
    case FieldDescriptor::CPPTYPE_DOUBLE:
    case FieldDescriptor::CPPTYPE_FLOAT: {
      const auto value = parse_whole<double>(text);
      return value && put_double(message, field, *value);
    }
    case FieldDescriptor::CPPTYPE_BOOL:
      if (text != "true" && text != "false") return false;
      put_bool(message, field, text == "true");
      return true;
    case FieldDescriptor::CPPTYPE_ENUM: {
      const EnumValueDescriptor* value = find_enum_value(*field.enum_type(), text);
      return value && put(message, field, &Reflection::SetEnum, &Reflection::AddEnum, value);
    }
    case FieldDescriptor::CPPTYPE_STRING: {
      if (field.type() == FieldDescriptor::TYPE_STRING) {
        return put(message, field, &Reflection::SetString, &Reflection::AddString, std::string(text));
      }
      auto bytes = parse_base64(text);
      return bytes && put(message, field, &Reflection::SetString, &Reflection::AddString, *std::move(bytes));
    }
    case FieldDescriptor::CPPTYPE_MESSAGE:
      return is_timestamp(field) && put_time(message, field, text);
  }
  return false;
}

Message& put_message(Message& message, const FieldDescriptor& field) {
  const Reflection& reflection = *message.GetReflection();
  return *(field.is_repeated() ? reflection.AddMessage(&message, &field) : reflection.MutableMessage(&message, &field));
}

std::string describe_values(const FieldDescriptor& field) {
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32:
      return describe_range<std::int32_t>();
    case FieldDescriptor::CPPTYPE_INT64:
      return describe_range<std::int64_t>();
    case FieldDescriptor::CPPTYPE_UINT32:
      return describe_range<std::uint32_t>();
    case FieldDescriptor::CPPTYPE_UINT64:
      return describe_range<std::uint64_t>();
    case FieldDescriptor::CPPTYPE_DOUBLE:
    case FieldDescriptor::CPPTYPE_FLOAT:
      return "a number";
    case FieldDescriptor::CPPTYPE_BOOL:
      return "true or false";
    case FieldDescriptor::CPPTYPE_ENUM:
      return describe_enum(*field.enum_type());
    case FieldDescriptor::CPPTYPE_STRING:
      return field.type() == FieldDescriptor::TYPE_BYTES ? "a string of base64" : "a string";
    case FieldDescriptor::CPPTYPE_MESSAGE:
      return is_timestamp(field) ? "a time such as \"2024-01-01T12:00:00Z\" (RFC 3339)" : "an object";
  }
  return "a value";
}

std::string list_fields(const Descriptor& descriptor) {
  std::string names;
  for (int i = 0; i < descriptor.field_count(); ++i) {
    if (i > 0) names += ", ";
    names += descriptor.field(i)->name();
  }
  return names.empty() ? "none" : names;
}

const FieldDescriptor* find_field(const Descriptor& descriptor, std::string_view name) {
  for (int i = 0; i < descriptor.field_count(); ++i) {
    if (descriptor.field(i)->name() == name) return descriptor.field(i);
  }
  return nullptr;
}

std::string_view shorten_name(std::string_view name) {
  if (name.empty()) return "(empty)";
  return name.size() > kShownMax ? "(too long)" : name;
}

std::string describe_text(std::string_view text) {
  if (text.size() > kShownMax) return fmt::format("a text of {} bytes", text.size());
  return fmt::format("the text \"{}\"", text);
}

}  // namespace vestnik::api
