#include "api/rules/field_rules.hpp"

#include <fmt/format.h>
#include <google/protobuf/descriptor.h>

#include <algorithm>
#include <stdexcept>

#include "base/text.hpp"

namespace vestnik::api {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;

template <typename Integer>
void keep_within(FieldRules& rules) {
  using Limits = std::numeric_limits<Integer>;
  rules.minimum = std::max(rules.minimum, static_cast<std::int64_t>(Limits::min()));
  rules.maximum = std::min(rules.maximum, static_cast<std::int64_t>(Limits::max()));
}

void keep_within_type(const FieldDescriptor& field, FieldRules& rules) {
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32:
      return keep_within<std::int32_t>(rules);
    case FieldDescriptor::CPPTYPE_UINT32:
      return keep_within<std::uint32_t>(rules);
    case FieldDescriptor::CPPTYPE_UINT64:
      rules.minimum = std::max<std::int64_t>(rules.minimum, 0);
      return;
    default:
      return;
  }
}

// "--max-page" for SETTING_MAX_PAGE.
std::string flag_of(v1::Setting setting) {
  constexpr std::string_view kPrefix = "SETTING_";
  std::string flag = "--" + to_lower(v1::Setting_Name(setting).substr(kPrefix.size()));
  std::ranges::replace(flag, '_', '-');
  return flag;
}

void apply_setting(const FieldDescriptor& field, v1::Setting setting, const Settings& settings, FieldRules& rules) {
  const std::int64_t value = settings.value(setting);
  rules.setting = flag_of(setting);
  if (field.is_repeated()) {
    rules.max_items = static_cast<std::size_t>(value);
  } else if (field.cpp_type() == FieldDescriptor::CPPTYPE_STRING) {
    rules.max_length = static_cast<std::size_t>(value);
  } else {
    rules.maximum = value;
  }
}

FieldGroup make_group(const Descriptor& message, FieldGroup::Kind kind, const v1::MessageRules::Group& names) {
  FieldGroup group{.kind = kind, .fields = {}};
  for (const std::string& name : names.field()) {
    const FieldDescriptor* field = message.FindFieldByName(name);
    if (field == nullptr) throw std::logic_error(fmt::format("{} has no field {}", message.full_name(), name));
    group.fields.push_back(field);
  }
  return group;
}

}  // namespace

FieldRules rules_of(const FieldDescriptor& field, const Settings& settings) {
  const v1::FieldRules& given = field.options().GetExtension(v1::rules);
  FieldRules rules{.required = given.required(), .format = given.format(), .unique_items = given.unique_items()};
  if (given.has_minimum()) rules.minimum = given.minimum();
  if (given.has_maximum()) rules.maximum = given.maximum();
  if (given.has_min_length()) rules.min_length = static_cast<std::size_t>(given.min_length());
  if (given.has_max_length()) rules.max_length = static_cast<std::size_t>(given.max_length());
  if (given.has_max_items()) rules.max_items = static_cast<std::size_t>(given.max_items());
  // Without presence the empty string is no string at all.
  rules.may_be_empty =
      (given.has_min_length() && given.min_length() == 0) || (!field.has_presence() && !given.required());
  if (!field.has_presence() && given.required() && rules.min_length == 0) rules.min_length = 1;
  if (given.limited_by() != v1::SETTING_UNSPECIFIED) apply_setting(field, given.limited_by(), settings, rules);
  keep_within_type(field, rules);
  return rules;
}

std::vector<FieldGroup> groups_of(const Descriptor& message) {
  const v1::MessageRules& given = message.options().GetExtension(v1::message_rules);
  std::vector<FieldGroup> groups;
  for (const auto& names : given.at_most_one()) {
    groups.push_back(make_group(message, FieldGroup::Kind::kAtMostOne, names));
  }
  for (const auto& names : given.at_least_one()) {
    groups.push_back(make_group(message, FieldGroup::Kind::kAtLeastOne, names));
  }
  return groups;
}

}  // namespace vestnik::api
