#include "api/websocket/session.hpp"

#include <chrono>
#include <utility>
#include <variant>

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

}  // namespace

Session::Session(SessionContext& context, Admission admission, runtime::Core& core, runtime::Socket socket,
                 std::string request_id, const SubscriptionRequest& subscription)
    : Socket(context.live, std::move(admission), core, std::move(socket), live::Encoding::kWebSocket, context.limits,
             std::move(request_id)),
      context_(context),
      room_(std::static_pointer_cast<const chat::OpenRoom>(subscription.subject.topic)),
      followed_(*this, subscription),
      credentials_(subscription.credentials) {}

void Session::start(std::string_view greeting, std::optional<Position> after, bool announce) {
  begin(greeting);
  follow(followed_, std::move(after), announce);
}

void Session::on_text(std::string_view text) {
  thread_local contract::SendMessageRequest request;
  request.Clear();
  Ticket ticket{.bytes = text.size(), .frame = ++frames_};
  const auto parsed = parse_json(text, request);
  if (request.has_client_seq()) ticket.client_seq = request.client_seq();
  if (request.has_nonce()) ticket.nonce = request.nonce();
  if (!parsed) return reply(error_frame(parsed.error(), ticket));
  if (const auto right = context_.rules.check(request); !right) return reply(error_frame(right.error(), ticket));
  if (request.room().empty()) request.set_room(room_->name);
  auto prepared = context_.chat.prepare(credentials_, request);
  if (!prepared) {
    context_.live.status.note_refused(prepared.error());
    return reply(error_frame(prepared.error(), ticket));
  }
  if (prepared->room != room_) {
    const auto other = invalid("room", "this socket is of another room; leave it out, or open one of that room");
    return reply(error_frame(other.error(), ticket));
  }
  std::string traced;  // only a log of everything names single messages
  if (log::enabled(log::Level::kDebug)) {
    traced = request_id(ticket.frame);
    log::debug("change received", {{"request_id", traced}, {"room", room_->name}});
  }
  ++in_flight_;
  in_flight_bytes_ += ticket.bytes;
  gathered_.push_back({.room = std::move(prepared->room),
                       .change = std::move(prepared->change),
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
    to_contract(*room_, std::get<chat::MessageSent>(outcome->event.what).message, message);
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

// All that arrived together is committed together.
void Session::on_read() {
  if (gathered_.empty()) return;
  context_.writer.submit(gathered_);
  gathered_.clear();
  gathered_.shrink_to_fit();
}

bool Session::append_ended(std::string& out, Followed&) {
  append_close(out, CloseCode::kNormal, "the room was closed");
  return true;
}

bool Session::should_pause() const {
  const bool busy = in_flight_ >= kInFlightMax || in_flight_bytes_ >= kInFlightBytesMax ||
                    (in_flight_ > 0 && context_.writer.congested());
  return busy || personal_bytes() > context_.live.personal_bytes_max / 2;
}

bool Session::may_resume() const {
  return in_flight_ <= kInFlightMax / 2 && in_flight_bytes_ <= kInFlightBytesMax / 2 &&
         personal_bytes() <= context_.live.personal_bytes_max / 2;
}

}  // namespace vestnik::api::websocket
