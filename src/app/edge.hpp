// What others reach of the server: the methods of the contract, and the ports on which they are served.
#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "api/call.hpp"
#include "api/chat_api.hpp"
#include "api/connections.hpp"
#include "api/grpc/server.hpp"
#include "api/http/attachments.hpp"
#include "api/http/handler.hpp"
#include "api/http/recipient_upload.hpp"
#include "api/http/server.hpp"
#include "api/ops_api.hpp"
#include "api/recipient_api.hpp"
#include "api/room_api.hpp"
#include "api/rpc/session.hpp"
#include "api/search_api.hpp"
#include "api/server_status.hpp"
#include "api/session_api.hpp"
#include "api/subscriptions.hpp"
#include "api/websocket/session.hpp"
#include "app/config.hpp"
#include "app/domain.hpp"
#include "app/live.hpp"
#include "runtime/turns.hpp"

namespace vestnik::app {

struct Ports {
  std::uint16_t http = 0, grpc = 0, metrics = 0;
};

// Members are destroyed in reverse.
struct Edge {
  // `connections_max`: as many as the system has files for.
  Edge(Ground& ground, Domain& domain, Live& running, const ServerConfig& config, std::uint32_t connections_max);

  // Binds the ports, and begins to serve gRPC. Before the cores start. Errors: which address, and why.
  Result<Ports> listen(const Listening& listening);
  // Lets HTTP connections in. Once the cores have started.
  void accept();

  std::string request_id_prefix;
  api::ServerStatus status;
  api::Connections connections;
  // Its own few places: the graph must not end when the others are taken, nor when somebody takes these.
  api::Connections metrics_connections;

  api::Subscriptions subscriptions;
  api::SessionApi session_api;
  api::RoomApi room_api;
  api::ChatApi chat_api;
  runtime::Turns search_turns;
  api::SearchApi search_api;
  api::RecipientApi recipient_api;
  api::OpsApi ops_api;
  api::Methods methods;

  api::http::Attachments attachments;
  api::http::RecipientUpload recipient_upload;
  std::array<api::http::StreamedRoutes*, 2> streamed{&attachments, &recipient_upload};
  api::http::Handler handler;
  api::LiveContext live;
  api::websocket::SessionContext websocket;
  api::rpc::MethodTable rpc_methods;
  api::rpc::SessionContext rpc;
  api::http::Server http;
  api::http::Server metrics_http;
  api::grpc::Server grpc;
};

}  // namespace vestnik::app
