#include "api/http/handler.hpp"

#include <fmt/format.h>
#include <google/protobuf/arena.h>
#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <exception>
#include <mutex>
#include <optional>
#include <utility>

#include "api/bearer.hpp"
#include "api/http/header_value.hpp"
#include "api/http/pieces.hpp"
#include "api/rpc/credentials.hpp"
#include "api/transcoder/field_value.hpp"
#include "api/transcoder/openapi.hpp"
#include "api/transcoder/parameters.hpp"
#include "api/transcoder/transcoder.hpp"
#include "api/websocket/handshake.hpp"
#include "base/log.hpp"
#include "vestnik/chat/v1/chat.pb.h"

namespace vestnik::api::http {
namespace {

using google::protobuf::Message;

constexpr std::string_view kWebSocketPath = "/ws";
constexpr std::string_view kRpcPath = "/rpc";
constexpr std::string_view kOpenapiPath = "/openapi.json";
constexpr std::string_view kMetricsPath = "/metrics";
constexpr std::string_view kReadMethods = "GET, HEAD";
constexpr std::string_view kSubscribe = "vestnik.chat.v1.Chat.Subscribe";

Outcome problem(const Error& error, const Call& call) {
  return make_problem(error, call.request_id);
}

// Only JSON: a form of another site can send any other type without being asked (and JSON not). JSON is UTF-8 (RFC
// 8259, section 8.1), which some clients say.
bool is_json(const Request& request) {
  const auto type = parse_header_value(request.field("Content-Type"));
  if (!type || type->value != "application/json") return false;
  const std::string* charset = type->parameter("charset");
  return charset == nullptr || same_in_any_case(*charset, "utf-8");
}

// Nothing is decoded, and coded bytes are never kept.
bool has_coded_body(const Request& request) {
  const std::string_view coding = request.field("Content-Encoding");
  const bool has_body = request.body_stream != nullptr || !request.body.empty();
  return has_body && !coding.empty() && !same_in_any_case(coding, "identity");
}

Response unsupported_coding(const Call& call) {
  Response response = make_problem({.code = ErrorCode::kInvalidArgument,
                                    .detail = "the body has a Content-Encoding; send its bytes as they are",
                                    .violations = {{"Content-Encoding", "must be identity, or left out"}}},
                                   415, call.request_id);
  response.fields.emplace_back("Accept-Encoding", "identity");
  return response;
}

// A browser asks whether a page of another host may send a request (WHATWG Fetch, section 3.2).
bool is_preflight(const Request& request) {
  return request.method == "OPTIONS" && !request.field("Access-Control-Request-Method").empty();
}

Response preflight_answer() {
  return {
      .status = 204,
      .fields = {{"Access-Control-Allow-Methods", "GET, HEAD, POST, PUT, PATCH, DELETE"},
                 {"Access-Control-Allow-Headers",
                  "Authorization, Content-Disposition, Content-Type, Idempotency-Key, If-Range, Last-Event-ID, Range, "
                  "X-Request-Id"},
                 {"Access-Control-Max-Age", "600"}}};
}

// What a header takes the place of: a field that was not given, or any.
enum class Stands : std::uint8_t { kForNone, kForAny };

// Puts the value of a header into a field of the request, where the type of request has it.
Result<void> take_header(std::optional<std::string_view> value, std::string_view field, Stands stands,
                         Message& request) {
  if (!value) return {};
  const auto* descriptor = request.GetDescriptor()->FindFieldByName(std::string(field));
  if (descriptor == nullptr) return {};
  if (stands == Stands::kForNone && request.GetReflection()->HasField(request, descriptor)) return {};
  return set_field(request, field, *value);
}

std::vector<DescribedPath> described(std::span<StreamedRoutes* const> streamed) {
  std::vector<DescribedPath> paths;
  for (const StreamedRoutes* each : streamed) {
    const auto own = each->described_paths();
    paths.insert(paths.end(), own.begin(), own.end());
  }
  return paths;
}

}  // namespace

struct Handler::Target {
  const Methods::Entry* entry = nullptr;
  const Message* request = nullptr;
  const Message* response = nullptr;
};

// A counter for each route and status, made when first needed and then found without a lock.
class Handler::RequestCounter {
 public:
  RequestCounter(Metrics& metrics, const RouteTable& routes, std::span<StreamedRoutes* const> streamed)
      : metrics_(metrics), rows_(routes.routes().size() + count(streamed) + 1) {
    for (const auto& route : routes.routes()) rows_[route->index].label = {route->verb, route->path.text()};
    std::size_t next = routes.routes().size();
    for (const StreamedRoutes* each : streamed) {
      for (const auto& route : each->routes()) rows_[next++].label = route;
    }
    rows_.back().label = {"", "other"};  // pages, and what matches no route
  }

  // Of all routes.
  static std::size_t count(std::span<StreamedRoutes* const> streamed) {
    std::size_t routes = 0;
    for (const StreamedRoutes* each : streamed) routes += each->routes().size();
    return routes;
  }

  std::string_view path(RouteIndex route) const { return rows_[*route].label.second; }

  void add(RouteIndex route, int status) {
    Row& row = route ? rows_[*route] : rows_.back();
    const auto known = std::ranges::find(kStatuses, status);
    const auto column = static_cast<std::size_t>(known == kStatuses.end() ? kOther : known - kStatuses.begin());
    Counter* counter = row.counters[column].load(std::memory_order_acquire);
    if (counter == nullptr) {
      counter = &metrics_.counter("http_requests_total", "HTTP requests answered.",
                                  {{"method", row.label.first},
                                   {"route", row.label.second},
                                   {"code", column == kOther ? "other" : std::to_string(kStatuses[column])}});
      row.counters[column].store(counter, std::memory_order_release);
    }
    counter->add();
  }

 private:
  static constexpr std::size_t kOther = 0;
  static constexpr std::array kStatuses = {0,   101, 200, 201, 204, 206, 304, 400, 401, 403, 404, 405, 408,
                                           409, 413, 415, 416, 421, 426, 429, 431, 499, 500, 501, 503, 504};
  struct Row {
    std::pair<std::string, std::string> label;
    std::array<std::atomic<Counter*>, kStatuses.size()> counters{};
  };

  Metrics& metrics_;
  std::vector<Row> rows_;
};

Handler::Handler(std::span<const google::protobuf::ServiceDescriptor* const> services, const Methods& methods,
                 std::span<StreamedRoutes* const> streamed, runtime::BlockingPool& pool, ServerStatus& status,
                 Metrics& metrics, OriginGuard::Options origins, Options options)
    : routes_(services),
      counter_(std::make_unique<RequestCounter>(metrics, routes_, streamed)),
      pages_(embedded::pages()),
      methods_(methods),
      streamed_(streamed.begin(), streamed.end()),
      pool_(pool),
      status_(status),
      metrics_(metrics),
      guard_(std::move(origins)),
      openapi_(make_openapi(embedded::contract().front().bytes, routes_,
                            {.version = options.version,
                             .settings = options.settings,
                             .wants_sessions = options.wants_sessions,
                             .beside = described(streamed)})),
      options_(std::move(options)) {
  for (const auto& route : routes_.routes()) {
    auto target = std::make_unique<Target>();
    target->entry = methods.find(route->method->full_name());
    target->request = prototype_of(route->method->input_type());
    target->response = prototype_of(route->method->output_type());
    targets_.push_back(std::move(target));
  }
}

Handler::~Handler() = default;

Task<Outcome> Handler::handle(const Request& request, Call& call) {
  const auto begun = std::chrono::steady_clock::now();
  RouteIndex route;
  call.credentials = bearer_token(request.field("Authorization"));
  auto misdirected = guard_.check_host(request, call.request_id);
  Outcome outcome = misdirected ? Outcome(*std::move(misdirected)) : co_await answer(request, call, route);
  share_with_origin(request, outcome);

  const auto* response = std::get_if<Response>(&outcome);
  const int status = response != nullptr ? response->status : std::holds_alternative<EventStream>(outcome) ? 200 : 101;
  const auto took = std::chrono::steady_clock::now() - begun;
  counter_->add(route, status);
  status_.requests.add();
  if (response != nullptr && !response->limit.empty()) status_.note_refused({.limit = response->limit});
  if (request.body_stream == nullptr) status_.request.record(took);  // an upload lasts as long as its sender takes
  if (log::enabled(log::Level::kDebug)) {
    log::debug("request", {{"request_id", call.request_id},
                           {"method", request.method},
                           {"route", route ? counter_->path(route) : request.path},
                           {"status", status},
                           {"ms", std::chrono::duration<double, std::milli>(took).count()}});
  }
  co_return outcome;
}

Task<Outcome> Handler::handle_metrics(const Request& request, Call& call) {
  if (auto misdirected = guard_.check_host(request, call.request_id)) co_return *std::move(misdirected);
  if (request.path == kMetricsPath) {
    if (request.reads()) co_return metrics_page();
    co_return method_not_allowed(kReadMethods, call.request_id);
  }
  co_return make_problem({.code = ErrorCode::kNotFound, .detail = "this port has only GET /metrics"}, call.request_id);
}

Task<Outcome> Handler::answer(const Request& request, Call& call, RouteIndex& route) {
  if (auto resource = find_resource(request, call)) co_return std::move(*resource);
  if (is_preflight(request) && guard_.is_allowed_origin(request.field("Origin"))) co_return preflight_answer();
  if (has_coded_body(request)) co_return unsupported_coding(call);

  std::size_t first_route = routes_.routes().size();
  for (StreamedRoutes* each : streamed_) {
    if (each->owns(request.path)) {
      if (const auto own = each->route_of(request)) route = first_route + *own;
      co_return co_await answer_streamed(*each, request, call);
    }
    first_route += each->routes().size();
  }
  auto match = routes_.match(request.method == "HEAD" ? "GET" : request.method, request.path);
  if (!match) {
    if (match.error().status == 404) {
      if (auto page = pages_.lost(request)) co_return *std::move(page);
    }
    Response response = make_problem(match.error().error, match.error().status, call.request_id);
    if (!match.error().allow.empty()) response.fields.emplace_back("Allow", std::move(match.error().allow));
    co_return response;
  }
  route = match->route->index;
  co_return co_await call_method(*match, request, call);
}

std::optional<Outcome> Handler::find_resource(const Request& request, Call& call) const {
  if (request.path == kWebSocketPath || request.path == kRpcPath) return open_socket(request, call);
  std::optional<Response> page = pages_.find(request);
  if (request.path == kOpenapiPath) page = Response{.shared_body = openapi_};
  if (request.path == kMetricsPath) {
    const auto may = options_.may_read_metrics(call.credentials);
    page = may ? metrics_page() : make_problem(may.error(), call.request_id);
  }
  if (page && !request.reads()) page = method_not_allowed(kReadMethods, call.request_id);
  return page;
}

void Handler::share_with_origin(const Request& request, Outcome& outcome) const {
  const std::string_view origin = request.field("Origin");
  if (origin.empty() || !guard_.is_allowed_origin(origin)) return;
  const HeaderFields shared = {{"Access-Control-Allow-Origin", std::string(origin)},
                               {"Access-Control-Expose-Headers",
                                "Content-Disposition, Content-Range, ETag, Location, Retry-After, X-Request-Id"},
                               {"Vary", "Origin"}};
  const auto add_to = [&shared](HeaderFields& fields) { fields.insert(fields.end(), shared.begin(), shared.end()); };
  if (auto* response = std::get_if<Response>(&outcome)) add_to(response->fields);
  if (auto* stream = std::get_if<EventStream>(&outcome)) add_to(stream->fields);
}

void Handler::count_refused(int status) {
  counter_->add(std::nullopt, status);
  status_.requests.add();
}

Task<Outcome> Handler::call_method(const Match& match, const Request& request, Call& call) {
  const Target& target = *targets_[match.route->index];
  if (target.entry == nullptr) {
    co_return problem({.code = ErrorCode::kUnimplemented, .detail = "this server does not have the method yet"}, call);
  }
  const bool takes_body = match.route->whole_body || match.route->body_field != nullptr;
  const bool is_empty = request.body.empty() && request.field("Content-Type").empty();
  // Without a body there is nothing that a form of another site could not send.
  if (takes_body && is_empty) {
    if (auto foreign = guard_.check_origin(request)) co_return problem(*foreign, call);
  }
  if (takes_body && !is_empty && !is_json(request)) {
    co_return make_problem({.code = ErrorCode::kInvalidArgument,
                            .detail = "the content type is not JSON in UTF-8; send Content-Type: application/json"},
                           415, call.request_id);
  }
  google::protobuf::Arena arena;
  Message& message = *target.request->New(&arena);
  auto decoded = decode_request(match, request.query, request.body, message);
  if (decoded) decoded = take_header(request.find_field("Idempotency-Key"), "nonce", Stands::kForNone, message);
  // An EventSource keeps the address it began with: what it has received since is the newer position. An empty one says
  // that it has received nothing, and takes the place of no position.
  const std::string_view last_event = request.field("Last-Event-ID");
  if (decoded && target.entry->subscription && !last_event.empty()) {
    decoded = take_header(last_event, "after", Stands::kForAny, message);
  }
  if (!decoded) co_return problem(decoded.error(), call);

  if (target.entry->subscription) {
    if (request.method == "HEAD") co_return method_not_allowed("GET", call.request_id);
    auto subscription = target.entry->subscription(call.credentials, message);
    if (!subscription) co_return problem(subscription.error(), call);
    co_return EventStream{std::move(*subscription)};
  }
  call.in_pieces = match.route->response_field != nullptr;
  call.answer_bytes_max = static_cast<std::int64_t>(options_.answer_bytes_max / (call.in_pieces ? kPiecesHeld : 1));
  Message& answer = *target.response->New(&arena);
  Response response{.status = match.route->success_status};
  try {
    auto done = co_await target.entry->unary(call, message, answer);
    const std::size_t bytes = done ? answer.ByteSizeLong() : 0;
    if (done) done = check_answer(bytes, options_.answer_bytes_max);
    if (done && bytes > kEncodedOnCoreMax) {
      done = co_await encode_on_pool(pool_, *match.route, answer, response.body);
    } else if (done) {
      encode_response(*match.route, answer, response.body);
    }
    if (!done) co_return problem(done.error(), call);
  } catch (const std::exception& bug) {
    // A bug ends the request, never the process.
    log::error("exception in a method",
               {{"request_id", call.request_id}, {"method", match.route->method->full_name()}, {"what", bug.what()}});
    co_return problem(internal_error(), call);
  }
  if (call.rest) {
    response.body.pop_back();  // the array goes on
    response.stream = std::make_shared<Pieces>(pool_, *match.route, *target.response, call);
  }
  co_return response;
}

// A form of another site can send a file without being asked, unlike JSON.
Task<Outcome> Handler::answer_streamed(StreamedRoutes& routes, const Request& request, Call& call) {
  if (!request.reads()) {
    if (auto foreign = guard_.check_origin(request)) co_return problem(*foreign, call);
  }
  try {
    co_return co_await routes.handle(request, call);
  } catch (const std::exception& bug) {
    log::error("exception in a streamed call", {{"request_id", call.request_id}, {"what", bug.what()}});
  }
  co_return problem(internal_error(), call);
}

std::expected<std::string, Response> Handler::accept_websocket(const Request& request, const Call& call) const {
  auto accept = websocket::accept_handshake(request);
  if (!accept) {
    if (accept.error().code != ErrorCode::kFailedPrecondition) {
      return std::unexpected(make_problem(accept.error(), call.request_id));
    }
    Response response = make_problem(accept.error(), 426, call.request_id);
    response.fields = {{"Upgrade", "websocket"}, {"Connection", "Upgrade"}, {"Sec-WebSocket-Version", "13"}};
    return std::unexpected(std::move(response));
  }
  return *std::move(accept);
}

// A page cannot see why its socket was refused. It can ask by another method, whose answer it sees: for its origin, or
// for the method.
Outcome Handler::open_socket(const Request& request, Call& call) const {
  if (auto foreign = guard_.check_origin(request)) return problem(*foreign, call);
  if (request.method != "GET") return method_not_allowed("GET", call.request_id);
  return request.path == kRpcPath ? open_rpc(request, call) : open_websocket(request, call);
}

Outcome Handler::open_rpc(const Request& request, Call& call) const {
  auto accept = accept_websocket(request, call);
  if (!accept) return std::move(accept.error());
  auto credentials = rpc::credentials_of(request);
  if (!credentials) return problem(credentials.error(), call);
  return RpcUpgrade{*std::move(credentials), *std::move(accept)};
}

Outcome Handler::open_websocket(const Request& request, Call& call) const {
  auto accept = accept_websocket(request, call);
  if (!accept) return std::move(accept.error());
  chat::v1::SubscribeRequest message;
  if (auto decoded = set_query_fields(message, request.query); !decoded) return problem(decoded.error(), call);
  auto subscription = methods_.find(kSubscribe)->subscription(call.credentials, message);
  if (!subscription) return problem(subscription.error(), call);
  return WebSocketUpgrade{std::move(*subscription), message.has_after(), std::move(*accept)};
}

Response Handler::metrics_page() const {
  return {.content_type = "text/plain; version=0.0.4; charset=utf-8", .body = metrics_.render()};
}

}  // namespace vestnik::api::http
