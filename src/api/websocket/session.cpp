#include "api/websocket/session.hpp"

#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <span>
#include <utility>

#include "api/convert.hpp"
#include "api/frames.hpp"
#include "api/transcoder/json_codec.hpp"
#include "api/transcoder/problem.hpp"
#include "base/json_text.hpp"
#include "base/log.hpp"

namespace vestnik::api::websocket {
namespace {

// What one socket may have waiting for its commit: enough for two full batches of the writer.
constexpr std::size_t kInFlightMax = 2'048;
constexpr std::size_t kInFlightBytesMax = 1024 * 1024;
// One read; the buffer belongs to the thread, so that idle sockets hold none.
constexpr std::size_t kReadBytes = 64 * 1024;
// Reads in a row before others on the core get their turn.
constexpr int kReadsInARow = 4;

std::span<char> read_buffer() {
  thread_local const auto buffer = std::make_unique_for_overwrite<char[]>(kReadBytes);
  return {buffer.get(), kReadBytes};
}

void append_close(std::string& out, CloseCode code, std::string_view reason) {
  std::string payload;
  payload += static_cast<char>(static_cast<std::uint16_t>(code) >> 8);
  payload += static_cast<char>(static_cast<std::uint16_t>(code) & 0xFF);
  payload += reason;
  append_websocket_frame(out, Opcode::kClose, payload);
}

}  // namespace

Session::Session(SessionContext& context, Admission admission, runtime::Core& core, boost::asio::ip::tcp::socket socket,
                 std::string request_id)
    : LiveConnection(context.live, std::move(admission), core, std::move(socket), live::Encoding::kWebSocket,
                     context.live.status.websockets),
      context_(context),
      request_id_(std::move(request_id)),
      reader_(context.limits, *this) {}

void Session::on_readable() {
  for (int i = 0; i < kReadsInARow && !closed(); ++i) {
    const std::span<char> buffer = read_buffer();
    const ssize_t bytes = ::recv(handle(), buffer.data(), buffer.size(), MSG_DONTWAIT);
    if (bytes < 0 && errno == EINTR) continue;
    if (bytes == 0 || (bytes < 0 && errno != EAGAIN && errno != EWOULDBLOCK)) return close();
    if (bytes < 0) break;
    note_alive();
    if (finishing()) continue;  // only its end is waited for

    const auto fault = reader_.feed(buffer.first(static_cast<std::size_t>(bytes)));
    if (!gathered_.empty()) {
      context_.writer.submit(gathered_);
      gathered_.clear();
      gathered_.shrink_to_fit();
    }
    if (fault) {
      std::string frame;
      append_close(frame, fault->code, fault->text);
      send_personal(frame);
      finish();
    }
    if (should_pause()) {
      paused_ = true;
      return;
    }
    if (static_cast<std::size_t>(bytes) < buffer.size()) break;  // nothing more was there
  }
  wait_readable();
}

void Session::on_text(std::string_view text) {
  thread_local contract::SendMessageRequest request;
  request.Clear();
  Ticket ticket{.bytes = text.size(), .frame = ++frames_};
  const auto parsed = parse_json(text, request);
  if (request.has_client_seq()) ticket.client_seq = request.client_seq();
  if (request.has_nonce()) ticket.nonce = request.nonce();
  if (!parsed) return reply(error_frame(parsed.error(), ticket));
  if (request.room().empty()) request.set_room(room()->name);
  auto prepared = context_.chat.prepare(request);
  if (!prepared) return reply(error_frame(prepared.error(), ticket));
  if (prepared->room != room()) {
    const auto other = invalid("room", "this socket is of another room; leave it out, or open one of that room");
    return reply(error_frame(other.error(), ticket));
  }
  std::string traced;  // only a log of everything names single messages
  if (log::enabled(log::Level::kDebug)) {
    traced = request_id(ticket.frame);
    log::debug("message received", {{"request_id", traced}, {"room", room()->name}});
  }
  ++in_flight_;
  in_flight_bytes_ += ticket.bytes;
  gathered_.push_back({.room = std::move(prepared->room),
                       .draft = std::move(prepared->draft),
                       .request_id = std::move(traced),
                       .core = &core(),
                       .done = [self = self(), ticket = std::move(ticket)](
                                   Result<chat::Appended> outcome) { self->on_committed(ticket, std::move(outcome)); },
                       .arrived = std::chrono::steady_clock::now()});
}

void Session::on_committed(const Ticket& ticket, Result<chat::Appended> outcome) {
  --in_flight_;
  in_flight_bytes_ -= ticket.bytes;
  if (!outcome) {
    send_personal(error_frame(outcome.error(), ticket));
  } else if (outcome->duplicate) {
    // The message itself is not sent to the room again; who repeated it learns that it is there.
    contract::Message message;
    to_contract(*room(), outcome->message, message);
    message.set_duplicate(true);
    std::string json, frame;
    append_json(json, message);
    append_websocket_frame(frame, Opcode::kText, json);
    send_personal(frame);
  }
  resume_reading();
}

std::string Session::error_frame(const Error& error, const Ticket& ticket) const {
  std::string json = R"({"error":)";
  append_problem_json(json, error, http_status(error.code), request_id(ticket.frame));
  json.pop_back();
  if (ticket.client_seq) json.append(R"(,"client_seq":)").append(std::to_string(*ticket.client_seq));
  if (!ticket.nonce.empty()) {
    json += R"(,"nonce":)";
    append_json_string(json, ticket.nonce);
  }
  json += "}}";
  std::string frame;
  append_websocket_frame(frame, Opcode::kText, json);
  return frame;
}

void Session::reply(std::string_view frame) {
  if (personal_bytes() + frame.size() > context_.live.personal_bytes_max) return close();
  send_personal(frame);
}

bool Session::should_pause() const {
  const bool busy = in_flight_ >= kInFlightMax || in_flight_bytes_ >= kInFlightBytesMax ||
                    (in_flight_ > 0 && context_.writer.congested());
  return busy || personal_bytes() > context_.live.personal_bytes_max / 2;
}

void Session::resume_reading() {
  const bool room_again = in_flight_ <= kInFlightMax / 2 && in_flight_bytes_ <= kInFlightBytesMax / 2 &&
                          personal_bytes() <= context_.live.personal_bytes_max / 2;
  if (!paused_ || !room_again || closed()) return;
  paused_ = false;
  // Not here: this may be inside the writer's answers to many others.
  core().post([self = self()] {
    if (!self->closed()) self->on_readable();
  });
}

void Session::on_drained() {
  resume_reading();
}

void Session::on_ping(std::string_view payload) {
  std::string frame;
  append_websocket_frame(frame, Opcode::kPong, payload);
  reply(frame);
}

void Session::on_pong() {
  note_alive();
}

void Session::on_close(std::optional<std::uint16_t> code) {
  std::string frame;
  if (code) {
    append_close(frame, static_cast<CloseCode>(*code), "");
  } else {
    append_websocket_frame(frame, Opcode::kClose, "");
  }
  send_personal(frame);
  finish();
}

bool Session::append_ping(std::string& out) {
  append_websocket_frame(out, Opcode::kPing, "");
  return true;
}

void Session::append_too_slow(std::string& out, const chat::Position& next) {
  append_close(out, CloseCode::kTooSlow, "too slow; resume after " + chat::to_string(next));
}

void Session::append_come_back(std::string& out, std::chrono::milliseconds after) {
  append_close(out, CloseCode::kServiceRestart, "reconnect in " + std::to_string(after.count()) + " ms");
}

}  // namespace vestnik::api::websocket
