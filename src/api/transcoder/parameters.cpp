#include "api/transcoder/parameters.hpp"

#include <fmt/format.h>
#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include <algorithm>
#include <vector>

#include "api/transcoder/field_value.hpp"
#include "base/text.hpp"

namespace vestnik::api {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::string_view take_until(std::string_view& text, char end) {
  const std::size_t size = std::min(text.find(end), text.size());
  const std::string_view taken = text.substr(0, size);
  text.remove_prefix(std::min(size + 1, text.size()));
  return taken;
}

struct Target {
  Message* message;
  const FieldDescriptor* field;
};

std::unexpected<Error> unknown_parameter(std::string_view path, const google::protobuf::Descriptor& descriptor) {
  return invalid(std::string(shorten_name(path)),
                 fmt::format("there is no such parameter; known parameters: {}", list_fields(descriptor)));
}

// The field that a dotted path names, and the message that it is in, which is made where it is missing.
Result<Target> find_target(Message& message, std::string_view path) {
  Message* inside = &message;
  std::string_view rest = path;
  while (true) {
    const FieldDescriptor* field = find_field(*inside->GetDescriptor(), take_until(rest, '.'));
    if (field == nullptr) return unknown_parameter(path, *inside->GetDescriptor());
    const bool is_object = field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE && !is_timestamp(*field);
    if (rest.empty() && !is_object) return Target{inside, field};
    if (!is_object) return invalid(std::string(path), fmt::format("\"{}\" has no parts", field->name()));
    if (field->is_repeated() || rest.empty()) {
      return invalid(std::string(path),
                     fmt::format("\"{}\" is no single value and cannot be a parameter", field->name()));
    }
    inside = inside->GetReflection()->MutableMessage(inside, field);
  }
}

Result<void> put_parameter(const Target& target, std::string_view path, std::string_view text) {
  if (put_text(*target.message, *target.field, text)) return {};
  return invalid(std::string(path),
                 fmt::format("{} was given; give {}", describe_text(text), describe_values(*target.field)));
}

}  // namespace

Result<void> set_field(Message& message, std::string_view path, std::string_view text) {
  const auto target = find_target(message, path);
  if (!target) return std::unexpected(target.error());
  return put_parameter(*target, path, text);
}

bool has_field(const Message& message, std::string_view path) {
  const Message* inside = &message;
  while (true) {
    const FieldDescriptor* field = find_field(*inside->GetDescriptor(), take_until(path, '.'));
    if (!inside->GetReflection()->HasField(*inside, field)) return false;
    if (path.empty()) return true;
    inside = &inside->GetReflection()->GetMessage(*inside, field);
  }
}

Result<void> set_query_fields(Message& message, std::string_view query) {
  std::vector<std::string> seen;  // of fields that take one value, so no longer than the contract's message
  while (!query.empty()) {
    std::string_view text = take_until(query, '&');
    if (text.empty()) continue;
    auto path = percent_decode(take_until(text, '='), true);
    if (!path) return std::unexpected(std::move(path.error()));
    const auto value = percent_decode(text, true);
    if (!value) return invalid(std::string(shorten_name(*path)), value.error().detail);
    const auto target = find_target(message, *path);
    if (!target) return std::unexpected(target.error());
    if (auto done = put_parameter(*target, *path, *value); !done) return done;
    if (target->field->is_repeated()) continue;
    if (std::ranges::find(seen, *path) != seen.end())
      return invalid(*std::move(path), "it is given twice; give it once");
    seen.push_back(*std::move(path));
  }
  return {};
}

Result<std::string> only_parameter(std::string_view query, std::string_view name) {
  const auto equals = query.find('=');
  if (equals == query.npos || query.substr(0, equals) != name || query.find('&') != query.npos) {
    return invalid(std::string(name), "is the only parameter that this address has; give it once");
  }
  auto value = percent_decode(query.substr(equals + 1), true);
  if (!value) return invalid(std::string(name), value.error().detail);
  return value;
}

Result<std::string> percent_decode(std::string_view text, bool plus_is_space, bool keep_slash) {
  std::string decoded;
  decoded.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (c == '+' && plus_is_space) c = ' ';
    if (c == '%') {
      const int high = text.size() - i > 2 ? hex_value(text[i + 1]) : -1;
      const int low = text.size() - i > 2 ? hex_value(text[i + 2]) : -1;
      if (high < 0 || low < 0) {
        return fail(ErrorCode::kInvalidArgument,
                    "A \"%\" is not followed by two hexadecimal digits; write it as \"%25\".");
      }
      c = static_cast<char>(high * 16 + low);
      if (c == '/' && keep_slash) {
        decoded.append(text.substr(i, 2));
        c = text[i + 2];
      }
      i += 2;
    }
    if (c == '\0') return fail(ErrorCode::kInvalidArgument, "A NUL character is not allowed here.");
    decoded += c;
  }
  if (!is_valid_utf8(decoded)) return fail(ErrorCode::kInvalidArgument, "The percent-encoded text is not valid UTF-8.");
  return decoded;
}

}  // namespace vestnik::api
