#include "api/rules/request_rules.hpp"

#include <fmt/format.h>
#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include <algorithm>
#include <span>

#include "api/rules/formats.hpp"
#include "api/transcoder/field_value.hpp"
#include "base/text.hpp"
#include "chat/unicode.hpp"

namespace vestnik::api {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

bool is_integer(const FieldDescriptor& field) {
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32:
    case FieldDescriptor::CPPTYPE_INT64:
    case FieldDescriptor::CPPTYPE_UINT32:
    case FieldDescriptor::CPPTYPE_UINT64:
      return true;
    default:
      return false;
  }
}

// What lies behind the 64-bit range is its end.
std::int64_t integer_of(const Message& message, const FieldDescriptor& field) {
  const auto& reflection = *message.GetReflection();
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32:
      return reflection.GetInt32(message, &field);
    case FieldDescriptor::CPPTYPE_UINT32:
      return reflection.GetUInt32(message, &field);
    case FieldDescriptor::CPPTYPE_UINT64:
      return static_cast<std::int64_t>(
          std::min<std::uint64_t>(reflection.GetUInt64(message, &field), std::numeric_limits<std::int64_t>::max()));
    default:
      return reflection.GetInt64(message, &field);
  }
}

std::string because_of(const FieldRules& rules) {
  return rules.setting.empty() ? std::string() : fmt::format(" ({})", rules.setting);
}

Result<void> check_integer(std::int64_t value, const FieldRules& rules, const std::string& path) {
  if (value >= rules.minimum && value <= rules.maximum) return {};
  if (rules.maximum == std::numeric_limits<std::int64_t>::max()) {
    return invalid(path, fmt::format("{} is out of range; give {} or more", value, rules.minimum));
  }
  return invalid(
      path, fmt::format("{} is out of range; give {} to {}{}", value, rules.minimum, rules.maximum, because_of(rules)));
}

Result<void> check_string(std::string_view text, const FieldRules& rules, const std::string& path) {
  if (text.empty() && rules.may_be_empty) return {};
  if (text.empty() && rules.min_length > 0) return invalid(path, "empty; give at least one character");
  // Otherwise it cannot have more code points than allowed.
  if (text.size() > rules.max_length) {
    if (const auto length = count_code_points(text); length > rules.max_length) {
      return invalid(
          path, fmt::format("{} characters; at most {} are allowed{}", length, rules.max_length, because_of(rules)));
    }
  }
  if (rules.min_length > 1 && count_code_points(text) < rules.min_length) {
    return invalid(path, fmt::format("too short; give at least {} characters", rules.min_length));
  }
  const Format* format = find_format(rules.format);
  if (format == nullptr || format->left_to_domain) return {};
  const auto right = format->check(text);
  return right ? right : Result<void>(invalid(path, right.error().violations.front().reason));
}

// Whether the field has more than nothing in it.
bool is_filled(const Message& message, const FieldDescriptor& field) {
  const auto& reflection = *message.GetReflection();
  if (field.is_repeated()) return reflection.FieldSize(message, &field) > 0;
  if (!reflection.HasField(message, &field)) return false;
  std::string scratch;
  return field.cpp_type() != FieldDescriptor::CPPTYPE_STRING ||
         chat::has_visible(reflection.GetStringReference(message, &field, &scratch));
}

bool is_given(const Message& message, const FieldDescriptor& field) {
  return field.is_repeated() ? message.GetReflection()->FieldSize(message, &field) > 0
                             : message.GetReflection()->HasField(message, &field);
}

std::string list_names(std::span<const FieldDescriptor* const> fields) {
  std::string names;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (i > 0) names += i + 1 == fields.size() ? " or " : ", ";
    names += fields[i]->name();
  }
  return names;
}

std::string path_of(std::string_view prefix, const FieldDescriptor& field) {
  return std::string(prefix).append(field.name());
}

bool same_element(std::string_view a, std::string_view b, v1::Format format) {
  return format == v1::FORMAT_UUID ? same_in_any_case(a, b) : a == b;
}

}  // namespace

Result<void> MessageRules::check(const Message& message, std::string_view prefix) const {
  for (const FieldCheck& each : fields_) {
    if (auto right = check_field(message, each, prefix); !right) return right;
  }
  for (const FieldGroup& group : groups_) {
    if (auto right = check_group(message, group, prefix); !right) return right;
  }
  return {};
}

Result<void> MessageRules::check_field(const Message& message, const FieldCheck& check, std::string_view prefix) {
  const FieldDescriptor& field = *check.field;
  const auto& reflection = *message.GetReflection();
  if (!is_given(message, field)) {
    if (!check.rules.required) return {};
    // Without presence 0 may have been given as well.
    if (is_integer(field) && !field.has_presence()) return check_integer(0, check.rules, path_of(prefix, field));
    return invalid(path_of(prefix, field), fmt::format("missing; give {}", describe_values(field)));
  }
  if (field.is_repeated()) return check_repeated(message, check, path_of(prefix, field));
  if (is_integer(field)) {
    const std::int64_t value = integer_of(message, field);
    if (value >= check.rules.minimum && value <= check.rules.maximum) return {};
    return check_integer(value, check.rules, path_of(prefix, field));
  }
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_STRING: {
      std::string scratch;
      return check_string(reflection.GetStringReference(message, &field, &scratch), check.rules,
                          path_of(prefix, field));
    }
    case FieldDescriptor::CPPTYPE_ENUM:
      // JSON has been read by the names; protobuf lets through any number.
      if (field.enum_type()->FindValueByNumber(reflection.GetEnumValue(message, &field)) != nullptr) return {};
      return invalid(path_of(prefix, field), fmt::format("there is no such value; give {}", describe_values(field)));
    case FieldDescriptor::CPPTYPE_MESSAGE:
      return check.inner->check(reflection.GetMessage(message, &field), path_of(prefix, field) + '.');
    default:
      return {};
  }
}

Result<void> MessageRules::check_repeated(const Message& message, const FieldCheck& check, const std::string& path) {
  const FieldDescriptor& field = *check.field;
  const auto& reflection = *message.GetReflection();
  const int size = reflection.FieldSize(message, &field);
  if (static_cast<std::size_t>(size) > check.rules.max_items) {
    return invalid(path,
                   fmt::format("{} of them; give at most {}{}", size, check.rules.max_items, because_of(check.rules)));
  }
  if (field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
    for (int i = 0; i < size; ++i) {
      const Message& element = reflection.GetRepeatedMessage(message, &field, i);
      if (auto right = check.inner->check(element, fmt::format("{}[{}].", path, i)); !right) return right;
    }
    return {};
  }
  if (field.cpp_type() != FieldDescriptor::CPPTYPE_STRING) return {};
  const auto text_at = [&](int i, std::string& scratch) -> const std::string& {
    return reflection.GetRepeatedStringReference(message, &field, i, &scratch);
  };
  std::string scratch, other_scratch;
  for (int i = 0; i < size; ++i) {
    const std::string& text = text_at(i, scratch);
    if (auto right = check_string(text, check.rules, path); !right) return right;
    if (!check.rules.unique_items) continue;
    for (int k = 0; k < i; ++k) {
      if (same_element(text, text_at(k, other_scratch), check.rules.format)) {
        return invalid(path, fmt::format("{} is twice in it; give it once", text));
      }
    }
  }
  return {};
}

Result<void> MessageRules::check_group(const Message& message, const FieldGroup& group, std::string_view prefix) {
  const FieldDescriptor* first_given = nullptr;
  bool filled = false;
  for (const FieldDescriptor* field : group.fields) {
    if (!is_given(message, *field)) continue;
    if (group.kind == FieldGroup::Kind::kAtMostOne && first_given != nullptr) {
      return invalid(path_of(prefix, *field), fmt::format("excludes {}, which was given too; give one of {}",
                                                          first_given->name(), list_names(group.fields)));
    }
    if (first_given == nullptr) first_given = field;
    filled = filled || is_filled(message, *field);
  }
  if (group.kind == FieldGroup::Kind::kAtMostOne || filled) return {};
  if (first_given != nullptr) {
    const bool is_empty = message.GetReflection()->GetString(message, first_given).empty();
    return invalid(path_of(prefix, *first_given), is_empty
                                                      ? "empty; give at least one character"
                                                      : "nothing that can be seen; give at least one such character");
  }
  return invalid(path_of(prefix, *group.fields.front()), fmt::format("missing; give {}", list_names(group.fields)));
}

const MessageRules& RuleBook::of(const Descriptor& message) {
  const auto [known, is_new] = known_.try_emplace(&message);
  if (!is_new) return *known->second;
  known->second = std::make_unique<MessageRules>();
  MessageRules& rules = *known->second;
  rules.groups_ = groups_of(message);
  for (int i = 0; i < message.field_count(); ++i) {
    const FieldDescriptor& field = *message.field(i);
    MessageRules::FieldCheck check{.field = &field, .rules = rules_of(field, settings_)};
    const bool is_message = field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE;
    if (is_message && !is_timestamp(field) && !field.is_map()) check.inner = &of(*field.message_type());
    const bool is_enum = field.cpp_type() == FieldDescriptor::CPPTYPE_ENUM && !field.is_repeated();
    if (check.inner != nullptr || is_enum || field.options().HasExtension(v1::rules)) {
      if (is_message && check.inner == nullptr && !check.rules.required) continue;
      rules.fields_.push_back(std::move(check));
    }
  }
  return rules;
}

}  // namespace vestnik::api
