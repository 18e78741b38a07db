#include "api/rpc/method_table.hpp"

#include <fmt/format.h>
#include <google/protobuf/descriptor.h>
#include <google/protobuf/empty.pb.h>
#include <google/protobuf/message.h>

#include <utility>

#include "api/transcoder/field_value.hpp"
#include "vestnik/chat/v1/chat.pb.h"

namespace vestnik::api::rpc {
namespace {

using google::protobuf::MethodDescriptor;

MethodTable::Kind kind_of(const MethodDescriptor& method, const Methods::Entry* entry) {
  if (entry != nullptr && entry->subscription) return MethodTable::Kind::kSubscribe;
  if (method.full_name() == "vestnik.chat.v1.Chat.Unsubscribe") return MethodTable::Kind::kUnsubscribe;
  if (method.full_name() == "vestnik.chat.v1.Chat.SendTyping") return MethodTable::Kind::kSendTyping;
  return entry != nullptr && entry->commits ? MethodTable::Kind::kSend : MethodTable::Kind::kUnary;
}

bool has_items(const google::protobuf::Descriptor& type) {
  if (&type == chat::v1::Message::descriptor()) return false;  // one message, which is bounded by itself
  for (int i = 0; i < type.field_count(); ++i) {
    const auto& field = *type.field(i);
    if (field.is_repeated() && field.message_type() != nullptr) return true;
  }
  return false;
}

// "vestnik.chat.v1" -> "chat"
std::string_view area_of(std::string_view package) {
  package.remove_prefix(package.find('.') + 1);
  return package.substr(0, package.find('.'));
}

}  // namespace

MethodTable::MethodTable(std::span<const google::protobuf::ServiceDescriptor* const> services, Methods& methods) {
  for (const auto* service : services) {
    for (int i = 0; i < service->method_count(); ++i) {
      const MethodDescriptor& method = *service->method(i);
      const Methods::Entry* entry = methods.find(method.full_name());
      const MethodTable::Kind kind = kind_of(method, entry);
      const bool is_own = kind == MethodTable::Kind::kUnsubscribe || kind == MethodTable::Kind::kSendTyping;
      if (entry == nullptr && !is_own) continue;
      // A subscription is answered with where it begins; its events are notifications.
      const auto* response =
          kind == MethodTable::Kind::kSubscribe ? entry->subscribed : prototype_of(method.output_type());
      targets_.emplace(fmt::format("{}.{}", area_of(service->file()->package()), method.name()),
                       Target{.kind = kind,
                              .entry = entry,
                              .request = prototype_of(method.input_type()),
                              .response = response,
                              .lists = has_items(*response->GetDescriptor()),
                              .rules = is_own ? &methods.rules_of(*method.input_type()) : nullptr});
    }
  }
  const auto* empty = &google::protobuf::Empty::default_instance();
  targets_.emplace("ping", Target{.kind = MethodTable::Kind::kPing, .request = empty, .response = empty});
}

const MethodTable::Target* MethodTable::find(std::string_view name) const {
  const auto found = targets_.find(name);
  return found == targets_.end() ? nullptr : &found->second;
}

}  // namespace vestnik::api::rpc
