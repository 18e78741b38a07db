// The contract over gRPC: callback API, reflection, grpc.health.v1. Its reactions hop to a core at once and keep their
// state there.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include "api/call.hpp"
#include "api/connections.hpp"
#include "api/server_status.hpp"
#include "api/subscriptions.hpp"
#include "base/error.hpp"
#include "runtime/cores.hpp"

namespace vestnik::api::grpc {

struct ServerContext {
  runtime::Cores& cores;
  const Methods& methods;
  Subscriptions& subscriptions;
  ServerStatus& status;
  Connections& connections;
  bool reflection = true;
  std::size_t message_bytes_max = 1024 * 1024;
  std::size_t answer_bytes_max = 1024 * 1024;  // of one call
  std::size_t streams_max = 10'000;            // open at a time
  std::size_t caller_calls_max = 100;          // streams among them, at a time, of one session and of one address
  std::chrono::milliseconds answer_timeout = std::chrono::seconds(30);  // for the client to read what it is sent
  std::string request_id_prefix;
};

class Server {
 public:
  explicit Server(ServerContext context);
  ~Server();

  // Starts to serve on the port (0: any free one) and returns it. Errors: failed_precondition with a sentence.
  Result<std::uint16_t> start(const std::string& address, std::uint16_t port);
  // Takes no new calls, says so in its health service, lets those in flight finish until the deadline, then cancels
  // them. Blocks; while the cores still run.
  void stop(std::chrono::milliseconds timeout);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace vestnik::api::grpc
