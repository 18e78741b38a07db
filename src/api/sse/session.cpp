#include "api/sse/session.hpp"

#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <utility>

namespace vestnik::api::sse {

Session::Session(LiveContext& context, Admission admission, runtime::Core& core, runtime::Socket socket,
                 const SubscriptionRequest& subscription)
    : LiveConnection(context, std::move(admission), core, std::move(socket), live::Encoding::kServerSentEvents,
                     context.status.event_streams),
      followed_(*this, subscription) {}

void Session::start(std::string_view head, std::optional<Position> after) {
  begin(head);
  follow(followed_, std::move(after), true);
}

std::string Session::response_head(std::string_view request_id, const http::HeaderFields& fields) {
  std::string head =
      "HTTP/1.1 200 OK\r\n"
      "Content-Type: text/event-stream\r\n"
      "Cache-Control: no-store\r\n"
      "X-Content-Type-Options: nosniff\r\n"
      "X-Accel-Buffering: no\r\n"
      "Connection: close\r\n"
      "X-Request-Id: ";
  head.append(request_id).append("\r\n");
  for (const auto& [name, value] : fields) head.append(name).append(": ").append(value).append("\r\n");
  return head.append("\r\n");
}

// A client of an event stream has nothing to say: only its end is waited for, what it sends is thrown away.
void Session::on_readable() {
  std::array<char, 4096> ignored;
  const ssize_t bytes = ::recv(handle(), ignored.data(), ignored.size(), MSG_DONTWAIT);
  if (bytes == 0 || (bytes < 0 && errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR)) return close();
  wait_readable();
}

bool Session::append_ping(std::string& out) {
  out += ":\n\n";
  return false;
}

// The client reconnects by itself with the id of the last event it has read.
void Session::append_too_slow(std::string& out, const Followed&) {
  out += ": too slow\n\n";
}

// Who reconnects is refused, and needs no other reason.
void Session::append_session_ended(std::string& out) {
  out += "event: session_ended\ndata: {}\n\n";
}

// The stream ends; who reconnects learns that there is nothing to follow.
bool Session::append_ended(std::string&, Followed&) {
  return true;
}

void Session::append_come_back(std::string& out, std::chrono::milliseconds after) {
  out += "retry: " + std::to_string(after.count()) + "\n\n";
}

}  // namespace vestnik::api::sse
