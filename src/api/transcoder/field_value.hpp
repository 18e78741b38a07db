// Single values of contract fields, for the JSON codec and for parameters: their text forms and their ranges.
#pragma once

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "base/clock.hpp"

namespace vestnik::api {

// The empty message of a type of the contract.
const google::protobuf::Message* prototype_of(const google::protobuf::Descriptor* type);

// Whether a field's values are google.protobuf.Timestamp, which is a string in JSON.
bool is_timestamp(const google::protobuf::FieldDescriptor& field);

// The moment of a google.protobuf.Timestamp, cut to microseconds and kept within the years 0001 to 9999.
Time time_of(const google::protobuf::Message& timestamp);

// "asc" for ORDER_ASC of enum Order.
void append_enum_name(std::string& out, const google::protobuf::EnumValueDescriptor& value);

// Sets a singular field, or adds an element to a repeated one. False, and nothing is done, when the value is out of the
// field's range or `text` as a whole is not a value of the field: a decimal number, true or false, an enum's name
// (not that of 0), RFC 3339, base64, or any string. put_number takes fields of integer types only, put_double the
// others.
bool put_number(google::protobuf::Message& message, const google::protobuf::FieldDescriptor& field, std::int64_t value);
bool put_number(google::protobuf::Message& message, const google::protobuf::FieldDescriptor& field,
                std::uint64_t value);
bool put_double(google::protobuf::Message& message, const google::protobuf::FieldDescriptor& field, double value);
void put_bool(google::protobuf::Message& message, const google::protobuf::FieldDescriptor& field, bool value);
bool put_text(google::protobuf::Message& message, const google::protobuf::FieldDescriptor& field,
              std::string_view text);

// A new, empty message in a message field.
google::protobuf::Message& put_message(google::protobuf::Message& message,
                                       const google::protobuf::FieldDescriptor& field);

// What is right for one value of the field, for error messages: "a whole number from 0 to 4294967295".
std::string describe_values(const google::protobuf::FieldDescriptor& field);

// "room, limit, offset": the names a request may use.
std::string list_fields(const google::protobuf::Descriptor& descriptor);

// The field of that name; nullptr when there is none.
const google::protobuf::FieldDescriptor* find_field(const google::protobuf::Descriptor& descriptor,
                                                    std::string_view name);

// A name that was given, as it may stand in an error: "(empty)" and "(too long)" instead of what helps nobody.
std::string_view shorten_name(std::string_view name);

// What was given, for error messages: "the text "abc"", or only its size when it is long.
std::string describe_text(std::string_view text);

}  // namespace vestnik::api
