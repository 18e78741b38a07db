// From an HTTP request to what the server does about it: a page, a method of the contract, an attachment, a WebSocket,
// an event stream.
#pragma once

#include <cstddef>
#include <expected>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "api/call.hpp"
#include "api/http/message.hpp"
#include "api/http/origin_guard.hpp"
#include "api/http/pages.hpp"
#include "api/http/streamed_routes.hpp"
#include "api/server_status.hpp"
#include "api/transcoder/openapi.hpp"
#include "api/transcoder/route_table.hpp"
#include "base/metrics.hpp"
#include "runtime/blocking_pool.hpp"

namespace vestnik::api::http {

// The request asks to become a WebSocket. `announce`: it gave `after`, so its first frame tells where it begins.
struct WebSocketUpgrade {
  SubscriptionRequest subscription;
  bool announce = false;
  std::string accept;  // value of Sec-WebSocket-Accept
};

// The request asks to become a socket for calls of every method. `credentials`: the secret of a session;
// empty when none was given.
struct RpcUpgrade {
  std::string credentials;
  std::string accept;  // value of Sec-WebSocket-Accept
};

// The request asks for a stream of server-sent events.
struct EventStream {
  SubscriptionRequest subscription;
  HeaderFields fields = {};  // of the answer, besides its own
};

using Outcome = std::variant<Response, WebSocketUpgrade, RpcUpgrade, EventStream>;

class Handler {
 public:
  struct Options {
    std::string version;
    // For the description of the API.
    Settings settings = {};
    bool wants_sessions = false;
    // Whether the holder of the credentials may read /metrics on the port of everything else.
    std::function<Result<void>(std::string_view credentials)> may_read_metrics;
    std::size_t answer_bytes_max = 1024 * 1024;
  };

  // Long answers are encoded on the `pool`.
  Handler(std::span<const google::protobuf::ServiceDescriptor* const> services, const Methods& methods,
          std::span<StreamedRoutes* const> streamed, runtime::BlockingPool& pool, ServerStatus& status,
          Metrics& metrics, OriginGuard::Options origins, Options options);
  ~Handler();

  // On the call's core. Never throws for anything that a client can send.
  Task<Outcome> handle(const Request& request, Call& call);
  // For requests that were refused before they were understood.
  void count_refused(int status);
  // The same for the port that has only /metrics.
  Task<Outcome> handle_metrics(const Request& request, Call& call);

 private:
  struct Target;         // a method with what is needed to call it
  class RequestCounter;  // http_requests_total by route and status
  // The contract's routes, then the streamed ones; nullopt: none of them.
  using RouteIndex = std::optional<std::size_t>;

  // What stands at the path besides the contract's methods; nullopt when nothing does.
  std::optional<Outcome> find_resource(const Request& request, Call& call) const;
  Task<Outcome> answer(const Request& request, Call& call, RouteIndex& route);
  // Lets the page of an allowed origin read the answer.
  void share_with_origin(const Request& request, Outcome& outcome) const;
  Response metrics_page() const;
  Task<Outcome> call_method(const Match& match, const Request& request, Call& call);
  Task<Outcome> answer_streamed(StreamedRoutes& routes, const Request& request, Call& call);
  // The value of Sec-WebSocket-Accept, or the answer that refuses.
  std::expected<std::string, Response> accept_websocket(const Request& request, const Call& call) const;
  Outcome open_socket(const Request& request, Call& call) const;
  Outcome open_websocket(const Request& request, Call& call) const;
  Outcome open_rpc(const Request& request, Call& call) const;

  RouteTable routes_;
  std::vector<std::unique_ptr<Target>> targets_;  // by route index
  std::unique_ptr<RequestCounter> counter_;
  Pages pages_;
  const Methods& methods_;
  std::vector<StreamedRoutes*> streamed_;
  runtime::BlockingPool& pool_;
  ServerStatus& status_;
  Metrics& metrics_;
  OriginGuard guard_;
  std::string openapi_;
  Options options_;
};

}  // namespace vestnik::api::http
