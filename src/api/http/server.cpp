#include "api/http/server.hpp"

#include <fmt/format.h>
#include <fmt/ostream.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <mutex>
#include <optional>
#include <utility>

#include "base/log.hpp"
#include "runtime/socket.hpp"

namespace vestnik::api::http {
namespace {

using boost::asio::ip::tcp;
using ReusePort = boost::asio::detail::socket_option::boolean<SOL_SOCKET, SO_REUSEPORT>;
using UserTimeout = boost::asio::detail::socket_option::integer<IPPROTO_TCP, TCP_USER_TIMEOUT>;

constexpr int kBacklog = 4096;
constexpr int kUserTimeoutMs = 30'000;               // a peer that acknowledges nothing for so long is gone
constexpr std::chrono::milliseconds kPauseMin{100};  // where connections cannot be accepted, doubled each time
constexpr std::chrono::milliseconds kPauseMax{1'000};
constexpr std::chrono::seconds kTellAgain{60};

// Acceptors that share a port would also share it with another server that allows it: so one that does not share looks
// first.
Result<tcp::endpoint> probe(const tcp::endpoint& wanted) {
  boost::asio::io_context context;
  tcp::acceptor acceptor(context);
  boost::system::error_code error;
  acceptor.open(wanted.protocol(), error);
  if (!error) acceptor.set_option(tcp::acceptor::reuse_address(true), error);
  if (!error) acceptor.bind(wanted, error);
  if (!error) acceptor.listen(1, error);
  if (error) {
    const bool taken = error == boost::asio::error::address_in_use;
    return fail(ErrorCode::kFailedPrecondition,
                fmt::format("cannot listen on {}: {}", fmt::streamed(wanted),
                            taken ? "the port is in use by another program" : error.message()));
  }
  return acceptor.local_endpoint();
}

// The address of an IPv4 client at an IPv6 listener.
boost::asio::ip::address unmapped(const boost::asio::ip::address& address) {
  if (!address.is_v6() || !address.to_v6().is_v4_mapped()) return address;
  return boost::asio::ip::make_address_v4(boost::asio::ip::v4_mapped, address.to_v6());
}

}  // namespace

// Tells when connections cannot be accepted, a line a minute however often it is tried, and when they can again. Any
// thread.
class Server::AcceptTrouble {
 public:
  explicit AcceptTrouble(std::uint16_t port) : port_(port) {}

  void begin(const std::string& reason) {
    const std::scoped_lock lock(mutex_);
    ++attempts_;
    const auto now = std::chrono::steady_clock::now();
    if (told_at_ && now - *told_at_ < kTellAgain) return;
    told_at_ = now;
    told_ = true;
    log::warn("connections cannot be accepted; trying again",
              {{"port", port_}, {"reason", reason}, {"failed_attempts", std::exchange(attempts_, 0)}});
  }

  void end() {
    if (told_.load(std::memory_order_relaxed) && told_.exchange(false))
      log::info("connections are accepted again", {{"port", port_}});
  }

 private:
  const std::uint16_t port_;
  std::mutex mutex_;
  std::optional<std::chrono::steady_clock::time_point> told_at_;
  std::int64_t attempts_ = 0;  // since then
  std::atomic<bool> told_{false};
};

class Server::Door {
 public:
  Door(runtime::Core& core, ServerContext& context, AcceptTrouble& trouble)
      : core_(core), context_(context), trouble_(trouble), acceptor_(core.context()) {}

  void open(const tcp::endpoint& endpoint) {
    acceptor_.open(endpoint.protocol());
    acceptor_.set_option(tcp::acceptor::reuse_address(true));
    acceptor_.set_option(ReusePort(true));
    acceptor_.bind(endpoint);
    acceptor_.listen(kBacklog);
  }

  void accept() {
    asio::co_spawn(core_.context(), [this] { return loop(); }, asio::detached);
  }

  void stop() {
    core_.post([this] {
      take_waiting();
      boost::system::error_code ignored;
      acceptor_.close(ignored);
    });
  }

 private:
  // Those whom the system has let in already: closing would reset them.
  void take_waiting() {
    boost::system::error_code error;
    acceptor_.non_blocking(true, error);
    while (!error) {
      runtime::Socket socket(core_.context());
      acceptor_.accept(socket, error);
      if (!error) take(std::move(socket));
    }
  }

  Task<void> loop() {
    auto pause_for = kPauseMin;
    while (acceptor_.is_open()) {
      boost::system::error_code error;
      runtime::Socket socket = co_await acceptor_.async_accept(asio::redirect_error(kUseAwaitable, error));
      if (error == boost::asio::error::operation_aborted || !acceptor_.is_open()) co_return;
      if (error) {
        // No file descriptors are left, most likely: those who wait in the backlog get their turn a little later.
        trouble_.begin(error.message());
        asio::steady_timer pause(core_.context(), std::exchange(pause_for, std::min(2 * pause_for, kPauseMax)));
        co_await pause.async_wait(asio::redirect_error(kUseAwaitable, error));
        continue;
      }
      pause_for = kPauseMin;
      trouble_.end();
      take(std::move(socket));
    }
  }

  void take(runtime::Socket socket) {
    boost::system::error_code error;
    const auto peer = socket.remote_endpoint(error);
    if (error) return;  // gone already
    socket.set_option(tcp::no_delay(true), error);
    socket.set_option(UserTimeout(kUserTimeoutMs), error);
    auto admission = context_.connections.admit(core_, unmapped(peer.address()));
    if (!admission) return refuse(socket);
    std::make_shared<HttpConnection>(context_, std::move(*admission), core_, std::move(socket), next_number())->start();
  }

  // A number for each connection, different on each core.
  std::uint64_t next_number() { return accepted_++ * 1'000 + core_.index(); }

  void refuse(runtime::Socket& socket) {
    context_.count_refused(503);
    const std::string request_id = fmt::format("{}-{}.0", context_.request_id_prefix, next_number());
    std::string answer;
    append_response(answer,
                    make_problem({.code = ErrorCode::kUnavailable,
                                  .detail = "too many connections (--max-connections, "
                                            "--max-connections-per-address)"},
                                 request_id),
                    {}, request_id, false);
    static_cast<void>(::send(socket.native_handle(), answer.data(), answer.size(), MSG_NOSIGNAL | MSG_DONTWAIT));
  }

  runtime::Core& core_;
  ServerContext& context_;
  AcceptTrouble& trouble_;
  runtime::Acceptor acceptor_;
  std::uint64_t accepted_ = 0;
};

Server::Server(runtime::Cores& cores, ServerContext context) : cores_(cores), context_(std::move(context)) {}

Server::~Server() = default;

Result<std::uint16_t> Server::listen(const std::string& address, std::uint16_t port) {
  boost::system::error_code error;
  const auto ip = boost::asio::ip::make_address(address, error);
  if (error) return fail(ErrorCode::kFailedPrecondition, address + " is not an IP address");
  auto endpoint = probe({ip, port});
  if (!endpoint) return std::unexpected(std::move(endpoint.error()));
  trouble_ = std::make_unique<AcceptTrouble>(endpoint->port());
  for (std::size_t i = 0; i < cores_.size(); ++i) {
    doors_.push_back(std::make_unique<Door>(cores_[i], context_, *trouble_));
    doors_.back()->open(*endpoint);
  }
  return endpoint->port();
}

void Server::accept() {
  for (auto& door : doors_) door->accept();
}

void Server::stop_accepting() {
  for (auto& door : doors_) door->stop();
}

}  // namespace vestnik::api::http
