// What the contract's methods need to know of the call they serve, whatever transport it came through.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "api/rules/request_rules.hpp"
#include "api/topic_kind.hpp"
#include "base/error.hpp"
#include "base/position.hpp"
#include "chat/sessions.hpp"
#include "chat/types.hpp"
#include "runtime/cores.hpp"

namespace google::protobuf {
class Message;
class MethodDescriptor;
}  // namespace google::protobuf

namespace vestnik::api {

struct Call;

// What remains of an answer: fills the empty `piece`, a message of the response's type, and gives `call.rest` a new
// value when there is still more.
using Rest = std::function<Task<Result<void>>(Call& call, google::protobuf::Message& piece)>;

// One call. Lives on its core until it is answered.
struct Call {
  runtime::Core& core;
  std::string request_id;
  std::string credentials = {};   // the secret of a session; empty when none was given
  std::string_view address = {};  // for whom it counts what the call makes; see chat::Rates::count_made

  // What weighs more (chat::weight_of) is not answered at once: the response ends early and says where to go on, or,
  // where the transport sends an answer in pieces, the method leaves the rest here.
  std::int64_t answer_bytes_max = chat::kUnlimited;
  bool in_pieces = false;
  Rest rest = {};
};

// Whether a response of so many bytes may be sent as it is. Errors: resource_exhausted.
Result<void> check_answer(std::size_t bytes, std::size_t answer_bytes_max);

// Longer ones are encoded on the pool: a core has others to serve meanwhile.
inline constexpr std::size_t kEncodedOnCoreMax = 64 * 1024;

// What a streaming method asks for: the events of a topic.
struct SubscriptionRequest {
  Subject subject;
  std::optional<Position> after;
  bool gap_when_slow = false;                 // otherwise a slow subscriber is disconnected
  std::string credentials = {};               // of who follows, for what they write on the same socket
  std::shared_ptr<const void> presence = {};  // held while they follow
  chat::SessionEnd session_end = {};          // the stream ends then; nullptr: never
};

// The methods of the contract that this server implements, by descriptor: every transport finds them here.
class Methods {
 public:
  using Unary = std::function<Task<Result<void>>(Call&, const google::protobuf::Message&, google::protobuf::Message&)>;
  using Subscription =
      std::function<Result<SubscriptionRequest>(std::string_view credentials, const google::protobuf::Message&)>;

  struct Entry {
    Unary unary;                                            // empty for a streaming method
    bool commits = false;                                   // waits for a commit and costs no thread meanwhile
    Subscription subscription;                              // empty for a unary one
    const google::protobuf::Message* subscribed = nullptr;  // what tells where the stream begins; an empty message
  };

  enum class Waits : std::uint8_t { kForThread, kForCommit };

  // `settings`: those that the contract's rules refer to.
  explicit Methods(const Settings& settings) : rules_(settings) {}

  // The rules of a type of request, for calls that do not come through an entry. At start.
  const MessageRules& rules_of(const google::protobuf::Descriptor& request) { return rules_.of(request); }

  // `handler(call, request, response)` fills the empty response; it runs on the call's core, for requests that keep the
  // rules of the contract.
  template <typename Request, typename Response, typename Api>
  void add(std::string_view name, Api& api, Task<Result<void>> (Api::*handler)(Call&, const Request&, Response&),
           Waits waits = Waits::kForThread) {
    Entry& entry = entries_[std::string(name)];
    entry.commits = waits == Waits::kForCommit;
    entry.unary = [&api, handler, &rules = rules_.of(*Request::descriptor())](
                      Call& call, const google::protobuf::Message& request, google::protobuf::Message& response) {
      if (auto right = rules.check(request); !right) return refuse(std::move(right.error()));
      return (api.*handler)(call, static_cast<const Request&>(request), static_cast<Response&>(response));
    };
  }

  // `Subscribed`: the type of message that TopicKind::fill_subscribed() fills.
  template <typename Subscribed, typename Request, typename Api>
  void add_stream(std::string_view name, Api& api,
                  Result<SubscriptionRequest> (Api::*handler)(std::string_view, const Request&) const) {
    Entry& entry = entries_[std::string(name)];
    entry.subscribed = &Subscribed::default_instance();
    entry.subscription = [&api, handler, &rules = rules_.of(*Request::descriptor())](
                             std::string_view credentials,
                             const google::protobuf::Message& request) -> Result<SubscriptionRequest> {
      if (auto right = rules.check(request); !right) return std::unexpected(std::move(right.error()));
      return (api.*handler)(credentials, static_cast<const Request&>(request));
    };
  }

  // By full name, such as "vestnik.chat.v1.Chat.SendMessage"; nullptr when it is not implemented.
  const Entry* find(std::string_view full_name) const {
    const auto found = entries_.find(full_name);
    return found == entries_.end() ? nullptr : &found->second;
  }

 private:
  static Task<Result<void>> refuse(Error error) { co_return std::unexpected(std::move(error)); }

  RuleBook rules_;
  std::map<std::string, Entry, std::less<>> entries_;
};

}  // namespace vestnik::api
