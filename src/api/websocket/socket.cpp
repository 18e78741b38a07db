#include "api/websocket/socket.hpp"

#include <sys/socket.h>

#include <cerrno>
#include <span>
#include <utility>

#include "api/frames.hpp"

namespace vestnik::api::websocket {
namespace {

// Reads in a row before others on the core get their turn.
constexpr int kReadsInARow = 4;

}  // namespace

void append_close(std::string& out, CloseCode code, std::string_view reason) {
  std::string payload;
  payload += static_cast<char>(static_cast<std::uint16_t>(code) >> 8);
  payload += static_cast<char>(static_cast<std::uint16_t>(code) & 0xFF);
  payload += reason;
  append_websocket_frame(out, Opcode::kClose, payload);
}

Socket::Socket(LiveContext& context, Admission admission, runtime::Core& core, runtime::Socket socket,
               live::Encoding encoding, const FrameReader::Limits& limits, std::string request_id)
    : LiveConnection(context, std::move(admission), core, std::move(socket), encoding, context.status.websockets),
      request_id_(std::move(request_id)),
      reader_(limits, *this) {}

void Socket::on_readable() {
  for (int i = 0; i < kReadsInARow && !closed(); ++i) {
    const std::span<char> buffer = runtime::read_buffer();
    const ssize_t bytes = ::recv(handle(), buffer.data(), buffer.size(), MSG_DONTWAIT);
    if (bytes < 0 && errno == EINTR) continue;
    if (bytes == 0 || (bytes < 0 && errno != EAGAIN && errno != EWOULDBLOCK)) return close();
    if (bytes < 0) break;
    note_alive();
    if (finishing()) continue;  // only its end is waited for

    const auto fault = reader_.feed(buffer.first(static_cast<std::size_t>(bytes)));
    on_read();
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

void Socket::reply(std::string_view frame) {
  if (personal_bytes() + frame.size() > context().personal_bytes_max) return close();
  send_personal(frame);
}

void Socket::resume_reading() {
  if (!paused_ || closed() || !may_resume()) return;
  paused_ = false;
  // Not here: this may be inside the writer's answers to many others.
  core().post([self = std::static_pointer_cast<Socket>(shared_from_this())] {
    if (!self->closed()) self->on_readable();
  });
}

void Socket::on_ping(std::string_view payload) {
  std::string frame;
  append_websocket_frame(frame, Opcode::kPong, payload);
  reply(frame);
}

void Socket::on_pong() {
  note_alive();
}

void Socket::on_close(std::optional<std::uint16_t> code) {
  std::string frame;
  if (code) {
    append_close(frame, static_cast<CloseCode>(*code), "");
  } else {
    append_websocket_frame(frame, Opcode::kClose, "");
  }
  send_personal(frame);
  finish();
}

bool Socket::append_ping(std::string& out) {
  append_websocket_frame(out, Opcode::kPing, "");
  return true;
}

void Socket::append_too_slow(std::string& out, const Followed& followed) {
  append_close(out, CloseCode::kTooSlow, "too slow; resume after " + to_string(followed.position()));
}

void Socket::append_session_ended(std::string& out) {
  append_close(out, CloseCode::kSessionEnded, "the session has ended; open a new one");
}

void Socket::append_come_back(std::string& out, std::chrono::milliseconds after) {
  append_close(out, CloseCode::kServiceRestart, "reconnect in " + std::to_string(after.count()) + " ms");
}

}  // namespace vestnik::api::websocket
