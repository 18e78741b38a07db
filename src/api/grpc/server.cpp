#include "api/grpc/server.hpp"

#include <fmt/format.h>
#include <google/protobuf/message.h>
#include <grpc/support/log.h>
#include <grpcpp/ext/proto_server_reflection_plugin.h>
#include <grpcpp/grpcpp.h>
#include <grpcpp/health_check_service_interface.h>
#include <grpcpp/resource_quota.h>

#include <atomic>
#include <exception>
#include <utility>

#include "api/bearer.hpp"
#include "api/grpc/status.hpp"
#include "api/grpc/stream.hpp"
#include "api/grpc/unary_call.hpp"
#include "base/ids.hpp"
#include "base/log.hpp"
#include "runtime/gate.hpp"
#include "vestnik/chat/v1/chat.grpc.pb.h"
#include "vestnik/delivery/v1/delivery.grpc.pb.h"
#include "vestnik/ops/v1/ops.grpc.pb.h"

namespace vestnik::api::grpc {
namespace {

using google::protobuf::Message;
using ::grpc::ByteBuffer;
using ::grpc::CallbackServerContext;
using ::grpc::ServerUnaryReactor;

// Under way at a time, each with a message of its own in memory.
constexpr std::size_t kCallsMax = 4'096;
constexpr int kStreamsOfConnectionMax = 100;  // calls included
constexpr int kIdleTimeoutMs = 300'000;       // of a connection without a call
constexpr int kClientPingMinMs = 5'000;       // more often than that no client may ping; theirs is 10 s at least
constexpr int kPingMs = 60'000;               // to a client that is silent, so that one that is gone is noticed
constexpr int kPongTimeoutMs = 20'000;
constexpr std::size_t kMemoryMax = 512u << 20;  // of gRPC itself, for requests that have not arrived whole

Error too_many(std::string_view what, std::size_t max) {
  return {.code = ErrorCode::kResourceExhausted,
          .detail = fmt::format("more than {} gRPC {} at a time; try again in a second", max, what),
          .retry_after = std::chrono::seconds(1)};
}

Error too_many_of_caller(std::size_t max) {
  return too_many("calls of one session or address (--max-grpc-calls-per-caller)", max);
}

// Brings a unary call to a core, awaits the method there and finishes the call.
class Bridge {
 public:
  explicit Bridge(ServerContext& context)
      : context_(context), streams_(context.streams_max), callers_(context.caller_calls_max) {}

  ServerUnaryReactor* unary(CallbackServerContext* call, const char* method, const Message* request,
                            Message* response) {
    const Methods::Entry* entry = context_.methods.find(method);
    if (entry == nullptr)
      return refuse(*call, {::grpc::StatusCode::UNIMPLEMENTED, "this server does not have the method yet"});
    std::string credentials = credentials_of(*call);
    auto place = callers_.enter(credentials, call->peer());
    if (!place) return refuse(*call, to_status(too_many_of_caller(context_.caller_calls_max)));
    auto pass = calls_.enter();
    if (!pass) return refuse(*call, to_status(too_many("calls", kCallsMax)));
    runtime::Core& core = next_core();
    auto* reactor = new UnaryCall(core, *call, context_.answer_timeout, std::move(*pass), std::move(*place));
    core.post([this, &core, entry, request, response, reactor, request_id = request_id_of(*call),
               credentials = std::move(credentials), network = network_of(*call)]() mutable {
      asio::co_spawn(core.context(),
                     serve(core, *entry, *request, *response, *reactor, std::move(request_id), std::move(credentials),
                           std::move(network)),
                     asio::detached);
    });
    return reactor;
  }

  ::grpc::ServerWriteReactor<ByteBuffer>* subscribe(CallbackServerContext* call, const ByteBuffer& request) {
    auto* stream = new Stream(next_core(), *call, context_.answer_timeout, context_.subscriptions, context_.status,
                              context_.connections);
    if (!context_.status.ready) {
      stream->start(fail(ErrorCode::kUnavailable, "the server is stopping; reconnect in a moment"));
      return stream;
    }
    const std::string credentials = credentials_of(*call);
    auto place = callers_.enter(credentials, call->peer());
    if (!place) {
      stream->start(std::unexpected(too_many_of_caller(context_.caller_calls_max)));
      return stream;
    }
    auto pass = streams_.enter();
    if (!pass) {
      stream->start(std::unexpected(too_many("streams (--max-connections)", context_.streams_max)));
      return stream;
    }
    stream->hold(std::move(*pass), std::move(*place));
    chat::v1::SubscribeRequest message;
    ByteBuffer copy = request;
    if (!::grpc::GenericDeserialize<::grpc::ProtoBufferReader, chat::v1::SubscribeRequest>(&copy, &message).ok()) {
      stream->start(fail(ErrorCode::kInvalidArgument, "the request is not a SubscribeRequest"));
    } else {
      stream->start(context_.methods.find("vestnik.chat.v1.Chat.Subscribe")->subscription(credentials, message));
    }
    return stream;
  }

 private:
  Task<void> serve(runtime::Core& core, const Methods::Entry& entry, const Message& request, Message& response,
                   UnaryCall& reactor, std::string request_id, std::string credentials, std::string network) {
    Call call{.core = core,
              .request_id = std::move(request_id),
              .credentials = std::move(credentials),
              .address = network,
              .answer_bytes_max = static_cast<std::int64_t>(context_.answer_bytes_max)};
    ::grpc::Status status;
    try {
      auto done = co_await entry.unary(call, request, response);
      if (done) done = check_answer(response.ByteSizeLong(), context_.answer_bytes_max);
      if (!done) {
        context_.status.note_refused(done.error());
        status = to_status(done.error());
      }
    } catch (const std::exception& bug) {
      log::error("exception in a method", {{"request_id", call.request_id}, {"what", bug.what()}});
      status = {::grpc::StatusCode::INTERNAL, "internal error; the log has more under the request id"};
    }
    context_.status.requests.add();
    reactor.answer(status);
  }

  static ServerUnaryReactor* refuse(CallbackServerContext& call, const ::grpc::Status& status) {
    ServerUnaryReactor* reactor = call.DefaultReactor();
    reactor->Finish(status);
    return reactor;
  }

  runtime::Core& next_core() {
    return context_.cores[next_.fetch_add(1, std::memory_order_relaxed) % context_.cores.size()];
  }

  std::string request_id_of(CallbackServerContext& call) {
    const auto given = call.client_metadata().find("x-request-id");
    if (given != call.client_metadata().end()) {
      const std::string_view id(given->second.data(), given->second.size());
      if (is_request_id(id)) return std::string(id);
    }
    return fmt::format("{}-g{}", context_.request_id_prefix, next_call_.fetch_add(1, std::memory_order_relaxed));
  }

  // "ipv4:127.0.0.1:50000" or "ipv6:%5B::1%5D:50000" (https://grpc.github.io/grpc/core/md_doc_naming.html).
  static std::string network_of(const CallbackServerContext& call) {
    const std::string peer = call.peer();
    const std::size_t begin = peer.find(':') + 1;
    std::string text = peer.substr(begin, peer.rfind(':') - begin);
    for (const std::string_view bracket : {"%5B", "%5D", "[", "]"}) {
      if (const auto at = text.find(bracket); at != std::string::npos) text.erase(at, bracket.size());
    }
    boost::system::error_code error;
    const auto address = boost::asio::ip::make_address(text, error);
    return error ? std::string() : api::network_of(address);
  }

  // RFC 6750, section 2.1, in the metadata.
  static std::string credentials_of(CallbackServerContext& call) {
    const auto given = call.client_metadata().find("authorization");
    if (given == call.client_metadata().end()) return {};
    return std::string(bearer_token({given->second.data(), given->second.size()}));
  }

  ServerContext& context_;
  runtime::Gate calls_{kCallsMax};
  runtime::Gate streams_;
  Callers callers_;
  std::atomic<std::size_t> next_{0};
  std::atomic<std::uint64_t> next_call_{1};
};

// A method of a service is one line here; a test holds the contract against them.
class ChatService final : public chat::v1::Chat::WithRawCallbackMethod_Subscribe<chat::v1::Chat::CallbackService> {
 public:
  explicit ChatService(Bridge& bridge) : bridge_(bridge) {}

#define VESTNIK_UNARY(method, request_type, response_type)                                                      \
  ServerUnaryReactor* method(CallbackServerContext* call, const request_type* request, response_type* response) \
      override {                                                                                                \
    return bridge_.unary(call, VESTNIK_SERVICE "." #method, request, response);                                 \
  }
#define VESTNIK_SERVICE "vestnik.chat.v1.Chat"
  VESTNIK_UNARY(CreateSession, chat::v1::CreateSessionRequest, chat::v1::Session)
  VESTNIK_UNARY(GetSession, chat::v1::GetSessionRequest, chat::v1::Session)
  VESTNIK_UNARY(CloseSession, chat::v1::CloseSessionRequest, chat::v1::CloseSessionResponse)
  VESTNIK_UNARY(CreateUser, chat::v1::CreateUserRequest, chat::v1::User)
  VESTNIK_UNARY(ListUsers, chat::v1::ListUsersRequest, chat::v1::ListUsersResponse)
  VESTNIK_UNARY(GetUser, chat::v1::GetUserRequest, chat::v1::User)
  VESTNIK_UNARY(RemoveUser, chat::v1::RemoveUserRequest, chat::v1::RemoveUserResponse)
  VESTNIK_UNARY(CreateRoom, chat::v1::CreateRoomRequest, chat::v1::Room)
  VESTNIK_UNARY(ListRooms, chat::v1::ListRoomsRequest, chat::v1::ListRoomsResponse)
  VESTNIK_UNARY(GetRoom, chat::v1::GetRoomRequest, chat::v1::Room)
  VESTNIK_UNARY(UpdateRoom, chat::v1::UpdateRoomRequest, chat::v1::Room)
  VESTNIK_UNARY(CloseRoom, chat::v1::CloseRoomRequest, chat::v1::CloseRoomResponse)
  VESTNIK_UNARY(JoinRoom, chat::v1::JoinRoomRequest, chat::v1::JoinRoomResponse)
  VESTNIK_UNARY(LeaveRoom, chat::v1::LeaveRoomRequest, chat::v1::LeaveRoomResponse)
  VESTNIK_UNARY(ListMembers, chat::v1::ListMembersRequest, chat::v1::ListMembersResponse)
  VESTNIK_UNARY(ListActiveUsers, chat::v1::ListActiveUsersRequest, chat::v1::ListActiveUsersResponse)
  VESTNIK_UNARY(SendMessage, chat::v1::SendMessageRequest, chat::v1::Message)
  VESTNIK_UNARY(ListMessages, chat::v1::ListMessagesRequest, chat::v1::ListMessagesResponse)
  VESTNIK_UNARY(GetMessage, chat::v1::GetMessageRequest, chat::v1::Message)
  VESTNIK_UNARY(SearchMessages, chat::v1::SearchMessagesRequest, chat::v1::SearchMessagesResponse)
  VESTNIK_UNARY(EditMessage, chat::v1::EditMessageRequest, chat::v1::Message)
  VESTNIK_UNARY(DeleteMessage, chat::v1::DeleteMessageRequest, chat::v1::DeleteMessageResponse)
  VESTNIK_UNARY(AddReaction, chat::v1::AddReactionRequest, chat::v1::ReactionResponse)
  VESTNIK_UNARY(RemoveReaction, chat::v1::RemoveReactionRequest, chat::v1::ReactionResponse)
  VESTNIK_UNARY(ReadUnread, chat::v1::ReadUnreadRequest, chat::v1::ReadUnreadResponse)
  VESTNIK_UNARY(ListUnread, chat::v1::ListUnreadRequest, chat::v1::ListUnreadResponse)
  VESTNIK_UNARY(GetStats, chat::v1::GetStatsRequest, chat::v1::Stats)
#undef VESTNIK_SERVICE

  ::grpc::ServerWriteReactor<ByteBuffer>* Subscribe(CallbackServerContext* call, const ByteBuffer* request) override {
    return bridge_.subscribe(call, *request);
  }

 private:
  Bridge& bridge_;
};

class DeliveryService final : public delivery::v1::Delivery::CallbackService {
 public:
  explicit DeliveryService(Bridge& bridge) : bridge_(bridge) {}

#define VESTNIK_SERVICE "vestnik.delivery.v1.Delivery"
  VESTNIK_UNARY(CreateRecipient, delivery::v1::CreateRecipientRequest, delivery::v1::Recipient)
  VESTNIK_UNARY(ListRecipients, delivery::v1::ListRecipientsRequest, delivery::v1::ListRecipientsResponse)
  VESTNIK_UNARY(CountRecipients, delivery::v1::CountRecipientsRequest, delivery::v1::CountRecipientsResponse)
  VESTNIK_UNARY(GetRecipient, delivery::v1::GetRecipientRequest, delivery::v1::Recipient)
  VESTNIK_UNARY(UpdateRecipient, delivery::v1::UpdateRecipientRequest, delivery::v1::Recipient)
  VESTNIK_UNARY(DeleteRecipient, delivery::v1::DeleteRecipientRequest, delivery::v1::DeleteRecipientResponse)
#undef VESTNIK_SERVICE

 private:
  Bridge& bridge_;
};

class OpsService final : public ops::v1::Ops::CallbackService {
 public:
  explicit OpsService(Bridge& bridge) : bridge_(bridge) {}

#define VESTNIK_SERVICE "vestnik.ops.v1.Ops"
  VESTNIK_UNARY(GetVersion, ops::v1::GetVersionRequest, ops::v1::Version)
  VESTNIK_UNARY(GetHealth, ops::v1::GetHealthRequest, ops::v1::Health)
  VESTNIK_UNARY(CheckLive, ops::v1::CheckLiveRequest, ops::v1::CheckLiveResponse)
  VESTNIK_UNARY(CheckReady, ops::v1::CheckReadyRequest, ops::v1::CheckReadyResponse)
#undef VESTNIK_SERVICE
#undef VESTNIK_UNARY

 private:
  Bridge& bridge_;
};

}  // namespace

class Server::Impl {
 public:
  explicit Impl(ServerContext context)
      : context_(std::move(context)), bridge_(context_), chat_(bridge_), delivery_(bridge_), ops_(bridge_) {}

  Result<std::uint16_t> start(const std::string& address, std::uint16_t port) {
    // What gRPC has to say of itself is for those who look for a fault; what matters is in our own lines.
    gpr_set_log_function([](gpr_log_func_args* line) { log::debug("grpc", {{"message", line->message}}); });
    ::grpc::EnableDefaultHealthCheckService(true);
    if (context_.reflection) ::grpc::reflection::InitProtoReflectionServerBuilderPlugin();
    const bool ipv6 = address.find(':') != std::string::npos;
    const std::string target = ipv6 ? fmt::format("[{}]:{}", address, port) : fmt::format("{}:{}", address, port);
    int chosen = 0;
    ::grpc::ServerBuilder builder;
    builder.AddListeningPort(target, ::grpc::InsecureServerCredentials(), &chosen);
    builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
    builder.AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS, kStreamsOfConnectionMax);
    builder.AddChannelArgument(GRPC_ARG_MAX_CONNECTION_IDLE_MS, kIdleTimeoutMs);
    builder.AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS, kClientPingMinMs);
    builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
    builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, kPingMs);
    builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, kPongTimeoutMs);
    // A message is unpacked before its size is looked at.
    for (const auto algorithm : {GRPC_COMPRESS_DEFLATE, GRPC_COMPRESS_GZIP}) {
      builder.SetCompressionAlgorithmSupportStatus(algorithm, false);
    }
    builder.SetResourceQuota(::grpc::ResourceQuota().Resize(kMemoryMax));
    builder.SetMaxReceiveMessageSize(static_cast<int>(context_.message_bytes_max));
    builder.RegisterService(&chat_);
    builder.RegisterService(&delivery_);
    builder.RegisterService(&ops_);
    server_ = builder.BuildAndStart();
    if (!server_ || chosen == 0) {
      return fail(
          ErrorCode::kFailedPrecondition,
          fmt::format("cannot listen on {} for gRPC: the port is in use or the address is not this machine's", target));
    }
    auto& health = *server_->GetHealthCheckService();
    health.SetServingStatus(true);
    for (const char* service : {chat::v1::Chat::service_full_name(), delivery::v1::Delivery::service_full_name(),
                                ops::v1::Ops::service_full_name()}) {
      health.SetServingStatus(service, true);
    }
    return static_cast<std::uint16_t>(chosen);
  }

  void stop(std::chrono::milliseconds timeout) {
    if (!server_) return;
    server_->GetHealthCheckService()->SetServingStatus(false);
    server_->Shutdown(std::chrono::system_clock::now() + timeout);
    server_->Wait();
    server_.reset();
  }

 private:
  ServerContext context_;
  Bridge bridge_;
  ChatService chat_;
  DeliveryService delivery_;
  OpsService ops_;
  std::unique_ptr<::grpc::Server> server_;
};

Server::Server(ServerContext context) : impl_(std::make_unique<Impl>(std::move(context))) {}

Server::~Server() = default;

Result<std::uint16_t> Server::start(const std::string& address, std::uint16_t port) {
  return impl_->start(address, port);
}

void Server::stop(std::chrono::milliseconds timeout) {
  impl_->stop(timeout);
}

}  // namespace vestnik::api::grpc
