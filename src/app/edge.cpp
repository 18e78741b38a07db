#include "app/edge.hpp"

#include <array>
#include <optional>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "api/chat_settings.hpp"
#include "app/health.hpp"
#include "app/version.hpp"
#include "base/ids.hpp"
#include "vestnik/ops/v1/ops.pb.h"

namespace vestnik::app {
namespace {

constexpr std::size_t kRequestIdPrefix = 6;
constexpr std::size_t kMetricsConnections = 100;

std::array<const google::protobuf::ServiceDescriptor*, 3> services() {
  return {chat::v1::SendMessageRequest::descriptor()->file()->FindServiceByName("Chat"),
          delivery::v1::Recipient::descriptor()->file()->FindServiceByName("Delivery"),
          ops::v1::GetHealthRequest::descriptor()->file()->FindServiceByName("Ops")};
}

std::vector<api::Component> components(Ground& ground, Domain& domain) {
  return {{"store", [&ground, &domain] { return look_at_store(*domain.store, ground.store_failures); }},
          {"deliveries", [&domain] { return look_at_deliveries(*domain.delivery_store); }},
          {"clock", [&ground, &domain] { return look_at_clock(ground.clock, domain.chat); }}};
}

api::Methods methods_of(Edge& edge, const chat::Limits& limits) {
  api::Methods methods(api::settings_of(limits));
  edge.session_api.add_to(methods);
  edge.room_api.add_to(methods);
  edge.chat_api.add_to(methods);
  edge.search_api.add_to(methods);
  edge.recipient_api.add_to(methods);
  edge.ops_api.add_to(methods);
  return methods;
}

void measure(api::ServerStatus& status, const Live& running) {
  status.add_total("messages", [&running] { return running.writer.committed(); });
  status.add_number("write_queue", [&running] { return static_cast<std::int64_t>(running.writer.queued()); });
  status.add_number("window_bytes", [&running] { return static_cast<std::int64_t>(running.hub.window_bytes()); });
  status.add_latency("commit", running.writer.commit_latency());
  status.add_latency("fanout", running.hub.fanout_latency());
}

api::http::Handler::Options handler_options(Domain& domain, const ServerConfig& config) {
  return {.version = build_info().version,
          .settings = api::settings_of(domain.limits),
          .wants_sessions = config.listening.require_sessions,
          .may_read_metrics = [&domain](std::string_view credentials) -> Result<void> {
            auto actor = domain.sessions.identify(credentials, std::nullopt);
            if (!actor) return error_of(actor);
            return domain.chat.may_read_stats(*actor);
          },
          .answer_bytes_max = config.limits.max_answer_bytes};
}

bool is_streamed(const api::http::Request& head) {
  return api::http::Attachments::is_upload(head) || api::http::RecipientUpload::is_import(head);
}

api::http::ServerContext http_context(Edge& edge, const ServerConfig& config) {
  const auto& [limits, timeouts] = std::tie(config.limits, config.timeouts);
  return {
      .handle = [&handler = edge.handler](const auto& request, auto& call) { return handler.handle(request, call); },
      .count_refused = [&handler = edge.handler](int code) { handler.count_refused(code); },
      .connections = edge.connections,
      .websocket = edge.websocket,
      .rpc = edge.rpc,
      .live = edge.live,
      .open = edge.status.http,
      .limits = {.head = {limits.max_header_bytes, limits.max_header_fields},
                 .body_bytes_max = limits.max_body_bytes,
                 .is_streamed = is_streamed,
                 .streamed_bytes_max = limits.max_attachment_bytes + api::http::Attachments::kFormBytesMax},
      .timeouts = {timeouts.header, timeouts.body, timeouts.request, timeouts.idle},
      .request_id_prefix = edge.request_id_prefix};
}

api::http::ServerContext metrics_context(Edge& edge, const ServerConfig& config) {
  const auto handle = [&handler = edge.handler](const auto& request, auto& call) {
    return handler.handle_metrics(request, call);
  };
  auto all = http_context(edge, config);
  return {.handle = handle,
          .count_refused = std::move(all.count_refused),
          .connections = edge.metrics_connections,
          .websocket = edge.websocket,
          .rpc = edge.rpc,
          .live = edge.live,
          .open = edge.status.http,
          .limits = all.limits,
          .timeouts = all.timeouts,
          .request_id_prefix = edge.request_id_prefix};
}

}  // namespace

Edge::Edge(Ground& ground, Domain& domain, Live& running, const ServerConfig& config, std::uint32_t connections_max)
    : request_id_prefix(make_token(kRequestIdPrefix)),
      status(ground.metrics),
      connections(running.cores.size(), {connections_max, config.limits.max_connections_per_address}),
      metrics_connections(running.cores.size(),
                          {.max = kMetricsConnections, .max_per_address = 0, .oldest_makes_room = true}),
      subscriptions(running.hub, running.pool, ground.metrics),
      session_api(domain.chat, domain.sessions, running.pool),
      room_api(domain.chat, domain.changes, domain.sessions, running.writer, running.pool, ground.now()),
      chat_api(domain.chat, domain.changes, domain.sessions, domain.presence, running.writer, running.pool, status),
      search_turns({.at_once = kSearchThreads}),
      search_api(running.search, domain.sessions, running.search_pool, search_turns),
      recipient_api(*domain.recipients, domain.sessions, domain.access, running.pool),
      ops_api(components(ground, domain), running.pool, status, build_info()),
      methods(methods_of(*this, domain.limits)),
      attachments(*domain.attachments, domain.sessions, domain.changes, running.pool),
      recipient_upload(*domain.recipients, domain.sessions, domain.access, running.pool),
      handler(services(), methods, streamed, running.pool, status, ground.metrics,
              {.address = config.listening.address,
               .require_sessions = config.listening.require_sessions,
               .allowed_hosts = config.listening.allowed_hosts,
               .allowed_origins = config.listening.allowed_origins},
              handler_options(domain, config)),
      live{.connections = connections,
           .subscriptions = subscriptions,
           .status = status,
           .personal_bytes_max = config.limits.personal_queue_bytes,
           .ping_interval = config.timeouts.ping,
           .pong_timeout = config.timeouts.pong},
      websocket{.live = live,
                .chat = chat_api,
                .writer = running.writer,
                .limits = {config.limits.max_websocket_message_bytes, config.limits.max_websocket_fragments},
                .rules = methods.rules_of(*chat::v1::SendMessageRequest::descriptor())},
      rpc_methods(services(), methods),
      rpc{.live = live,
          .methods = rpc_methods,
          .sessions = domain.sessions,
          .changes = domain.changes,
          .pool = running.pool,
          .writer = running.writer,
          .hub = running.hub,
          .limits = websocket.limits,
          .rooms_max = config.limits.max_rooms_per_socket,
          .answer_bytes_max = config.limits.max_answer_bytes},
      http(running.cores, http_context(*this, config)),
      metrics_http(running.cores, metrics_context(*this, config)),
      grpc({.cores = running.cores,
            .methods = methods,
            .subscriptions = subscriptions,
            .status = status,
            .connections = connections,
            .reflection = is_loopback(config.listening.address),
            .message_bytes_max = config.limits.max_body_bytes,
            .answer_bytes_max = config.limits.max_answer_bytes,
            .streams_max = config.limits.max_connections,
            .caller_calls_max = config.limits.max_grpc_calls_per_caller,
            .answer_timeout = config.timeouts.request,
            .request_id_prefix = request_id_prefix}) {
  measure(status, running);
}

Result<Ports> Edge::listen(const Listening& listening) {
  const auto http_port = http.listen(listening.address, listening.port);
  if (!http_port) return std::unexpected(http_port.error());
  const auto metrics_port = metrics_http.listen(listening.address, listening.metrics_port);
  if (!metrics_port) return std::unexpected(metrics_port.error());
  const auto grpc_port = grpc.start(listening.address, listening.grpc_port);
  if (!grpc_port) return std::unexpected(grpc_port.error());
  return Ports{.http = *http_port, .grpc = *grpc_port, .metrics = *metrics_port};
}

void Edge::accept() {
  http.accept();
  metrics_http.accept();
}

}  // namespace vestnik::app
