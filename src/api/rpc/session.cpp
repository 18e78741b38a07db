#include "api/rpc/session.hpp"

#include <fmt/format.h>
#include <google/protobuf/arena.h>

#include <exception>
#include <utility>

#include "api/frames.hpp"
#include "api/room_topics.hpp"
#include "api/rpc/answer.hpp"
#include "api/rpc/typing.hpp"
#include "api/transcoder/json_codec.hpp"
#include "base/log.hpp"

namespace vestnik::api::rpc {
namespace {

using google::protobuf::Message;

// Under way for one socket: messages for two full batches of the writer, few others because each may hold a thread of
// the pool and a long answer.
constexpr std::size_t kSendingMax = 2'048;
constexpr std::size_t kRunningMax = 16;
constexpr std::size_t kRunningBytesMax = 1024 * 1024;
// With less left no list is begun.
constexpr std::size_t kAnswerBytesMin = 64 * 1024;
// Between two notices that somebody types in a room.
constexpr std::chrono::seconds kTypingInterval{1};

// The messages of the fields that a kind of call is known to have.
template <typename Concrete>
const Concrete& as(const Message& message) {
  return static_cast<const Concrete&>(message);
}

}  // namespace

Session::Session(SessionContext& context, Admission admission, runtime::Core& core, runtime::Socket socket,
                 std::string request_id, std::string credentials)
    : Socket(context.live, std::move(admission), core, std::move(socket), live::Encoding::kJsonRpc, context.limits,
             std::move(request_id)),
      context_(context),
      credentials_(std::move(credentials)) {
  context_.live.status.rpc_sockets.fetch_add(1, std::memory_order_relaxed);
  depend_on(context_.sessions.end_of(credentials_));
}

Session::~Session() {
  context_.live.status.rpc_sockets.fetch_sub(1, std::memory_order_relaxed);
}

void Session::start(std::string_view greeting) {
  begin(greeting);
  flush();
}

void Session::on_text(std::string_view text) {
  Calls calls = parse_calls(text, kBatchMax);
  const auto batch = calls.batch ? std::make_shared<Batch>(calls.items.size()) : nullptr;
  for (Item& item : calls.items) {
    const std::size_t bytes = item ? item->params.size() : 0;
    waiting_.push_back({.item = std::move(item), .batch = batch, .bytes = bytes, .number = ++calls_});
  }
}

void Session::start_waiting() {
  while (!waiting_.empty() && !closed() && !finishing()) {
    Job& next = waiting_.front();
    const auto* target = next.item ? context_.methods.find(next.item->method) : nullptr;
    if (!may_start(next, target)) return;
    Job job = std::move(next);
    waiting_.pop_front();
    start(std::move(job), target);
  }
}

bool Session::may_start(const Job& job, const MethodTable::Target* target) const {
  if (personal_bytes() > context_.live.personal_bytes_max / 2) return false;
  if (target == nullptr) return true;
  if (running_bytes_ > 0 && running_bytes_ + job.bytes > kRunningBytesMax) return false;
  // Whoever reads nothing holds no more than one long answer. What a batch has so far is not waited for: it leaves with
  // its last call.
  const bool is_alone = running_ + sending_ == 0 && personal_bytes() == 0;
  if (target->lists && !is_alone && answer_bytes_left() < context_.answer_bytes_max / 2) return false;
  if (target->kind != MethodTable::Kind::kSend) return running_ < kRunningMax;
  return sending_ < kSendingMax && (sending_ == 0 || !context_.writer.congested());
}

std::size_t Session::answer_bytes_left() const {
  const std::size_t held = personal_bytes() + owed_bytes_;
  return held < context_.answer_bytes_max ? context_.answer_bytes_max - held : 0;
}

void Session::start(Job job, const MethodTable::Target* target) {
  if (!job.item) return refuse(job, job.item.error().code, job.item.error().error);
  if (target == nullptr) {
    return refuse(job, Code::kMethodNotFound,
                  {.code = ErrorCode::kNotFound,
                   .detail = "this server has no such method; a name is such as chat.SendMessage, and /docs lists what "
                             "there is"});
  }
  if (leaving_) {
    return refuse(job, Code::kRefused,
                  {.code = ErrorCode::kUnavailable,
                   .detail = "the server is stopping; reconnect in a moment",
                   .retry_after = std::chrono::seconds(1)});
  }
  const std::size_t left = answer_bytes_left();
  if (job.batch && (job.batch->bytes >= context_.answer_bytes_max || (target->lists && left < kAnswerBytesMin))) {
    return refuse(job, Code::kRefused,
                  over_limit("max-answer-bytes",
                             "the answers of this batch are too long together (--max-answer-bytes); this call was not "
                             "made; send it by itself")
                      .error());
  }
  ++(target->kind == MethodTable::Kind::kSend ? sending_ : running_);
  running_bytes_ += job.bytes;
  job.answer_bytes_max = left;
  if (target->lists) owed_bytes_ += left;
  asio::co_spawn(
      core().context(),
      [self = self(), job = std::move(job), target]() mutable { return self->serve(std::move(job), *target); },
      asio::detached);
}

Task<void> Session::serve(Job job, const MethodTable::Target& target) {
  Call call{.core = core(),
            .request_id = request_id(job.number),
            .credentials = credentials_,
            .address = network(),
            .answer_bytes_max = static_cast<std::int64_t>(job.answer_bytes_max)};
  google::protobuf::Arena arena;
  Message& request = *target.request->New(&arena);
  Message& response = *target.response->New(&arena);
  auto code = Code::kInvalidParams;
  auto done = job.item->params.empty() ? Result<void>() : parse_json(job.item->params, request);
  if (done && target.rules != nullptr) done = target.rules->check(request);
  Followed::Alive begun;
  if (done) {
    done = co_await call_safely(target, call, request, response, begun);
    code = !done && done.error().code == ErrorCode::kInternal ? Code::kInternalError : Code::kRefused;
  }
  std::string text;
  const std::size_t bytes = done && !job.is_notification() ? response.ByteSizeLong() : 0;
  if (done) done = check_answer(bytes, context_.answer_bytes_max);
  if (done && bytes > kEncodedOnCoreMax) {
    done = co_await context_.pool.run([&text, &job, &response]() -> Result<void> {
      append_result(text, job.item->id, response);
      return {};
    });
  } else if (done && !job.is_notification()) {
    append_result(text, job.item->id, response);
  }
  context_.live.status.requests.add();
  --(target.kind == MethodTable::Kind::kSend ? sending_ : running_);
  running_bytes_ -= job.bytes;
  if (target.lists) owed_bytes_ -= job.answer_bytes_max;
  if (done) {
    answer(job, text, std::move(begun));
  } else {
    refuse(job, code, done.error());
  }
  start_waiting();
  resume_reading();
  if (leaving_ && sending_ + running_ == 0) LiveConnection::shut_down(*leaving_);
}

Task<Result<void>> Session::call_safely(const MethodTable::Target& target, Call& call, const Message& request,
                                        Message& response, Followed::Alive& begun) {
  try {
    switch (target.kind) {
      case MethodTable::Kind::kUnary:
      case MethodTable::Kind::kSend:
        co_return co_await target.entry->unary(call, request, response);
      case MethodTable::Kind::kSubscribe:
        co_return co_await subscribe(target, request, response, begun);
      case MethodTable::Kind::kUnsubscribe:
        co_return unsubscribe(as<chat::v1::UnsubscribeRequest>(request));
      case MethodTable::Kind::kSendTyping:
        co_return send_typing(as<chat::v1::SendTypingRequest>(request));
      case MethodTable::Kind::kPing:
        break;
    }
  } catch (const std::exception& bug) {
    log::error("exception in a method", {{"request_id", call.request_id}, {"what", bug.what()}});
    co_return fail(ErrorCode::kInternal, "internal error; the log has more under the request id");
  }
  co_return Result<void>();
}

Task<Result<void>> Session::subscribe(const MethodTable::Target& target, const Message& request, Message& response,
                                      Followed::Alive& begun) {
  auto asked = target.entry->subscription(credentials_, request);
  if (!asked) co_return std::unexpected(std::move(asked.error()));
  if (followed_.size() >= context_.rooms_max) {
    co_return over_limit(
        "max-rooms-per-socket",
        fmt::format("this socket follows {} rooms, as many as --max-rooms-per-socket allows", followed_.size()));
  }
  const Subject subject = asked->subject;
  const auto [entry, is_new] = followed_.try_emplace(subject.topic->topic_id(), *this, *asked);
  if (!is_new) {
    co_return fail(ErrorCode::kAlreadyExists, "this socket follows the room already; chat.Unsubscribe ends that");
  }
  begun = entry->second.begin_await();
  auto opened = co_await context_.live.subscriptions.open(core(), subject, encoding(), std::move(asked->after));
  if (*begun == nullptr) {
    co_return fail(ErrorCode::kAborted, "the subscription was ended before it had begun");
  }
  if (!opened) {
    followed_.erase(subject.topic->topic_id());
    co_return std::unexpected(std::move(opened.error()));
  }
  subject.kind->fill_subscribed(response, *subject.topic, opened->plan);
  (*begun)->begin(opened->view, opened->plan.next_n);
  co_return Result<void>();
}

const Followed* Session::find_followed(const std::string& id_or_name) {
  if (const auto found = followed_.find(id_or_name); found != followed_.end()) return &found->second;
  const std::string_view name = id_or_name.empty() ? chat::kLobby : std::string_view(id_or_name);
  for (auto& [id, followed] : followed_) {
    const chat::OpenRoom* const room = as_room(followed.topic());
    if (room != nullptr && room->name == name) return &followed;
  }
  return nullptr;
}

Result<void> Session::unsubscribe(const chat::v1::UnsubscribeRequest& request) {
  const Followed* const followed = find_followed(request.room());
  if (followed == nullptr) return fail(ErrorCode::kNotFound, "this socket does not follow the room");
  followed_.erase(std::string(followed->topic().topic_id()));
  return {};
}

Result<void> Session::send_typing(const chat::v1::SendTypingRequest& request) {
  const Followed* const followed = find_followed(request.room());
  const chat::OpenRoom* const room = followed != nullptr ? as_room(followed->topic()) : nullptr;
  if (room == nullptr) {
    return fail(ErrorCode::kFailedPrecondition, "this socket does not follow the room; chat.Subscribe first");
  }
  const auto actor =
      context_.sessions.identify(credentials_, request.has_user_id() ? std::optional(request.user_id()) : std::nullopt);
  if (!actor) return std::unexpected(actor.error());
  auto event = make_typing(*room, *actor, request, static_cast<LiveConnection*>(this));
  if (!event) return std::unexpected(std::move(event.error()));
  const auto now = core().sweeper().now();
  std::erase_if(typed_at_, [now](const auto& each) { return now - each.second >= kTypingInterval; });
  if (typed_at_.contains(room->id)) return {};  // the others know
  if (auto may = context_.changes.allow_typing(*actor, *room); !may) return may;
  typed_at_.emplace(room->id, now);
  context_.hub.pass_on(*room, *event);
  return {};
}

// The subscription ends with the topic. Not here: whoever calls goes through all that is followed.
bool Session::append_ended(std::string&, Followed& followed) {
  core().post([self = self(), id = followed.topic().topic_id()] { self->followed_.erase(id); });
  return false;
}

void Session::refuse(const Job& job, Code code, const Error& error) {
  std::string text;
  context_.live.status.note_refused(error);
  const std::string_view id = job.item ? job.item->id : job.item.error().id;
  if (!job.is_notification()) append_error(text, id, code, error, request_id(job.number));
  answer(job, text);
}

void Session::answer(const Job& job, const std::string& text, Followed::Alive begun) {
  if (!job.batch) {
    std::string frame;
    if (!text.empty()) append_websocket_frame(frame, Opcode::kText, text);
    send_personal(frame);
    return release(begun);
  }
  Batch& batch = *job.batch;
  if (!text.empty()) batch.answers.append(batch.answers.empty() ? "[" : ",").append(text);
  owed_bytes_ += text.size();
  batch.bytes += text.size();
  if (begun) batch.begun.push_back(std::move(begun));
  if (--batch.left > 0) return;
  owed_bytes_ -= batch.bytes;
  std::string frame;
  if (!batch.answers.empty()) append_websocket_frame(frame, Opcode::kText, batch.answers.append("]"));
  send_personal(frame);
  for (const auto& each : batch.begun) release(each);
}

void Session::release(const Followed::Alive& begun) {
  if (!begun || *begun == nullptr) return;
  (*begun)->end_await();
  enter(**begun);
}

bool Session::should_pause() const {
  return !waiting_.empty() || personal_bytes() > context_.live.personal_bytes_max / 2;
}

bool Session::may_resume() const {
  return !should_pause();
}

void Session::on_drained() {
  start_waiting();
  resume_reading();
}

// What a batch has brought to several topics leaves together, and so do the answers to calls that were started
// together.
void Session::wake() {
  if (Gatherer::is_linked() || context_.hub.gather(core(), *this)) return;
  if (std::exchange(waking_, true)) return;
  core().post([self = self()] {
    self->waking_ = false;
    self->flush();
  });
}

void Session::append_too_slow(std::string& out, const Followed& followed) {
  append_close(
      out, websocket::CloseCode::kTooSlow,
      fmt::format("too slow in {}; resume after {}", followed.topic().topic_id(), to_string(followed.position())));
}

void Session::shut_down(std::chrono::milliseconds come_back_after) {
  leaving_ = come_back_after;
  start_waiting();
  if (sending_ + running_ == 0) LiveConnection::shut_down(come_back_after);
}

}  // namespace vestnik::api::rpc
