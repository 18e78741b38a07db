// Holds requests to what the contract says of them, before the call and whatever the transport. Prepared once for each
// type of request.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "api/rules/field_rules.hpp"
#include "base/error.hpp"

namespace google::protobuf {
class Message;
}

namespace vestnik::api {

// The rules of one type of message. Immutable once its RuleBook has given it; any thread.
class MessageRules {
 public:
  // Errors: invalid_argument with the first field at fault.
  Result<void> check(const google::protobuf::Message& message) const { return check(message, ""); }

 private:
  friend class RuleBook;
  struct FieldCheck {
    const google::protobuf::FieldDescriptor* field;
    FieldRules rules;
    const MessageRules* inner = nullptr;  // of a message field
  };

  Result<void> check(const google::protobuf::Message& message, std::string_view prefix) const;
  static Result<void> check_field(const google::protobuf::Message& message, const FieldCheck& check,
                                  std::string_view prefix);
  static Result<void> check_repeated(const google::protobuf::Message& message, const FieldCheck& check,
                                     const std::string& path);
  static Result<void> check_group(const google::protobuf::Message& message, const FieldGroup& group,
                                  std::string_view prefix);

  std::vector<FieldCheck> fields_;  // only those with something to check
  std::vector<FieldGroup> groups_;
};

// The rules of all types that a server takes. Filled at start, by one thread.
class RuleBook {
 public:
  explicit RuleBook(const Settings& settings) : settings_(settings) {}

  // Lives as long as this. Throws std::logic_error when an annotation is wrong.
  const MessageRules& of(const google::protobuf::Descriptor& message);

 private:
  Settings settings_;
  std::map<const google::protobuf::Descriptor*, std::unique_ptr<MessageRules>> known_;
};

}  // namespace vestnik::api
