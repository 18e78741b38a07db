// Accepts HTTP connections: one acceptor for each core on the same port, so that a connection lives where it was
// accepted.
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "api/http/connection.hpp"
#include "base/error.hpp"
#include "runtime/cores.hpp"

namespace vestnik::api::http {

class Server {
 public:
  Server(runtime::Cores& cores, ServerContext context);
  ~Server();

  // Binds the port (0: any free one) and returns it. Before the cores start. Errors: failed_precondition with a
  // sentence that says which address and why.
  Result<std::uint16_t> listen(const std::string& address, std::uint16_t port);
  // Lets connections in. After the cores have started.
  void accept();
  // On the acceptors' cores, soon after the call.
  void stop_accepting();

 private:
  class Door;  // the acceptor of one core
  class AcceptTrouble;

  runtime::Cores& cores_;
  ServerContext context_;
  std::unique_ptr<AcceptTrouble> trouble_;
  std::vector<std::unique_ptr<Door>> doors_;
};

}  // namespace vestnik::api::http
