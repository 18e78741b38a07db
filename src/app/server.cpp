#include "app/server.hpp"

#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <limits>
#include <string>
#include <system_error>
#include <utility>

#include "api/chat_api.hpp"
#include "api/frames.hpp"
#include "api/grpc/server.hpp"
#include "api/http/server.hpp"
#include "api/ops_api.hpp"
#include "api/presence.hpp"
#include "api/room_api.hpp"
#include "api/search_api.hpp"
#include "api/session_api.hpp"
#include "app/shutdown.hpp"
#include "app/version.hpp"
#include "base/ids.hpp"
#include "base/log.hpp"
#include "base/server_clock.hpp"
#include "chat/housekeeper.hpp"
#include "chat/indexer.hpp"
#include "chat/search.hpp"
#include "chat/store_failures.hpp"
#include "runtime/signals.hpp"
#include "runtime/turns.hpp"
#include "storage/files/blob_store.hpp"
#include "storage/open_store.hpp"

namespace vestnik::app {
namespace {

constexpr std::size_t kPoolWaitingMax = 4'096;
// Searches may take long; whatever else is read has threads and connections of the storage that they never get.
constexpr std::size_t kSearchThreads = 2;
constexpr std::size_t kRequestIdPrefix = 6;
constexpr std::size_t kMetricsConnections = 100;

int cannot_start(const Error& error) {
  log::error("cannot start", {{"reason", error.detail}});
  if (!log::enabled(log::Level::kError)) fmt::print(stderr, "vestnik: cannot start: {}\n", error.detail);
  return 1;
}

// A connection is an open file: as many as the system allows, so that --max-connections is what counts. Returns how
// many connections there may be, so that some files are left for everything else.
std::uint32_t raise_open_files(std::uint32_t connections_max) {
  constexpr rlim_t kOthers = 200;  // the database, event loops, connections of gRPC
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return connections_max;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
  if (limit.rlim_cur >= connections_max + kOthers) return connections_max;
  const rlim_t allowed = limit.rlim_cur - std::min(kOthers, limit.rlim_cur / 2);
  const auto connections = static_cast<std::uint32_t>(std::clamp<rlim_t>(allowed, 1, connections_max));
  log::warn("the system allows fewer open files than --max-connections needs; raise ulimit -n or LimitNOFILE",
            {{"open_files", limit.rlim_cur}, {"max_connections", connections_max}, {"taken", connections}});
  return connections;
}

log::Format log_format(LogFormat format) {
  if (format == LogFormat::kAuto) return isatty(STDERR_FILENO) != 0 ? log::Format::kText : log::Format::kJson;
  return format == LogFormat::kJson ? log::Format::kJson : log::Format::kText;
}

std::int64_t or_unlimited(std::uint32_t limit) {
  return limit > 0 ? limit : chat::kUnlimited;
}

chat::Limits chat_limits(const Limits& limits) {
  return {.max_message_length = static_cast<std::int32_t>(limits.max_message_length),
          .max_rooms = static_cast<std::int64_t>(limits.max_rooms),
          .max_users = static_cast<std::int64_t>(limits.max_users),
          .max_room_messages = static_cast<std::int64_t>(limits.max_room_messages),
          .max_page = static_cast<std::int32_t>(limits.max_page),
          .max_rooms_per_user = or_unlimited(limits.max_rooms_per_user),
          .max_rooms_joined = or_unlimited(limits.max_rooms_joined),
          .max_cursors_per_user = or_unlimited(limits.max_cursors_per_user),
          .max_attachments = limits.max_attachments_per_message};
}

chat::Rates::Options rates_of(const Limits& limits) {
  return {.user_rate = limits.user_rate,
          .user_burst = static_cast<double>(limits.user_burst),
          .address_rate = limits.address_rate,
          .address_burst = static_cast<double>(limits.address_burst)};
}

chat::AttachmentService::Options attachment_options(const ServerConfig& config) {
  const std::uint64_t user_bytes_max = config.limits.max_attachments_user_bytes;
  return {.bytes_max = config.limits.max_attachment_bytes,
          .user_bytes_max = user_bytes_max > 0 ? user_bytes_max : std::numeric_limits<std::uint64_t>::max(),
          .unclaimed = config.timeouts.unclaimed_attachment};
}

std::array<const google::protobuf::ServiceDescriptor*, 2> services() {
  return {chat::v1::SendMessageRequest::descriptor()->file()->FindServiceByName("Chat"),
          ops::v1::GetHealthRequest::descriptor()->file()->FindServiceByName("Ops")};
}

void count_people(Metrics& metrics, const chat::Sessions& sessions, const chat::RoomDirectory& rooms) {
  metrics.gauge("sessions_open", "Open sessions.", [&sessions] { return static_cast<double>(sessions.size()); });
  metrics.gauge("guests_active", "Guests with a session.", [&] { return static_cast<double>(sessions.guests()); });
  metrics.gauge("rooms_open", "Open rooms.", [&rooms] { return static_cast<double>(rooms.size()); });
}

// Tells when messages begin to be dated ahead of the clock, and when the clock has caught up.
class TimeWatch {
 public:
  explicit TimeWatch(const chat::ChatService& chat) : chat_(chat) {}

  void look() {
    const auto ahead = chat_.time_ahead();
    const bool is_ahead = ahead >= chat::kTimeAheadTold;
    if (is_ahead == std::exchange(was_ahead_, is_ahead)) return;
    if (is_ahead) {
      log::warn("the newest messages are dated ahead of the clock; later ones are dated just after them",
                {{"ahead_s", std::chrono::duration<double>(ahead).count()}});
    } else {
      log::info("the clock has caught up with the newest messages");
    }
  }

 private:
  const chat::ChatService& chat_;
  bool was_ahead_ = false;
};

// Remembers the latencies each second, and writes the status line.
Task<void> watch_status(api::ServerStatus& status, chat::StoreFailures& failures, TimeWatch& time,
                        std::chrono::milliseconds interval) {
  asio::steady_timer timer(co_await asio::this_coro::executor);
  auto next_line = std::chrono::steady_clock::now() + interval;
  while (true) {
    timer.expires_after(std::chrono::seconds(1));
    co_await timer.async_wait(kUseAwaitable);
    status.tick();
    failures.tell_counts();
    time.look();
    if (interval.count() > 0 && std::chrono::steady_clock::now() >= next_line) {
      status.log_status();
      next_line += interval;
    }
  }
}

// The folder belongs to the database whose attachments it holds: the lobby's id tells which one that is.
Result<std::unique_ptr<storage::FileBlobStore>> open_blobs(const ServerConfig& config, storage::Store& store,
                                                           storage::OnFailure on_failure) {
  const std::uint64_t bytes_max = config.limits.max_attachments_total_bytes;
  auto beside = storage::attachments_folder(config.storage.url);
  if (!beside && config.storage.attachments.empty()) return std::unexpected(std::move(beside.error()));
  if (beside && !*beside) return storage::FileBlobStore::open_temporary(bytes_max, std::move(on_failure));
  const std::string& folder = config.storage.attachments.empty() ? **beside : config.storage.attachments;
  auto lobby = store.find_room(chat::kLobby);
  if (!lobby) return std::unexpected(std::move(lobby.error()));
  // Earlier versions could close a lobby, and the next one has another id.
  const auto is_known = [&store](std::string_view sha256) { return store.has_content(sha256).value_or(false); };
  return storage::FileBlobStore::open(folder, lobby->info.id, bytes_max, std::move(on_failure), is_known);
}

std::string url_of(const std::string& address, std::uint16_t port) {
  const bool is_ipv6 = address.find(':') != std::string::npos;
  const std::string host = address == "127.0.0.1" ? "localhost" : is_ipv6 ? fmt::format("[{}]", address) : address;
  return fmt::format("http://{}:{}", host, port);
}

struct Ports {
  std::uint16_t http, grpc, metrics;
};

void write_ports(const std::string& path, const Ports& ports) {
  if (path.empty()) return;
  // Written beside and renamed, so that who waits for the file never reads half of it.
  const std::string beside = path + ".new";
  std::ofstream(beside) << fmt::format(R"({{"http":{},"grpc":{},"metrics":{}}})", ports.http, ports.grpc, ports.metrics)
                        << '\n';
  std::error_code failure;
  std::filesystem::rename(beside, path, failure);
  if (failure) log::error("the ports file could not be written", {{"path", path}, {"reason", failure.message()}});
}

}  // namespace

int serve(const ServerConfig& config, std::span<const std::string> warnings) {
  runtime::Signals signals;
  log::start(config.logging.level, log_format(config.logging.format));
  const log::Background logging;
  for (const std::string& warning : warnings) log::warn(warning);
  const api::BuildInfo build = build_info();
  const auto& limits = config.limits;
  const auto& timeouts = config.timeouts;
  const std::uint32_t connections_max = raise_open_files(limits.max_connections);

  ServerClock clock(timeouts.clock_settle);
  const Clock now = [&clock] { return clock.now(); };
  Metrics metrics;
  chat::StoreFailures store_failures(metrics);
  const auto note_failure = [&store_failures](const Error& error) { store_failures.note(error); };
  auto store = storage::open_store(config.storage.url, {.timeout = config.storage.timeout, .on_failure = note_failure});
  if (!store) return cannot_start(store.error());
  const chat::Access access = config.listening.require_sessions ? chat::Access::kSessions : chat::Access::kOpen;
  metrics.gauge("log_lines_dropped", "Lines of the log that could not be written, since the start.",
                [&logging] { return static_cast<double>(logging.dropped_lines()); });
  chat::RoomDirectory rooms;
  chat::ApiKeys keys(**store, now);
  if (auto ok = keys.refresh(); !ok) return cannot_start(ok.error());
  chat::Sessions sessions(**store, keys, rooms, timeouts.session, access, now, [&clock] { return clock.steady_now(); });
  chat::Presence presence;
  chat::Rates rates(access, rates_of(limits), metrics);
  chat::ChatService chat(**store, rooms, sessions, presence, chat_limits(limits), access, rates, now);
  chat::Changes changes(**store, rooms, chat_limits(limits), access, rates, now);
  if (auto ok = chat.open(); !ok) return cannot_start(ok.error());
  count_people(metrics, sessions, rooms);
  TimeWatch time_watch(chat);
  time_watch.look();
  metrics.gauge("store_time_ahead_seconds", "How far the newest message is dated ahead of the clock.",
                [&chat] { return std::chrono::duration<double>(chat.time_ahead()).count(); });

  auto blobs = open_blobs(config, **store, note_failure);
  if (!blobs) return cannot_start(blobs.error());
  chat::AttachmentService attachments(**store, **blobs, attachment_options(config), now);
  attachments.check((*blobs)->take_found());
  metrics.gauge("attachment_bytes", "Bytes of attachments, kept and on their way in.",
                [&blobs] { return static_cast<double>((*blobs)->used_bytes()); });

  runtime::Cores cores(config.runtime.cores);
  runtime::BlockingPool pool(config.runtime.pool_threads, kPoolWaitingMax);
  runtime::BlockingPool search_pool(kSearchThreads, kPoolWaitingMax);
  live::Hub hub(cores, api::event_encoders(),
                {.window_bytes = limits.window_bytes, .window_total_bytes = limits.window_total_bytes}, metrics);
  rooms.listen([&rooms, &hub](const chat::Event& change) { hub.publish_one(*rooms.log(), change); });
  chat::Indexer indexer(**store, metrics);
  chat::Search search(**store, rooms, access, {.time = config.timeouts.search}, now, [&indexer] { indexer.wake(); });
  chat::MessageWriter writer(
      **store, cores, {.queue_messages_max = limits.write_queue_messages},
      [&chat, &hub, &indexer](std::span<const chat::Committed> batch) {
        chat.note_committed(batch);
        indexer.wake();
        hub.publish(batch);
      },
      now, metrics);
  const auto guest_room_ttl =
      access == chat::Access::kSessions ? timeouts.guest_room : std::chrono::milliseconds::zero();
  chat::Housekeeper housekeeper(**store, rooms, sessions, attachments, writer, pool, guest_room_ttl, now, metrics);

  api::ServerStatus status(metrics, writer, hub);
  api::Connections connections(cores.size(), {connections_max, limits.max_connections_per_address});
  api::Subscriptions subscriptions(chat, hub, pool, metrics);
  api::SessionApi session_api(chat, sessions, pool);
  api::RoomApi room_api(chat, changes, sessions, writer, pool, now);
  api::ChatApi chat_api(chat, changes, sessions, presence, writer, pool, status);
  runtime::Turns search_turns({.at_once = kSearchThreads});
  api::SearchApi search_api(search, sessions, search_pool, search_turns);
  api::OpsApi ops_api(**store, {.store_failures = store_failures, .chat = chat, .clock = clock}, pool, status, build);
  api::Methods methods(chat_limits(limits));
  session_api.add_to(methods);
  room_api.add_to(methods);
  chat_api.add_to(methods);
  search_api.add_to(methods);
  ops_api.add_to(methods);

  api::http::Attachments http_attachments(attachments, sessions, changes, pool);
  api::http::Handler handler(services(), methods, http_attachments, pool, status, metrics,
                             {.address = config.listening.address,
                              .require_sessions = config.listening.require_sessions,
                              .allowed_hosts = config.listening.allowed_hosts,
                              .allowed_origins = config.listening.allowed_origins},
                             {.version = build.version,
                              .limits = chat_limits(limits),
                              .wants_sessions = config.listening.require_sessions,
                              .may_read_metrics = [&](std::string_view credentials) -> Result<void> {
                                auto actor = sessions.identify(credentials, std::nullopt);
                                if (!actor) return std::unexpected(std::move(actor.error()));
                                return chat.may_read_stats(*actor);
                              },
                              .answer_bytes_max = limits.max_answer_bytes});
  api::LiveContext live{.connections = connections,
                        .subscriptions = subscriptions,
                        .status = status,
                        .personal_bytes_max = limits.personal_queue_bytes,
                        .ping_interval = timeouts.ping,
                        .pong_timeout = timeouts.pong};
  api::websocket::SessionContext websocket{
      .live = live,
      .chat = chat_api,
      .writer = writer,
      .limits = {limits.max_websocket_message_bytes, limits.max_websocket_fragments},
      .rules = methods.rules_of(*chat::v1::SendMessageRequest::descriptor())};
  const api::rpc::MethodTable rpc_methods(services(), methods);
  api::rpc::SessionContext rpc{.live = live,
                               .methods = rpc_methods,
                               .sessions = sessions,
                               .changes = changes,
                               .pool = pool,
                               .writer = writer,
                               .hub = hub,
                               .limits = websocket.limits,
                               .rooms_max = limits.max_rooms_per_socket,
                               .answer_bytes_max = limits.max_answer_bytes};
  api::http::ServerContext http_context{
      .handle = [&handler](const auto& request, auto& call) { return handler.handle(request, call); },
      .count_refused = [&handler](int code) { handler.count_refused(code); },
      .connections = connections,
      .websocket = websocket,
      .rpc = rpc,
      .live = live,
      .open = status.http,
      .limits = {.head = {limits.max_header_bytes, limits.max_header_fields},
                 .body_bytes_max = limits.max_body_bytes,
                 .is_streamed = api::http::Attachments::is_upload,
                 .streamed_bytes_max = limits.max_attachment_bytes + api::http::Attachments::kFormBytesMax},
      .timeouts = {timeouts.header, timeouts.body, timeouts.request, timeouts.idle},
      .request_id_prefix = make_token(kRequestIdPrefix)};
  // Its own few places: the graph must not end when the others are taken, nor when somebody takes these.
  api::Connections metrics_connections(cores.size(),
                                       {.max = kMetricsConnections, .max_per_address = 0, .oldest_makes_room = true});
  api::http::ServerContext metrics_context{.handle = {},
                                           .count_refused = http_context.count_refused,
                                           .connections = metrics_connections,
                                           .websocket = websocket,
                                           .rpc = rpc,
                                           .live = live,
                                           .open = status.http,
                                           .limits = http_context.limits,
                                           .timeouts = http_context.timeouts,
                                           .request_id_prefix = http_context.request_id_prefix};
  metrics_context.handle = [&handler](const auto& request, auto& call) {
    return handler.handle_metrics(request, call);
  };
  api::http::Server http(cores, http_context);
  api::http::Server metrics_http(cores, std::move(metrics_context));
  api::grpc::Server grpc({.cores = cores,
                          .methods = methods,
                          .subscriptions = subscriptions,
                          .status = status,
                          .connections = connections,
                          .reflection = is_loopback(config.listening.address),
                          .message_bytes_max = limits.max_body_bytes,
                          .answer_bytes_max = limits.max_answer_bytes,
                          .streams_max = limits.max_connections,
                          .caller_calls_max = limits.max_grpc_calls_per_caller,
                          .answer_timeout = timeouts.request,
                          .request_id_prefix = http_context.request_id_prefix});

  const auto& listening = config.listening;
  auto http_port = http.listen(listening.address, listening.port);
  if (!http_port) return cannot_start(http_port.error());
  auto metrics_port = metrics_http.listen(listening.address, listening.metrics_port);
  if (!metrics_port) return cannot_start(metrics_port.error());
  auto grpc_port = grpc.start(listening.address, listening.grpc_port);
  if (!grpc_port) return cannot_start(grpc_port.error());
  cores.start();
  http.accept();
  metrics_http.accept();
  asio::co_spawn(cores[0].context(), housekeeper.run(cores[0]), asio::detached);
  asio::co_spawn(cores[0].context(), keys.follow(pool), asio::detached);
  asio::co_spawn(cores[0].context(), api::tell_presence(chat, hub, pool), asio::detached);
  asio::co_spawn(cores[0].context(), watch_status(status, store_failures, time_watch, config.logging.status_interval),
                 asio::detached);

  status.ready = true;
  write_ports(listening.ports_file, {*http_port, *grpc_port, *metrics_port});
  log::info("ready", {{"url", url_of(listening.address, *http_port)},
                      {"http_port", *http_port},
                      {"grpc_port", *grpc_port},
                      {"metrics_port", *metrics_port},
                      {"store", (*store)->description()},
                      {"cores", cores.size()},
                      {"version", build.version},
                      {"commit", build.commit}});

  int signal = 0;
  while (signal == 0) signal = signals.wait(std::chrono::hours(1));
  shut_down({.signals = signals,
             .signal = signal,
             .timeout = timeouts.shutdown,
             .cores = cores,
             .pools = {&pool, &search_pool},
             .hub = hub,
             .housekeeper = housekeeper,
             .writer = writer,
             .indexer = indexer,
             .status = status,
             .connections = {&connections, &metrics_connections},
             .http = http,
             .metrics_http = metrics_http,
             .grpc = grpc});
  return 0;
}

}  // namespace vestnik::app
