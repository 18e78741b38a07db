#include "api/http/connection.hpp"

#include <fmt/format.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <exception>
#include <span>
#include <utility>

#include "api/sse/session.hpp"
#include "api/websocket/handshake.hpp"
#include "base/ids.hpp"
#include "base/log.hpp"

namespace vestnik::api::http {
namespace {

constexpr std::size_t kUnreadMax = 256 * 1024;  // pipelined requests that wait for the one before them
constexpr std::chrono::seconds kLinger{2};
constexpr std::chrono::milliseconds kParting{500};  // for what was sent before the client could know
constexpr std::string_view kBadChunk = "a chunk of the body is malformed";
constexpr std::size_t kPieceBytes = 64 * 1024;     // of an answer that is sent from a source
constexpr std::int64_t kBytesPerSecondMin = 4096;  // slower than this, over all its time, nobody is waited for

bool would_block() {
  return errno == EAGAIN || errno == EWOULDBLOCK;
}

std::unexpected<Error> gone() {
  return fail(ErrorCode::kCancelled, "the client has gone before the end of the body");
}

Error refusal(int status, std::string_view reason) {
  const ErrorCode code = status == 408 || status == 504   ? ErrorCode::kDeadlineExceeded
                         : status == 413 || status == 431 ? ErrorCode::kResourceExhausted
                                                          : ErrorCode::kInvalidArgument;
  Error error{.code = code, .detail = std::string(reason)};
  if (status == 413) error.violations.push_back({"body", error.detail});
  return error;
}

}  // namespace

HttpConnection::HttpConnection(ServerContext& context, Admission admission, runtime::Core& core, runtime::Socket socket,
                               std::uint64_t number)
    : context_(context),
      admission_(std::move(admission)),
      core_(core),
      socket_(std::move(socket)),
      number_(number),
      reader_(context.limits, this),
      phase_since_(core.sweeper().now()) {
  context_.open.fetch_add(1, std::memory_order_relaxed);
}

HttpConnection::~HttpConnection() {
  context_.open.fetch_sub(1, std::memory_order_relaxed);
}

void HttpConnection::start() {
  core_.sweeper().add(*this);
  context_.connections.add(core_, *this);
  asio::co_spawn(core_.context(), [self = shared_from_this()] { return self->run(); }, asio::detached);
}

Task<void> HttpConnection::run() {
  try {
    while (co_await read_request()) {
      if (!co_await answer()) break;
    }
  } catch (const std::exception& bug) {
    log::error("exception in a connection", {{"what", bug.what()}});
  }
  close();
}

void HttpConnection::enter(Phase phase) {
  phase_since_ = core_.sweeper().now();
  if (phase_ < Phase::kBody && phase >= Phase::kBody) due_from_ = streamed_since_ = phase_since_;
  if (phase == Phase::kWriting) {
    streamed_since_ = phase_since_;
    streamed_bytes_ = 0;
  }
  phase_ = phase;
}

Task<bool> HttpConnection::read_request() {
  reader_.reset();
  invited_ = false;
  streamed_bytes_ = 0;
  if (requests_ > 0) enter(Phase::kIdle);
  while (true) {
    if (phase_ >= Phase::kLingering) {
      co_await linger();
      co_return false;
    }
    if (!unread_.empty()) unread_.erase(0, reader_.feed(unread_));
    switch (reader_.state()) {
      case RequestReader::State::kComplete:
        co_return true;
      case RequestReader::State::kFault:
        co_await refuse(reader_.fault().status, reader_.fault().reason);
        co_return false;
      case RequestReader::State::kHead:
        if (phase_ != Phase::kHead) enter(Phase::kHead);
        break;
      case RequestReader::State::kBody:
        if (reader_.is_streamed()) co_return true;
        enter(Phase::kBody);
        if (!co_await invite_body()) co_return false;
        break;
      case RequestReader::State::kIdle:
        if (last_) part();
        break;
    }
    if (unread_.size() > kUnreadMax) {
      co_await refuse(400, kBadChunk);
      co_return false;
    }
    if (!co_await read_some()) co_return false;
  }
}

Task<bool> HttpConnection::read_some() {
  boost::system::error_code error;
  // Not async_wait(), which costs a call of epoll_ctl for each request.
  const std::size_t bytes =
      co_await socket_.async_receive(asio::buffer(arrived_), asio::redirect_error(kUseAwaitable, error));
  if (error || closed_) co_return false;
  take({arrived_.data(), bytes});
  if (bytes == arrived_.size()) take_more();
  co_return true;
}

void HttpConnection::take(std::string_view bytes) {
  if (unread_.empty() && phase_ < Phase::kLingering) bytes.remove_prefix(reader_.feed(bytes));
  unread_ += bytes;
}

void HttpConnection::take_more() {
  const std::span<char> buffer = runtime::read_buffer();
  const ssize_t bytes = ::recv(socket_.native_handle(), buffer.data(), buffer.size(), MSG_DONTWAIT);
  if (bytes > 0) take({buffer.data(), static_cast<std::size_t>(bytes)});  // an end is seen by the next read
}

Task<bool> HttpConnection::invite_body() {
  if (!reader_.expects_continue() || std::exchange(invited_, true)) co_return true;
  co_return co_await write("HTTP/1.1 100 Continue\r\n\r\n");
}

Task<Result<std::string>> HttpConnection::next() {
  while (!closed_) {
    std::string piece = reader_.take_body();
    if (!piece.empty() || reader_.state() == RequestReader::State::kComplete) {
      // What the handler does with a piece, or with the end, is not the client's time.
      streamed_bytes_ += piece.size();
      enter(Phase::kHandling);
      due_from_ = phase_since_;
      co_return piece;
    }
    if (reader_.state() == RequestReader::State::kFault) {
      co_return std::unexpected(refusal(reader_.fault().status, reader_.fault().reason));
    }
    if (unread_.size() > kUnreadMax) co_return std::unexpected(refusal(400, kBadChunk));
    enter(Phase::kReceiving);
    if (!co_await invite_body() || !co_await read_some()) break;
    if (!unread_.empty()) unread_.erase(0, reader_.feed(unread_));
  }
  close();
  co_return gone();
}

Task<bool> HttpConnection::write(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(socket_.native_handle(), bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0 && errno == EINTR) continue;
    if (sent < 0 && !would_block()) co_return false;
    if (sent > 0) {
      bytes.remove_prefix(static_cast<std::size_t>(sent));
      streamed_bytes_ += static_cast<std::uint64_t>(sent);
      phase_since_ = core_.sweeper().now();
    }
    if (bytes.empty()) break;
    boost::system::error_code error;
    co_await socket_.async_wait(socket_.wait_write, asio::redirect_error(kUseAwaitable, error));
    if (error || closed_) co_return false;
  }
  co_return true;
}

Task<bool> HttpConnection::write_from(BodySource& source) {
  std::string piece;
  for (std::uint64_t left = source.size(); left > 0;) {
    piece.resize(std::min<std::uint64_t>(left, kPieceBytes));
    const auto bytes = co_await source.read(piece);
    if (!bytes || *bytes == 0 || closed_) co_return false;
    if (!co_await write(std::string_view(piece).substr(0, *bytes))) co_return false;
    left -= *bytes;
  }
  co_return true;
}

Task<bool> HttpConnection::write_rest(BodyStream& stream, bool is_chunked) {
  while (true) {
    const auto piece = co_await stream.next();
    if (!piece || closed_) co_return false;  // without its end, so that the client knows that something is missing
    out_.clear();
    if (is_chunked) {
      append_chunk(out_, *piece);
    } else {
      out_ = *piece;
    }
    if (!co_await write(out_)) co_return false;
    if (piece->empty()) co_return true;
  }
}

Task<bool> HttpConnection::answer() {
  const Request& request = reader_.request();
  const std::string_view asked_id = request.field("X-Request-Id");
  Call call{.core = core_,
            .request_id = is_request_id(asked_id) ? std::string(asked_id) : next_request_id(),
            .address = admission_.network()};
  ++requests_;
  enter(Phase::kHandling);
  Outcome outcome = co_await context_.handle(request, call);
  if (closed_) co_return false;

  if (!std::holds_alternative<Response>(outcome)) {
    if (!unread_.empty()) {
      co_await refuse(400, "bytes follow the request before it was answered");
    } else if (!last_) {
      hand_over(std::move(outcome), call);
    }
    co_return false;
  }
  const Response& response = std::get<Response>(outcome);
  const bool is_read = reader_.state() == RequestReader::State::kComplete;
  const bool chunked = is_chunked(response, request);
  const bool ends_itself = response.stream == nullptr || chunked;
  const bool keep_alive = request.keep_alive && !response.close && !last_ && is_read && ends_itself;
  const bool sends_body = has_body(response, request);
  const auto source = sends_body ? response.source : nullptr;
  const auto stream = sends_body ? response.stream : nullptr;
  const std::string_view shared = sends_body ? response.shared_body : std::string_view();
  out_.clear();
  append_response(out_, response, request, call.request_id, keep_alive);
  outcome = Response{};  // its body stands in out_ now, or comes from elsewhere
  enter(Phase::kWriting);
  if (!co_await write(out_)) co_return false;
  if (!shared.empty() && !co_await write(shared)) co_return false;
  if (stream != nullptr && !co_await write_rest(*stream, chunked)) co_return false;
  if (source != nullptr && !co_await write_from(*source)) co_return false;
  if (out_.capacity() > runtime::kReadBytes) out_ = {};
  if (!keep_alive) co_await linger();
  co_return keep_alive;
}

Task<void> HttpConnection::refuse(int status, std::string_view reason) {
  const std::string request_id = next_request_id();
  context_.count_refused(status);
  log::debug("request refused", {{"request_id", request_id}, {"status", status}, {"reason", reason}});
  out_.clear();
  append_response(out_, make_problem(refusal(status, reason), status, request_id), {}, request_id, false);
  enter(Phase::kWriting);
  if (co_await write(out_)) co_await linger();
}

Task<void> HttpConnection::linger() {
  if (phase_ < Phase::kLingering) end_sending(Phase::kLingering);
  do {
    unread_.clear();
  } while (!closed_ && co_await read_some());
}

void HttpConnection::part() {
  char byte = 0;
  const bool has_request = ::recv(socket_.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT) > 0;
  if (!has_request) end_sending(Phase::kParting);
}

void HttpConnection::end_sending(Phase phase) {
  boost::system::error_code ignored;
  socket_.shutdown(socket_.shutdown_send, ignored);
  enter(phase);
}

void HttpConnection::hand_over(Outcome outcome, const Call& call) {
  if (auto* upgrade = std::get_if<WebSocketUpgrade>(&outcome)) {
    auto session = std::make_shared<websocket::Session>(context_.websocket, std::move(admission_), core_,
                                                        std::move(socket_), call.request_id, upgrade->subscription);
    session->start(websocket::accepted(upgrade->accept, call.request_id), std::move(upgrade->subscription.after),
                   upgrade->announce);
  } else if (auto* calls = std::get_if<RpcUpgrade>(&outcome)) {
    auto session = std::make_shared<rpc::Session>(context_.rpc, std::move(admission_), core_, std::move(socket_),
                                                  call.request_id, std::move(calls->credentials));
    session->start(websocket::accepted(calls->accept, call.request_id));
  } else {
    auto& stream = std::get<EventStream>(outcome);
    auto session = std::make_shared<sse::Session>(context_.live, std::move(admission_), core_, std::move(socket_),
                                                  stream.subscription);
    session->start(sse::Session::response_head(call.request_id, stream.fields), std::move(stream.subscription.after));
  }
}

void HttpConnection::sweep(runtime::SteadyTime now) {
  const auto keep = shared_from_this();  // closing may let go of the last other owner
  const auto age = now - phase_since_;
  const auto& timeouts = context_.timeouts;
  switch (phase_) {
    case Phase::kIdle:
      if (age >= timeouts.idle) close();
      break;
    case Phase::kHead:
      if (age >= timeouts.header) cut(408, "the head of the request did not arrive in time (--header-timeout)");
      break;
    case Phase::kBody:
      if (age >= timeouts.body) {
        cut(408, "the body of the request did not arrive in time (--body-timeout)");
      } else if (now - due_from_ >= timeouts.request) {
        cut(408, "the body of the request did not arrive in time (--request-timeout)");
      }
      break;
    case Phase::kReceiving:
      if (age >= timeouts.body) {
        cut(408, "the body of the request did not arrive in time (--body-timeout)");
      } else if (is_too_slow(now)) {
        cut(408, "the body of the request arrives too slowly");
      }
      break;
    case Phase::kHandling:
      if (now - due_from_ >= timeouts.request) cut(504, "the request took too long (--request-timeout)");
      break;
    case Phase::kWriting:
      if (age >= timeouts.request || is_too_slow(now)) close();
      break;
    case Phase::kLingering:
      if (age >= kLinger) close();
      break;
    case Phase::kParting:
      if (age >= kParting) close();
      break;
  }
}

// A client that sends or takes a byte now and then would hold what it has for hours.
bool HttpConnection::is_too_slow(runtime::SteadyTime now) const {
  const auto late = std::chrono::duration_cast<std::chrono::seconds>(now - streamed_since_ - context_.timeouts.request);
  return late.count() > 0 && streamed_bytes_ < static_cast<std::uint64_t>(late.count() * kBytesPerSecondMin);
}

void HttpConnection::shut_down(std::chrono::milliseconds) {
  last_ = true;
  if (reader_.state() == RequestReader::State::kIdle && phase_ <= Phase::kHead) part();
}

void HttpConnection::cut_off() {
  close();
}

void HttpConnection::cut(int status, std::string_view reason) {
  if (closed_) return;
  context_.count_refused(status);
  const std::string request_id = next_request_id();
  std::string last;
  append_response(last, make_problem(refusal(status, reason), status, request_id), {}, request_id, false);
  // Without waiting: a peer that is this late may well not read either.
  static_cast<void>(::send(socket_.native_handle(), last.data(), last.size(), MSG_NOSIGNAL | MSG_DONTWAIT));
  close();
}

void HttpConnection::close() {
  if (std::exchange(closed_, true)) return;
  if (Connection::is_linked()) Connection::unlink();
  boost::system::error_code ignored;
  socket_.close(ignored);
}

std::string HttpConnection::next_request_id() {
  return fmt::format("{}-{}.{}", context_.request_id_prefix, number_, requests_ + 1);
}

}  // namespace vestnik::api::http
