// The reading half of json_codec.hpp. simdjson checks the syntax of what is visited, and everything is visited: a name
// that the contract does not know ends the reading, so nothing is skipped unchecked.
#include <fmt/format.h>
#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>
#include <simdjson.h>

#include <cstdint>
#include <unordered_set>
#include <vector>

#include "api/transcoder/field_value.hpp"
#include "api/transcoder/integral.hpp"
#include "api/transcoder/json_codec.hpp"

namespace vestnik::api {
namespace {

namespace ondemand = simdjson::ondemand;
using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using simdjson::error_code;

constexpr int kDepthMax = 32;

// Where the reader is, as a list from the inside out on the stack; written out only for an error.
struct Path {
  const Path* parent;
  std::string_view name;  // of a member; empty for an element
  std::size_t index = 0;

  std::string text() const {
    std::string before = parent ? parent->text() : std::string();
    if (name.empty()) return fmt::format("{}[{}]", before, index);
    if (!before.empty()) before += '.';
    return before.append(name);
  }
};

std::unexpected<Error> wrong_type(const Path& path, std::string_view given, std::string_view right) {
  return invalid(path.text(), fmt::format("{} was given; give {}", given, right));
}

// Which of a message's fields were read already.
class SeenFields {
 public:
  explicit SeenFields(int field_count) : rest_(field_count > 64 ? static_cast<std::size_t>(field_count) : 0) {}

  // False when the field was there before.
  bool insert(int index) {
    if (!rest_.empty()) {
      const bool is_new = !rest_[static_cast<std::size_t>(index)];
      rest_[static_cast<std::size_t>(index)] = true;
      return is_new;
    }
    const std::uint64_t before = first_;
    first_ |= std::uint64_t{1} << index;
    return first_ != before;
  }

 private:
  std::uint64_t first_ = 0;
  std::vector<bool> rest_;  // only for messages of more than 64 fields
};

class Decoder {
 public:
  Decoder(ondemand::document& document, const char* begin) : document_(document), begin_(begin) {}

  Result<void> read_document(Message& message) {
    ondemand::object object;
    if (const auto error = document_.get_object().get(object)) return not_a(error, "an object");
    if (auto done = read_object(object, message, nullptr, 1); !done) return done;
    return check_end();
  }

  Result<void> read_document(Message& message, const FieldDescriptor& field) {
    const Path path{nullptr, field.name()};
    if (field.is_repeated() && !field.is_map()) {
      ondemand::array array;
      if (const auto error = document_.get_array().get(array)) return not_a(error, "an array");
      if (auto done = read_array(array, message, field, path, 1); !done) return done;
      return check_end();
    }
    ondemand::object object;
    if (const auto error = document_.get_object().get(object)) return not_a(error, "an object");
    auto done = field.is_map() ? read_map(object, message, field, path, 1)
                               : read_object(object, put_message(message, field), &path, 1);
    return done ? check_end() : done;
  }

  std::unexpected<Error> malformed(error_code code) const { return malformed(explain(code)); }

  std::unexpected<Error> malformed(std::string_view reason) const {
    std::string where;
    const char* location = nullptr;
    if (document_.current_location().get(location) == simdjson::SUCCESS) {
      where = fmt::format(" near byte {}", location - begin_);
    }
    return fail(ErrorCode::kInvalidArgument, fmt::format("The JSON is malformed{}: {}.", where, reason));
  }

  static std::string_view explain(error_code code) {
    switch (code) {
      case simdjson::EMPTY:
        return "it is empty";
      case simdjson::UTF8_ERROR:
        return "it is not valid UTF-8";
      case simdjson::UNCLOSED_STRING:
        return "a string is not closed";
      case simdjson::UNESCAPED_CHARS:
        return "a string has a control character that is not escaped";
      case simdjson::STRING_ERROR:
        return "a string has a wrong escape or half of a surrogate pair";
      case simdjson::INCOMPLETE_ARRAY_OR_OBJECT:
        return "a bracket is not closed";
      default:
        return "a name, value, comma, colon or bracket is missing or wrong";
    }
  }

 private:
  std::unexpected<Error> not_a(error_code code, std::string_view right) const {
    if (code != simdjson::INCORRECT_TYPE) return malformed(code);
    return fail(ErrorCode::kInvalidArgument, fmt::format("The JSON must be {}.", right));
  }

  Result<void> check_end() const {
    if (document_.current_location().error() == simdjson::OUT_OF_BOUNDS) return {};
    return malformed("something follows its end");
  }

  Result<void> read_object(ondemand::object& object, Message& message, const Path* path, int depth) {
    if (depth > kDepthMax) return too_deep(path);
    const Descriptor& descriptor = *message.GetDescriptor();
    SeenFields seen(descriptor.field_count());
    for (auto member : object) {
      std::string_view name;
      if (const auto error = member.unescaped_key().get(name)) return malformed(error);
      const FieldDescriptor* field = find_field(descriptor, name);
      if (field == nullptr) {
        return invalid(Path{path, shorten_name(name)}.text(),
                       fmt::format("there is no such field; known fields: {}", list_fields(descriptor)));
      }
      const Path here{path, field->name()};
      if (!seen.insert(field->index())) return invalid(here.text(), "the name appears twice; give it once");
      ondemand::value value;
      if (const auto error = member.value().get(value)) return malformed(error);
      if (auto done = read_member(value, message, *field, here, depth); !done) return done;
    }
    return {};
  }

  Result<void> read_member(ondemand::value& value, Message& message, const FieldDescriptor& field, const Path& path,
                           int depth) {
    ondemand::json_type type;
    if (const auto error = value.type().get(type)) return malformed(error);
    if (type == ondemand::json_type::null) {
      bool null = false;
      if (const auto error = value.is_null().get(null)) return malformed(error);
      if (!null) return malformed(simdjson::N_ATOM_ERROR);
      return {};
    }
    if (const auto* oneof = field.real_containing_oneof();
        oneof != nullptr && message.GetReflection()->HasOneof(message, oneof)) {
      const auto* other = message.GetReflection()->GetOneofFieldDescriptor(message, oneof);
      return invalid(path.text(),
                     fmt::format("it excludes \"{}\", which was given too; give one of them", other->name()));
    }
    if (!field.is_repeated()) return read_value(value, type, message, field, path, depth);
    if (field.is_map()) {
      if (type != ondemand::json_type::object) return wrong_type(path, describe(value, type), "an object");
      ondemand::object object;
      if (const auto error = value.get_object().get(object)) return malformed(error);
      return read_map(object, message, field, path, depth + 1);
    }
    if (type != ondemand::json_type::array) return wrong_type(path, describe(value, type), "an array");
    ondemand::array array;
    if (const auto error = value.get_array().get(array)) return malformed(error);
    return read_array(array, message, field, path, depth + 1);
  }

  Result<void> read_array(ondemand::array& array, Message& message, const FieldDescriptor& field, const Path& path,
                          int depth) {
    if (depth > kDepthMax) return too_deep(&path);
    Path here{&path, {}};
    for (auto element : array) {
      ondemand::value value;
      if (const auto error = element.get(value)) return malformed(error);
      ondemand::json_type type;
      if (const auto error = value.type().get(type)) return malformed(error);
      if (auto done = read_value(value, type, message, field, here, depth); !done) return done;
      ++here.index;
    }
    return {};
  }

  Result<void> read_map(ondemand::object& object, Message& message, const FieldDescriptor& field, const Path& path,
                        int depth) {
    if (depth > kDepthMax) return too_deep(&path);
    const FieldDescriptor& key_field = *field.message_type()->map_key();
    const FieldDescriptor& value_field = *field.message_type()->map_value();
    std::unordered_set<std::string> seen;
    for (auto member : object) {
      std::string_view name;
      if (const auto error = member.unescaped_key().get(name)) return malformed(error);
      const auto [key, is_new] = seen.emplace(name);
      const Path here{&path, shorten_name(*key)};
      if (!is_new) return invalid(here.text(), "the name appears twice; give it once");
      Message& entry = put_message(message, field);
      if (!put_text(entry, key_field, *key)) {
        return invalid(here.text(), fmt::format("the name must be {}", describe_values(key_field)));
      }
      ondemand::value value;
      if (const auto error = member.value().get(value)) return malformed(error);
      ondemand::json_type type;
      if (const auto error = value.type().get(type)) return malformed(error);
      if (auto done = read_value(value, type, entry, value_field, here, depth); !done) return done;
    }
    return {};
  }

  // One value of the field: a singular field's, an element's or a map entry's.
  Result<void> read_value(ondemand::value& value, ondemand::json_type type, Message& message,
                          const FieldDescriptor& field, const Path& path, int depth) {
    switch (type) {
      case ondemand::json_type::string: {
        std::string_view text;
        if (const auto error = value.get_string().get(text)) return malformed(error);
        if (takes_strings(field) && put_text(message, field, text)) return {};
        return wrong_type(path, describe_text(text), describe_values(field));
      }
      case ondemand::json_type::number:
        if (put_number_from(value, message, field)) return {};
        break;
      case ondemand::json_type::boolean: {
        bool flag = false;
        if (const auto error = value.get_bool().get(flag)) return malformed(error);
        if (field.cpp_type() != FieldDescriptor::CPPTYPE_BOOL) break;
        put_bool(message, field, flag);
        return {};
      }
      case ondemand::json_type::object: {
        if (field.cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE || is_timestamp(field)) break;
        ondemand::object object;
        if (const auto error = value.get_object().get(object)) return malformed(error);
        return read_object(object, put_message(message, field), &path, depth + 1);
      }
      default:
        break;
    }
    return wrong_type(path, describe(value, type), describe_values(field));
  }

  static bool takes_strings(const FieldDescriptor& field) {
    switch (field.cpp_type()) {
      case FieldDescriptor::CPPTYPE_INT64:
      case FieldDescriptor::CPPTYPE_UINT64:
      case FieldDescriptor::CPPTYPE_STRING:
      case FieldDescriptor::CPPTYPE_ENUM:
      case FieldDescriptor::CPPTYPE_MESSAGE:
        return true;  // put_text takes a message field's text only for times
      default:
        return false;
    }
  }

  static bool put_number_from(ondemand::value& value, Message& message, const FieldDescriptor& field) {
    switch (field.cpp_type()) {
      case FieldDescriptor::CPPTYPE_INT32:
      case FieldDescriptor::CPPTYPE_INT64:
      case FieldDescriptor::CPPTYPE_UINT32:
      case FieldDescriptor::CPPTYPE_UINT64: {
        std::int64_t number = 0;
        if (value.get_int64().get(number) == simdjson::SUCCESS) return put_number(message, field, number);
        return put_integral(token_of(value), message, field);
      }
      case FieldDescriptor::CPPTYPE_DOUBLE:
      case FieldDescriptor::CPPTYPE_FLOAT: {
        double number = 0;
        return value.get_double().get(number) == simdjson::SUCCESS && put_double(message, field, number);
      }
      default:
        return false;
    }
  }

  // Whatever is not written as an integer of 64 bits with a sign.
  static bool put_integral(std::string_view token, Message& message, const FieldDescriptor& field) {
    const auto number = parse_integral(token);
    if (!number) return false;
    if (!number->negative) return put_number(message, field, number->magnitude);
    constexpr auto kMagnitudeMax = std::uint64_t{1} << 63;
    return number->magnitude <= kMagnitudeMax &&
           put_number(message, field, static_cast<std::int64_t>(0 - number->magnitude));
  }

  static std::string_view token_of(ondemand::value& value) {
    const std::string_view token = value.raw_json_token();
    return token.substr(0, token.find_last_not_of(" \t\r\n") + 1);
  }

  static std::string describe(ondemand::value& value, ondemand::json_type type) {
    switch (type) {
      case ondemand::json_type::array:
        return "an array";
      case ondemand::json_type::object:
        return "an object";
      case ondemand::json_type::string:
        return "a string";
      case ondemand::json_type::boolean:
        return "a boolean";
      case ondemand::json_type::null:
        return "null";
      case ondemand::json_type::number:
        break;
    }
    const std::string_view token = token_of(value);
    const bool is_plain = token.find_first_not_of("0123456789+-.eE") == std::string_view::npos;
    return is_plain && token.size() <= 32 ? fmt::format("the number {}", token) : "a number";
  }

  static std::unexpected<Error> too_deep(const Path* path) {
    return invalid(path ? path->text() : std::string(), fmt::format("the nesting is deeper than {}", kDepthMax));
  }

  ondemand::document& document_;
  const char* begin_;
};

// What a thread keeps from one document to the next: the parser's tables, and a copy of the text with the room behind
// it that simdjson reads past the end.
struct DecoderWorkspace {
  ondemand::parser parser;
  std::string padded;
};

template <typename... Field>
Result<void> parse(std::string_view json, Message& message, const Field&... field) {
  json = skip_byte_order_mark(json);
  thread_local DecoderWorkspace workspace;
  std::string& padded = workspace.padded;
  padded.assign(json).append(simdjson::SIMDJSON_PADDING, ' ');
  ondemand::document document;
  if (const auto error = workspace.parser.iterate(padded.data(), json.size(), padded.size()).get(document)) {
    return fail(ErrorCode::kInvalidArgument, fmt::format("The JSON is malformed: {}.", Decoder::explain(error)));
  }
  return Decoder(document, padded.data()).read_document(message, field...);
}

}  // namespace

Result<void> parse_json(std::string_view json, Message& message) {
  return parse(json, message);
}

Result<void> parse_json_field(std::string_view json, Message& message, const FieldDescriptor& field) {
  return parse(json, message, field);
}

}  // namespace vestnik::api
