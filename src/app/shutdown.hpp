// The order in which a running server stops.
#pragma once

#include <chrono>
#include <vector>

#include "api/connections.hpp"
#include "api/grpc/server.hpp"
#include "api/http/server.hpp"
#include "api/server_status.hpp"
#include "chat/housekeeper.hpp"
#include "chat/indexer.hpp"
#include "chat/message_writer.hpp"
#include "live/hub.hpp"
#include "runtime/blocking_pool.hpp"
#include "runtime/cores.hpp"
#include "runtime/signals.hpp"

namespace vestnik::app {

struct Running {
  runtime::Signals& signals;
  int signal;  // that asked for it
  std::chrono::milliseconds timeout;
  runtime::Cores& cores;
  std::vector<runtime::BlockingPool*> pools;
  live::Hub& hub;
  chat::Housekeeper& housekeeper;
  chat::MessageWriter& writer;
  chat::Indexer& indexer;
  api::ServerStatus& status;
  std::vector<api::Connections*> connections;  // of HTTP, then of metrics
  api::http::Server& http;
  api::http::Server& metrics_http;
  api::grpc::Server& grpc;
};

// Stops in stages: not ready, no new connections, clients are told to come back, requests in flight finish, what was
// accepted is committed and answered, then the loops end. A second signal cuts the waiting short. Nothing acknowledged
// is lost either way. On the main thread.
void shut_down(const Running& running);

}  // namespace vestnik::app
