// Every setting of `vestnik serve` with its default. Only the edge (this folder) knows it: the parts below get what
// they need.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/log.hpp"

namespace vestnik::app {

// kAuto: text on a terminal, JSON otherwise.
enum class LogFormat : std::uint8_t { kAuto, kJson, kText };

struct Listening {
  std::string address = "127.0.0.1";  // IPv4 or IPv6, without brackets
  std::uint16_t port = 5000;          // HTTP, WebSocket, pages; each port: 0 = any free one
  std::uint16_t grpc_port = 5001;
  std::uint16_t metrics_port = 2112;
  std::string ports_file;                  // empty: none; else JSON {"http","grpc","metrics"} once the server is ready
  bool open = false;                       // whether a public address may be served without sessions
  bool require_sessions = false;           // whether only the holder of a session may read and write
  std::vector<std::string> allowed_hosts;  // "host" or "host:port", lower case; names besides those of this machine
  std::vector<std::string> allowed_origins;  // "https://host:port", lower case; empty: only the server's own host
};

struct Storage {
  std::string url = "sqlite:data/vestnik.db";
  std::chrono::milliseconds timeout = std::chrono::seconds(5);  // of one call
  std::string attachments;                                      // folder; empty: beside the storage
};

struct Logging {
  log::Level level = log::Level::kInfo;
  LogFormat format = LogFormat::kAuto;
  std::chrono::milliseconds status_interval = std::chrono::seconds(60);  // 0: no status line
};

struct Runtime {
  std::uint32_t cores = 0;  // event loops; 0: one for each CPU
  std::uint32_t pool_threads = 4;
};

// What is beyond a limit is refused with an error that names it.
struct Limits {
  // Levels of arrays and objects in one JSON text. Not a setting: the parser's stack is sized for it.
  static constexpr std::uint32_t kJsonDepth = 32;

  std::uint32_t max_connections = 10'000;
  std::uint32_t max_connections_per_address = 50;  // loopback is exempt; 0: no limit
  std::uint32_t max_grpc_calls_per_caller = 100;   // at a time, of one session and of one address; loopback is exempt
  std::uint64_t max_body_bytes = 1ull << 20;
  std::uint32_t max_header_bytes = 16u << 10;
  std::uint32_t max_header_fields = 100;
  std::uint32_t max_websocket_message_bytes = 64u << 10;
  std::uint32_t max_websocket_fragments = 128;  // frames of one message
  std::uint32_t max_rooms_per_socket = 1'000;   // followed over /rpc
  std::uint32_t max_page = 500;                 // items in one answer
  std::uint64_t max_answer_bytes = 1ull << 20;  // of one answer, for as long as its reader has not taken it
  std::uint32_t max_message_length = 16'384;    // code points; a room may have a lower one
  std::uint64_t max_rooms = 10'000;
  std::uint64_t max_users = 1'000'000;
  std::uint32_t max_rooms_per_user = 50;  // open ones that a user owns, where sessions are required
  std::uint32_t max_rooms_joined = 1'000;
  std::uint32_t max_cursors_per_user = 5'000;
  std::uint64_t max_room_messages = 100'000'000;
  std::uint64_t max_attachment_bytes = 25ull << 20;
  std::uint64_t max_attachments_user_bytes = 1ull << 30;  // uploaded by one user; 0: no limit
  std::uint64_t max_attachments_total_bytes = 10ull << 30;
  std::uint32_t max_attachments_per_message = 10;
  double user_rate = 20;          // changes and uploads a second of one user where sessions are required; 0: no limit
  std::uint32_t user_burst = 40;  // of them at once
  double address_rate = 2;  // sessions, accounts and rooms a second made from one address where sessions are required
  std::uint32_t address_burst = 100;
  std::uint64_t window_bytes = 4ull << 20;          // live window of one room
  std::uint64_t window_total_bytes = 1ull << 30;    // live windows of all rooms
  std::uint64_t personal_queue_bytes = 1ull << 20;  // waiting for one connection alone, such as answers on a socket
  std::uint64_t write_queue_messages = 65'536;      // waiting for their commit
};

struct Timeouts {
  std::chrono::milliseconds header = std::chrono::seconds(10);        // from the first byte to the end of the headers
  std::chrono::milliseconds body = std::chrono::seconds(10);          // without a byte of the body
  std::chrono::milliseconds request = std::chrono::seconds(30);       // from the end of the headers to the answer
  std::chrono::milliseconds idle = std::chrono::seconds(75);          // of a kept connection between requests
  std::chrono::milliseconds ping = std::chrono::seconds(25);          // between pings of a socket or event stream
  std::chrono::milliseconds pong = std::chrono::seconds(10);          // for the answer to a ping
  std::chrono::milliseconds search = std::chrono::milliseconds(500);  // of a processor, for one search
  std::chrono::milliseconds session = std::chrono::minutes(60);       // of inactivity, until a session ends
  std::chrono::milliseconds guest_room = std::chrono::hours(24 * 7);  // after its last message; 0: stays
  std::chrono::milliseconds clock_settle = std::chrono::minutes(5);   // from a jump of the clock until it is followed
  std::chrono::milliseconds unclaimed_attachment = std::chrono::hours(24);  // until a message has to refer to it
  std::chrono::milliseconds shutdown = std::chrono::seconds(10);            // from SIGTERM until what is left is cut
};

struct ServerConfig {
  Listening listening;
  Storage storage;
  Logging logging;
  Runtime runtime;
  Limits limits;
  Timeouts timeouts;
};

// Checks what no single setting can say: a public address needs `open`, ports differ, one window fits into all windows.
// A sentence for the operator, or nullopt.
std::optional<std::string> find_conflict(const ServerConfig& config);

// Whether `address` is an IP address of this machine's own loopback (127.0.0.0/8, ::1).
bool is_loopback(const std::string& address);

}  // namespace vestnik::app
