// The methods that a socket may call, by the names they have there: those of the contract, from its descriptors, and
// the socket's own. Any thread.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>

#include "api/call.hpp"

namespace google::protobuf {
class ServiceDescriptor;
}

namespace vestnik::api::rpc {

class MethodTable {
 public:
  enum class Kind : std::uint8_t {
    kUnary,
    kSend,  // a unary method that waits for a commit and costs no thread, so that many may be under way
    kSubscribe,
    kUnsubscribe,
    kSendTyping,
    kPing,
  };
  struct Target {
    Kind kind = Kind::kUnary;
    const Methods::Entry* entry = nullptr;               // null for the socket's own methods
    const google::protobuf::Message* request = nullptr;  // empty messages to make new ones from
    const google::protobuf::Message* response = nullptr;
    bool lists = false;                   // the response has items, and may be long
    const MessageRules* rules = nullptr;  // of the socket's own methods; those of the others are kept by their entries
  };

  MethodTable(std::span<const google::protobuf::ServiceDescriptor* const> services, Methods& methods);

  // By name: the second part of the package and the method, such as "chat.SendMessage". nullptr when this server does
  // not have it.
  const Target* find(std::string_view name) const;

 private:
  struct Hash : std::hash<std::string_view> {
    using is_transparent = void;
  };

  std::unordered_map<std::string, Target, Hash, std::equal_to<>> targets_;
};

}  // namespace vestnik::api::rpc
