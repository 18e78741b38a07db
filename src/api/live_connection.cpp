#include "api/live_connection.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

#include "api/frames.hpp"
#include "base/log.hpp"

namespace vestnik::api {
namespace {

// How long a peer that was told goodbye may take to read it.
constexpr std::chrono::seconds kFinishTimeout{5};

}  // namespace

LiveConnection::LiveConnection(LiveContext& context, Admission admission, runtime::Core& core,
                               boost::asio::ip::tcp::socket socket, live::Encoding encoding,
                               std::atomic<std::int64_t>& counter)
    : context_(context),
      admission_(std::move(admission)),
      core_(core),
      socket_(std::move(socket)),
      encoding_(encoding),
      counter_(counter),
      last_ping_(core.sweeper().now()) {
  counter_.fetch_add(1, std::memory_order_relaxed);
}

LiveConnection::~LiveConnection() {
  counter_.fetch_sub(1, std::memory_order_relaxed);
}

void LiveConnection::start(std::string_view greeting, SubscriptionRequest request, bool announce) {
  request_ = std::move(request);
  core_.sweeper().add(*this);
  context_.connections.add(core_, *this);
  // It leaves when the place of the subscription is fixed: whoever has read it receives all that is sent afterwards.
  out_ = greeting;
  wait_readable();
  asio::co_spawn(
      core_.context(), [self = shared_from_this(), announce] { return self->open(announce); }, asio::detached);
}

Task<void> LiveConnection::open(bool announce) {
  auto opened = co_await context_.subscriptions.open(core_, room(), encoding_, request_.after);
  if (closed_ || finishing_) co_return;
  if (!opened) {
    log::warn("subscription failed", {{"room", room()->name}, {"detail", opened.error().detail}});
    append_come_back(out_, std::chrono::seconds(1));
    finish();
    co_return;
  }
  if (announce) append_subscribed(out_, encoding_, *room(), opened->plan);
  feed_.emplace(opened->view, opened->plan.next_n);
  opened->view.add(*this);
  flush();
}

Task<void> LiveConnection::read_page() {
  auto page = co_await context_.subscriptions.read_page(room(), encoding_, feed_->next_n());
  reading_page_ = false;
  if (closed_ || finishing_) co_return;
  if (!page || page->end_n() == 0) {
    // It comes back with the position it has, and nothing is lost.
    log::warn("history could not be read for a subscriber",
              {{"room", room()->name}, {"detail", page ? "the page is empty" : page.error().detail}});
    append_come_back(out_, std::chrono::seconds(1));
    finish();
    co_return;
  }
  feed_->set_page(std::move(*page));
  flush();
}

void LiveConnection::on_growth() {
  if (!blocked_) {
    flush();
  } else if (feed_->state() == live::Feed::State::kTooSlow && !request_.gap_when_slow) {
    prepare_feed();
  }
}

void LiveConnection::send_personal(std::string_view frame) {
  if (closed_ || finishing_) return;
  out_ += frame;
  if (!blocked_) flush();
}

bool LiveConnection::prepare_feed() {
  if (!feed_ || finishing_) return false;
  switch (feed_->state()) {
    case live::Feed::State::kReady:
      return true;
    case live::Feed::State::kIdle:
      return false;
    case live::Feed::State::kNeedsPage:
      if (!std::exchange(reading_page_, true)) {
        asio::co_spawn(core_.context(), [self = shared_from_this()] { return self->read_page(); }, asio::detached);
      }
      return false;
    case live::Feed::State::kTooSlow: {
      context_.status.slow_subscribers.add();
      const std::int64_t next_n = feed_->next_n();
      if (request_.gap_when_slow) {
        append_gap(out_, encoding_, *room(), feed_->skip());
      } else {
        append_too_slow(out_, {room()->epoch, next_n - 1});
        finish();
      }
      return false;
    }
  }
  return false;
}

void LiveConnection::flush() {
  while (!closed_) {
    std::array<iovec, kPiecesMax> pieces;
    std::size_t count = 0;
    const bool feed_ready = prepare_feed();
    if (closed_ || blocked_) return;
    if (personal_bytes() > 0) pieces[count++] = {out_.data() + out_sent_, personal_bytes()};
    if (feed_ready) count += feed_->gather(std::span(pieces).subspan(count));
    if (count == 0) return finishing_ ? end_sending() : void();

    const msghdr message{.msg_iov = pieces.data(), .msg_iovlen = count};
    const ssize_t bytes = ::sendmsg(handle(), &message, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (bytes < 0 && errno == EINTR) continue;
    if (bytes < 0 && errno != EAGAIN && errno != EWOULDBLOCK) return close();
    std::size_t offered = 0;
    for (std::size_t i = 0; i < count; ++i) offered += pieces[i].iov_len;
    sent(bytes < 0 ? 0 : static_cast<std::size_t>(bytes));
    if (bytes < 0 || static_cast<std::size_t>(bytes) < offered) return wait_writable();
  }
}

void LiveConnection::end_sending() {
  // The peer closes when it has read everything; until then its last bytes are read, since a reset could overtake ours.
  boost::system::error_code ignored;
  socket_.shutdown(socket_.shutdown_send, ignored);
  if (!listening_) wait_readable();
}

void LiveConnection::sent(std::size_t bytes) {
  const std::size_t personal = std::min(bytes, personal_bytes());
  out_sent_ += personal;
  if (personal_bytes() > 0) return;
  if (personal > 0) {
    out_ = {};  // an idle connection keeps no buffer
    out_sent_ = 0;
    on_drained();
  }
  if (bytes == personal) return;
  const std::int64_t before = feed_->next_n();
  out_.append(feed_->advance(bytes - personal));
  context_.status.deliveries.add(feed_->next_n() - before);
}

void LiveConnection::wait_writable() {
  blocked_ = true;
  socket_.async_wait(socket_.wait_write, [self = shared_from_this()](boost::system::error_code error) {
    if (error || self->closed_) return;
    self->blocked_ = false;
    self->note_alive();  // it has read what filled the buffer
    self->flush();
  });
}

void LiveConnection::wait_readable() {
  if (closed_ || std::exchange(listening_, true)) return;
  socket_.async_wait(socket_.wait_read, [self = shared_from_this()](boost::system::error_code error) {
    self->listening_ = false;
    if (!error && !self->closed_) self->on_readable();
  });
}

void LiveConnection::finish() {
  if (closed_ || std::exchange(finishing_, true)) return;
  finish_by_ = core_.sweeper().now() + kFinishTimeout;
  if (!blocked_) flush();
}

void LiveConnection::close() {
  if (std::exchange(closed_, true)) return;
  if (live::Subscriber::is_linked()) live::Subscriber::unlink();
  if (Connection::is_linked()) Connection::unlink();
  boost::system::error_code ignored;
  socket_.close(ignored);
}

void LiveConnection::sweep(runtime::SteadyTime now) {
  const auto keep = shared_from_this();  // close() may let go of the last other owner
  if (closed_) return;
  if (finish_by_ && now >= *finish_by_) return close();
  // While nothing is read from it, because it writes too fast, its answer cannot have been seen.
  if (ping_sent_at_ && listening_ && now - *ping_sent_at_ >= context_.pong_timeout) return close();
  if (now - last_ping_ < context_.ping_interval) return;
  last_ping_ = now;
  std::string ping;
  if (append_ping(ping)) ping_sent_at_ = now;
  send_personal(ping);
}

void LiveConnection::shut_down(std::chrono::milliseconds come_back_after) {
  if (closed_ || finishing_) return;
  append_come_back(out_, come_back_after);
  finish();
}

}  // namespace vestnik::api
