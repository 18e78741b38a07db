// The annotations of the contract (vestnik.api.v1.rules, message_rules) with the settings of the running server in
// their places: what /openapi.json tells and what requests are held to is read here by both. Any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "api/rules/settings.hpp"
#include "vestnik/api/v1/options.pb.h"

namespace google::protobuf {
class Descriptor;
class FieldDescriptor;
}  // namespace google::protobuf

namespace vestnik::api {

// What a field may hold; of a repeated field the number, length and format are those of an element.
struct FieldRules {
  static constexpr std::size_t kUnbounded = std::numeric_limits<std::size_t>::max();

  bool required = false;
  // Of a whole number, within the range of its type.
  std::int64_t minimum = std::numeric_limits<std::int64_t>::min();
  std::int64_t maximum = std::numeric_limits<std::int64_t>::max();
  // Of a string, in code points.
  std::size_t min_length = 0;
  std::size_t max_length = kUnbounded;
  v1::Format format = v1::FORMAT_UNSPECIFIED;
  bool may_be_empty = false;  // a string, whatever its format
  std::size_t max_items = kUnbounded;
  bool unique_items = false;
  std::string setting = {};  // the flag that the upper bound comes from, such as "--max-page"; empty: none
};

FieldRules rules_of(const google::protobuf::FieldDescriptor& field, const Settings& settings);

// Fields of a request that depend on each other.
struct FieldGroup {
  enum class Kind : std::uint8_t { kAtMostOne, kAtLeastOne };

  Kind kind;
  std::vector<const google::protobuf::FieldDescriptor*> fields;
};

// Throws std::logic_error when an annotation names a field that the message does not have.
std::vector<FieldGroup> groups_of(const google::protobuf::Descriptor& message);

}  // namespace vestnik::api
