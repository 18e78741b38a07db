#include <fmt/format.h>

#include <stdexcept>
#include <string>
#include <vector>

#include "histogram.hpp"
#include "http_message.hpp"
#include "json_line.hpp"
#include "scenarios.hpp"
#include "socket.hpp"
#include "stamped_frames.hpp"
#include "usage.hpp"
#include "websocket_protocol.hpp"

namespace vestnik::bench {
namespace {

constexpr int kCreated = 201;

// One kept connection with one request under way.
struct Connection {
  Fd socket;
  std::int64_t sent_ns = 0;
  std::string open_response;  // the first part of a response that came in pieces
};

struct Counts {
  std::uint64_t created = 0;
  std::uint64_t refused = 0;
  std::uint64_t response_bytes = 0;
};

class ClosedLoop {
 public:
  ClosedLoop(std::uint16_t port, std::size_t connections, std::string request)
      : request_(std::move(request)), buffer_(64 * 1024) {
    for (std::size_t i = 0; i < connections; ++i) {
      connections_.push_back({.socket = connect_to(port), .open_response = {}});
      set_nonblocking(connections_.back().socket);
      epoll_.add(connections_.back().socket, EPOLLIN, i);
    }
  }

  // Keeps one request under way on each connection; after the time no new ones, and the open ones are waited for.
  // Latencies are of the requests answered from `warmup_ns` on.
  void run(std::int64_t warmup_ns, std::int64_t measure_ns) {
    const std::int64_t begin = now_ns();
    measure_from_ = begin + warmup_ns;
    measure_to_ = measure_from_ + measure_ns;
    for (Connection& connection : connections_) send_request(connection);
    while (open_ != 0) {
      const auto events = epoll_.wait(10'000);
      if (events.empty()) throw std::runtime_error("no answer within 10 s");
      for (const epoll_event& event : events) read(connections_[event.data.u64]);
    }
  }

  const Counts& all() const { return all_; }
  const Counts& measured() const { return measured_; }
  const Histogram& latencies() const { return latencies_; }

 private:
  void send_request(Connection& connection) {
    connection.sent_ns = now_ns();
    if (send_some(connection.socket, request_) != request_.size())
      throw std::runtime_error("a request did not fit the socket");
    ++open_;
  }

  void read(Connection& connection) {
    const auto [state, bytes] = read_some(connection.socket, buffer_);
    if (state == ReadState::kClosed) throw std::runtime_error("the server closed a kept connection");
    if (state == ReadState::kEmpty) return;
    std::string_view response = bytes;
    if (!connection.open_response.empty()) response = connection.open_response += bytes;
    const HttpExtent extent = http_extent(response);
    if (extent.total == 0 || response.size() < extent.total) {
      if (connection.open_response.empty()) connection.open_response = bytes;
      return;
    }
    answered(connection, http_status(response), extent.total);
    connection.open_response.clear();
  }

  void answered(Connection& connection, int status, std::size_t bytes) {
    --open_;
    const std::int64_t now = now_ns();
    count(all_, status, bytes);
    if (now >= measure_from_ && now < measure_to_) {
      count(measured_, status, bytes);
      latencies_.record(now - connection.sent_ns);
    }
    if (now < measure_to_) send_request(connection);
  }

  static void count(Counts& counts, int status, std::size_t bytes) {
    ++(status == kCreated ? counts.created : counts.refused);
    counts.response_bytes += bytes;
  }

  std::string request_;
  std::vector<Connection> connections_;
  std::vector<char> buffer_;
  Epoll epoll_;
  std::size_t open_ = 0;
  std::int64_t measure_from_ = 0;
  std::int64_t measure_to_ = 0;
  Counts all_;
  Counts measured_;
  Histogram latencies_;
};

// The number of the room's newest message; -1 when the server does not tell (the bare responder has no rooms).
std::int64_t head_of(std::uint16_t port, const std::string& room) {
  const HttpResponse response = HttpClient(port).get("/api/v1/rooms/" + room);
  return response.status == 200 ? WebSocketProtocol::position(response.body) : -1;
}

}  // namespace

int run_http_post(Options& options) {
  const std::uint16_t port = options.port();
  const auto connections = static_cast<std::size_t>(options.number("connections", 64, 1, 10'000));
  const auto content_bytes = static_cast<std::size_t>(options.number("content-bytes", 200, 10, 60'000));
  const double warmup = options.seconds("warmup", 2);
  const double seconds = options.seconds("seconds", 8);
  const std::string room = options.text("room", "lobby");
  options.reject_unknown();

  const std::int64_t before = head_of(port, room);
  const std::string body = fmt::format(R"({{"content":"{}"}})", stampable_content(content_bytes));
  ClosedLoop loop(port, connections, http_post_request(fmt::format("/api/v1/rooms/{}/messages", room), body));
  const double cpu = own_cpu_seconds();
  loop.run(static_cast<std::int64_t>(warmup * 1e9), static_cast<std::int64_t>(seconds * 1e9));
  const double cpu_used = own_cpu_seconds() - cpu;
  const std::int64_t after = head_of(port, room);

  const Counts& measured = loop.measured();
  JsonLine line;
  line.add("scenario", "http-post");
  line.add("connections", connections);
  line.add("per_second", static_cast<double>(measured.created) / seconds);
  line.add("latency", loop.latencies());
  line.add("response_bytes",
           measured.created == 0 ? 0 : measured.response_bytes / (measured.created + measured.refused));
  line.add("created", loop.all().created);
  line.add("refused", loop.all().refused);
  line.add("client_cpu_seconds", cpu_used);
  line.add("verified",
           loop.all().refused == 0 && (before < 0 || after - before == static_cast<std::int64_t>(loop.all().created)));
  line.print();
  return 0;
}

}  // namespace vestnik::bench
