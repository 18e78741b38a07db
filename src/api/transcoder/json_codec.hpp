// Contract messages as JSON (RFC 8259) and back, by protobuf reflection; the JSON rules of the API are kept here.
//
// Names are those of the .proto. Integers are numbers in any form of an exactly whole one (1, 1.0, 1e2), those of 64
// bits on input also strings, google.protobuf.Timestamp is RFC 3339 in UTC with at most microseconds, enum values are
// lower case without the type's prefix (ORDER_ASC is "asc"; the value 0 is "not said": absent on output, refused on
// input), bytes are base64. Plain proto3 fields, lists and maps are always written, apart from empty lists marked
// absent_when_empty; unset `optional` fields, messages and oneofs are absent. `null` on input means absent, and a byte
// order mark in front of it nothing. Every function may be called from any thread.
#pragma once

#include <string>
#include <string_view>

#include "base/error.hpp"

namespace google::protobuf {
class FieldDescriptor;
class Message;
}  // namespace google::protobuf

namespace vestnik::api {

// Reads `json`, one object and nothing else, into the fields of `message`, which the caller gives empty. The caller
// bounds the size. Errors: invalid_argument for malformed JSON, nesting deeper than 32, and, with the field's path as
// violation, unknown or repeated names, wrong types and numbers out of range. After an error `message` holds what was
// read before it.
Result<void> parse_json(std::string_view json, google::protobuf::Message& message);

// The same for a body that is the value of one field: an object, or an array for a repeated field.
Result<void> parse_json_field(std::string_view json, google::protobuf::Message& message,
                              const google::protobuf::FieldDescriptor& field);

// `text` without the byte order mark that RFC 8259, section 8.1, lets a reader ignore.
constexpr std::string_view skip_byte_order_mark(std::string_view text) {
  return text.starts_with("\xEF\xBB\xBF") ? text.substr(3) : text;
}

// Appends `message` as one JSON object without white space. Its strings are valid UTF-8. NaN and infinities are `null`.
void append_json(std::string& out, const google::protobuf::Message& message);

// Appends the value of one field: an array for a repeated field, `null` for an absent one.
void append_json_field(std::string& out, const google::protobuf::Message& message,
                       const google::protobuf::FieldDescriptor& field);

}  // namespace vestnik::api
