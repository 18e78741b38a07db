#include <arpa/inet.h>
#include <netinet/in.h>

#include <array>

#include "api/http/host.hpp"
#include "app/common_options.hpp"
#include "app/options.hpp"
#include "base/text.hpp"
#include "runtime/cores.hpp"

namespace vestnik::app {
namespace {

using namespace std::chrono_literals;

constexpr std::int64_t kMillion = 1'000'000;
constexpr std::uint64_t kKiB = 1ull << 10;
constexpr std::uint64_t kMiB = 1ull << 20;
constexpr std::uint64_t kGiB = 1ull << 30;
constexpr std::uint64_t kTiB = 1ull << 40;

constexpr std::string_view kListening = "Listening";
constexpr std::string_view kStorage = "Storage";
constexpr std::string_view kLogs = "Logs";
constexpr std::string_view kThreads = "Threads";
constexpr std::string_view kLimits = "Limits (what is beyond is refused with an error that says so)";
constexpr std::string_view kTimeouts = "Time-outs";

constexpr std::array kLevels = {
    Choice<log::Level>{"debug", log::Level::kDebug},  Choice<log::Level>{"info", log::Level::kInfo},
    Choice<log::Level>{"warn", log::Level::kWarn},    Choice<log::Level>{"error", log::Level::kError},
    Choice<log::Level>{"off", log::Level::kOff},      Choice<log::Level>{"trace", log::Level::kDebug},
    Choice<log::Level>{"warning", log::Level::kWarn}, Choice<log::Level>{"fatal", log::Level::kError},
    Choice<log::Level>{"panic", log::Level::kError},  Choice<log::Level>{"critical", log::Level::kError},
};
constexpr std::size_t kLevelsShown = 5;

constexpr std::array kFormats = {
    Choice<LogFormat>{"auto", LogFormat::kAuto},
    Choice<LogFormat>{"json", LogFormat::kJson},
    Choice<LogFormat>{"text", LogFormat::kText},
};

std::optional<std::string> check_address(std::string& text) {
  if (text == "localhost") text = "127.0.0.1";
  in6_addr buffer{};
  if (inet_pton(AF_INET, text.c_str(), &buffer) == 1 || inet_pton(AF_INET6, text.c_str(), &buffer) == 1) return {};
  return "is not an IP address";
}

std::optional<std::string> check_store(std::string& url) {
  if (url == "memory:") return {};
  if (url.starts_with("sqlite:")) {
    return url.size() > std::string_view("sqlite:").size() ? std::nullopt : std::optional("names no file");
  }
  for (const std::string_view later : {"postgres:", "postgresql:", "redis:"}) {
    if (url.starts_with(later)) return "is a storage that this version does not have";
  }
  return "is not a storage";
}

std::optional<std::string> check_host(std::string& host) {
  host = to_lower(host);
  return api::http::parse_host(host) ? std::nullopt : std::optional("is not the name of a host");
}

// RFC 6454: scheme, host and port, nothing behind them. Browsers send scheme and host in lower case.
std::optional<std::string> check_origin(std::string& origin) {
  origin = to_lower(origin);
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (!origin.starts_with(scheme)) continue;
    const std::string_view authority = std::string_view(origin).substr(scheme.size());
    if (authority.empty() || authority.find_first_of("/?#@* \t") != authority.npos) break;
    return {};
  }
  return "is not an origin";
}

}  // namespace

Option store_option(std::string& url) {
  return {"store", kStorage, "where messages live: sqlite:PATH, or memory: (lost at the end)",
          checked(url, "URL", "sqlite:PATH (such as sqlite:data/vestnik.db) or memory:", check_store)};
}

Command serve_command(ServerConfig& config) {
  auto& [listening, storage, logging, runtime, limits, timeouts] = config;
  // clang-format off: one line for each option
  return {
    .name = "serve",
    .purpose = "Runs the server.",
    .examples = R"(  vestnik serve
      pages, API and docs on http://localhost:5000, data in ./data/
  vestnik serve --listen 0.0.0.0 --open --store sqlite:/var/lib/vestnik/chat.db
      for everybody on the network, with the database elsewhere
  VESTNIK_LOG_LEVEL=debug vestnik serve --config vestnik.toml --port 0 --ports-file ports.json
      settings from a file that has lines such as: max-body-bytes = "4MiB")",
    .options = {
      {"listen", kListening, "address to listen on", checked(listening.address, "ADDRESS", "an IP address, such as 127.0.0.1, 0.0.0.0 or ::", check_address)},
      {"port", kListening, "HTTP, WebSocket and pages; 0: any free port", whole(listening.port, 0, 65'535), "PORT"},
      {"grpc-port", kListening, "gRPC; 0: any free port", whole(listening.grpc_port, 0, 65'535)},
      {"metrics-port", kListening, "metrics for Prometheus; 0: any free port", whole(listening.metrics_port, 0, 65'535)},
      {"ports-file", kListening, "file that gets the ports as JSON once the server is ready", text(listening.ports_file, "FILE")},
      {"open", kListening, "let everybody who reaches a public address read and write", yes_or_no(listening.open)},
      {"require-sessions", kListening, "let nobody read or write without a session", yes_or_no(listening.require_sessions)},
      {"allowed-hosts", kListening, "names by which the server is called, besides those of this machine", checked(listening.allowed_hosts, "HOST,...", "a host name and perhaps a port, such as chat.example.com", check_host)},
      {"allowed-origins", kListening, "pages of other hosts that may use the API from a browser (default: none)", checked(listening.allowed_origins, "ORIGIN,...", "scheme, host and port, such as https://chat.example.com", check_origin)},

      store_option(storage.url),
      {"attachments", kStorage, "folder for the files that messages have (default: beside the storage, PATH-attachments)", text(storage.attachments, "FOLDER")},
      {"store-timeout", kStorage, "longest that one call of the storage may take", duration(storage.timeout, 10ms, 10min)},

      {"log-level", kLogs, "least serious lines that are written", choose<log::Level>(logging.level, kLevels, kLevelsShown), "LOG_LEVEL"},
      {"log-format", kLogs, "auto: text on a terminal, JSON otherwise", choose<LogFormat>(logging.format, kFormats, kFormats.size())},
      {"status-interval", kLogs, "between lines with rates, queues and latencies; 0s: none", duration(logging.status_interval, 0s, 24h)},

      {"cores", kThreads, "event loops; 0: one for each CPU", whole(runtime.cores, 0, runtime::Cores::kMax)},
      {"pool-threads", kThreads, "threads for work that blocks", whole(runtime.pool_threads, 1, 1'024)},

      {"max-connections", kLimits, "connections at the same time, and as many gRPC streams besides", whole(limits.max_connections, 1, kMillion), "MAX_CONNECTIONS"},
      {"max-connections-per-address", kLimits, "of them from one address (loopback is exempt); 0: no limit", whole(limits.max_connections_per_address, 0, kMillion)},
      {"max-grpc-calls-per-caller", kLimits, "gRPC calls and streams at a time of one session, and of one address (loopback is exempt)", whole(limits.max_grpc_calls_per_caller, 1, kMillion)},
      {"max-body-bytes", kLimits, "body of a request", size(limits.max_body_bytes, kKiB, kGiB)},
      {"max-header-bytes", kLimits, "all headers of a request", size(limits.max_header_bytes, kKiB, kMiB)},
      {"max-header-fields", kLimits, "header lines of a request", whole(limits.max_header_fields, 8, 10'000)},
      {"max-websocket-message-bytes", kLimits, "message from a WebSocket", size(limits.max_websocket_message_bytes, kKiB, 64 * kMiB)},
      {"max-websocket-fragments", kLimits, "frames of one message from a WebSocket", whole(limits.max_websocket_fragments, 1, 100'000)},
      {"max-rooms-per-socket", kLimits, "rooms that one socket of /rpc follows", whole(limits.max_rooms_per_socket, 1, kMillion)},
      {"max-page", kLimits, "items in one answer", whole(limits.max_page, 1, 10'000)},
      {"max-answer-bytes", kLimits, "one answer that its reader has not taken; longer ones come in pieces, or say where to go on", size(limits.max_answer_bytes, 512 * kKiB, kGiB)},
      {"max-message-length", kLimits, "characters (Unicode code points) of a text; rooms may have less", whole(limits.max_message_length, 1, 65'536)},
      {"max-rooms", kLimits, "open rooms", whole(limits.max_rooms, 2, 1'000 * kMillion)},
      {"max-users", kLimits, "accounts, and guests with a session", whole(limits.max_users, 1, 1'000 * kMillion)},
      {"max-rooms-per-user", kLimits, "open rooms that one user owns, with --require-sessions; 0: no limit", whole(limits.max_rooms_per_user, 0, kMillion)},
      {"max-rooms-joined", kLimits, "open rooms that one user is a member of; 0: no limit", whole(limits.max_rooms_joined, 0, kMillion)},
      {"max-cursors-per-user", kLimits, "cursors of one user in open rooms, whatever their names; 0: no limit", whole(limits.max_cursors_per_user, 0, kMillion)},
      {"max-room-messages", kLimits, "messages that a room keeps; rooms may keep less", whole(limits.max_room_messages, 1, 1'000'000 * kMillion)},
      {"max-attachment-bytes", kLimits, "one attachment", size(limits.max_attachment_bytes, kKiB, kTiB)},
      {"max-attachments-user-bytes", kLimits, "all attachments of one user; 0: no limit", size(limits.max_attachments_user_bytes, 0, 1'024 * kTiB)},
      {"max-attachments-total-bytes", kLimits, "all attachments together", size(limits.max_attachments_total_bytes, kMiB, 1'024 * kTiB)},
      {"max-attachments-per-message", kLimits, "attachments of one message", whole(limits.max_attachments_per_message, 1, 100)},
      {"user-rate", kLimits, "changes, uploads among them, a second of one user, with --require-sessions; 0: no limit", rate(limits.user_rate, 1e6)},
      {"user-burst", kLimits, "of them at once", whole(limits.user_burst, 1, kMillion)},
      {"address-rate", kLimits, "sessions, accounts and rooms made in a second from one address (IPv6: /64), with --require-sessions; 0: no limit", rate(limits.address_rate, 1e6)},
      {"address-burst", kLimits, "of them at once", whole(limits.address_burst, 1, kMillion)},
      {"window-bytes", kLimits, "newest messages of one room kept in memory for subscribers", size(limits.window_bytes, 64 * kKiB, kTiB)},
      {"window-total-bytes", kLimits, "the same for all rooms", size(limits.window_total_bytes, kMiB, kTiB)},
      {"personal-queue-bytes", kLimits, "answers that wait for one connection", size(limits.personal_queue_bytes, 4 * kKiB, kGiB)},
      {"write-queue-messages", kLimits, "messages that wait for their commit", whole(limits.write_queue_messages, 1, 16 * kMillion)},

      {"header-timeout", kTimeouts, "from the first byte of a request to the end of its headers", duration(timeouts.header, 10ms, 1h)},
      {"body-timeout", kTimeouts, "without a byte of a body", duration(timeouts.body, 10ms, 1h)},
      {"request-timeout", kTimeouts, "from the headers to the answer", duration(timeouts.request, 10ms, 1h)},
      {"idle-timeout", kTimeouts, "of a connection between requests", duration(timeouts.idle, 10ms, 24h)},
      {"ping-interval", kTimeouts, "between pings of WebSockets and event streams", duration(timeouts.ping, 10ms, 1h)},
      {"pong-timeout", kTimeouts, "for the answer to a ping", duration(timeouts.pong, 10ms, 1h)},
      {"search-time", kTimeouts, "of a processor that one search may take, before it answers what it has found until then", duration(timeouts.search, 10ms, 10min)},
      {"session-ttl", kTimeouts, "from the last message of a user, who owns no open room, to the end of the session", duration(timeouts.session, 1s, 24h * 3'650)},
      {"guest-room-ttl", kTimeouts, "from the last message in the room of a guest to its closing, with --require-sessions; 0s: it stays", duration(timeouts.guest_room, 0s, 24h * 3'650)},
      {"clock-settle", kTimeouts, "from a jump of the system's clock until the server follows it; 0s: at once", duration(timeouts.clock_settle, 0s, 24h)},
      {"unclaimed-attachment-timeout", kTimeouts, "from an upload until a message has to refer to it", duration(timeouts.unclaimed_attachment, 1s, 365 * 24h)},
      {"shutdown-timeout", kTimeouts, "from SIGTERM until what is still open is cut", duration(timeouts.shutdown, 0s, 1h)},
    },
  };
  // clang-format on
}

}  // namespace vestnik::app
