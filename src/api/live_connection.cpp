#include "api/live_connection.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <span>
#include <utility>

#include "base/log.hpp"

namespace vestnik::api {
namespace {

// How long a peer that was told goodbye may take to read it.
constexpr std::chrono::seconds kFinishTimeout{5};

}  // namespace

// Pieces of memory for one sendmsg, and whose they are: the personal frames first, then the topics in their turns.
class LiveConnection::Load {
 public:
  // One topic must not take the whole call when others wait.
  static constexpr std::size_t kPiecesOfTopic = 8;
  static constexpr std::size_t kPiecesMax = 32;

  struct Part {
    Followed* followed;
    std::size_t bytes;
  };

  void add_personal(const char* data, std::size_t bytes) {
    pieces_[0] = {const_cast<char*>(data), bytes};
    bytes_ += bytes;
    first_ = 0;
  }
  void add(Followed& followed) {
    const auto free = std::span(pieces_).subspan(end_);
    const std::size_t count = followed.feed()->gather(free.first(std::min(free.size(), kPiecesOfTopic)));
    std::size_t bytes = 0;
    for (const iovec& piece : free.first(count)) bytes += piece.iov_len;
    parts_[parts_used_++] = {&followed, bytes};
    bytes_ += bytes;
    end_ += count;
  }

  bool full() const { return end_ == pieces_.size(); }
  std::size_t bytes() const { return bytes_; }
  std::span<iovec> pieces() { return std::span(pieces_).subspan(first_, end_ - first_); }
  std::span<const Part> parts() const { return std::span(parts_).first(parts_used_); }

 private:
  // The first piece is kept for the personal frames, which a topic may still add to.
  std::array<iovec, kPiecesMax + 1> pieces_;
  std::array<Part, kPiecesMax> parts_;
  std::size_t first_ = 1;
  std::size_t end_ = 1;
  std::size_t parts_used_ = 0;
  std::size_t bytes_ = 0;
};

Followed::Followed(LiveConnection& owner, const SubscriptionRequest& request)
    : owner_(owner),
      subject_(request.subject),
      presence_(request.presence),
      session_end_(request.session_end),
      gap_when_slow_(request.gap_when_slow) {
  owner_.depend_on(session_end_);
}

Followed::~Followed() {
  owner_.forget(session_end_);
  if (feed_) owner_.context_.status.subscriptions.fetch_sub(1, std::memory_order_relaxed);
  if (awaited_) *awaited_ = nullptr;
}

void Followed::begin(live::LogView& view, std::int64_t next_n) {
  feed_.emplace(view, next_n);
  view.add(*this);
  owner_.context_.status.subscriptions.fetch_add(1, std::memory_order_relaxed);
}

// While something is awaited for it, it is looked at when that has come.
void Followed::on_growth() {
  if (!awaits()) owner_.on_growth(*this);
}

void Followed::on_ephemeral(std::string_view frame, const void* from) {
  owner_.on_ephemeral(frame, from);
}

LiveConnection::LiveConnection(LiveContext& context, Admission admission, runtime::Core& core, runtime::Socket socket,
                               live::Encoding encoding, std::atomic<std::int64_t>& counter)
    : context_(context),
      admission_(std::move(admission)),
      core_(core),
      socket_(std::move(socket)),
      counter_(counter),
      encoding_(encoding),
      last_ping_(core.sweeper().now()) {
  counter_.fetch_add(1, std::memory_order_relaxed);
}

LiveConnection::~LiveConnection() {
  counter_.fetch_sub(1, std::memory_order_relaxed);
}

void LiveConnection::begin(std::string_view greeting) {
  core_.sweeper().add(*this);
  context_.connections.add(core_, *this);
  out_ = greeting;
  wait_readable();
}

void LiveConnection::depend_on(const chat::SessionEnd& end) {
  if (!end) return;
  const auto known = std::ranges::find(session_ends_, end, &SessionUse::first);
  if (known == session_ends_.end()) {
    session_ends_.emplace_back(end, 1);
  } else {
    ++known->second;
  }
}

void LiveConnection::forget(const chat::SessionEnd& end) {
  const auto found = std::ranges::find(session_ends_, end, &SessionUse::first);
  if (found != session_ends_.end() && --found->second == 0) session_ends_.erase(found);
}

void LiveConnection::follow(Followed& followed, std::optional<Position> after, bool announce) {
  // The greeting leaves when the place of the subscription is fixed: whoever has read it receives all that is sent
  // afterwards.
  asio::co_spawn(
      core_.context(),
      [self = shared_from_this(), &followed, after = std::move(after), announce]() mutable {
        return self->open(followed, std::move(after), announce);
      },
      asio::detached);
}

Task<void> LiveConnection::open(Followed& followed, std::optional<Position> after, bool announce) {
  auto opened = co_await context_.subscriptions.open(core_, followed.subject(), encoding_, std::move(after));
  if (closed_ || finishing_) co_return;
  if (!opened) {
    cannot_read(followed, opened.error().detail);
    co_return;
  }
  if (announce) followed.subject().kind->append_subscribed(out_, encoding_, followed.topic(), opened->plan);
  followed.begin(opened->view, opened->plan.next_n);
  enter(followed);
}

void LiveConnection::enter(Followed& followed) {
  on_growth(followed);
}

void LiveConnection::read_page(Followed& followed) {
  if (followed.awaits()) return;
  asio::co_spawn(
      core_.context(), [self = shared_from_this(), alive = followed.begin_await()] { return self->read_page(alive); },
      asio::detached);
}

Task<void> LiveConnection::read_page(Followed::Alive alive) {
  auto page =
      co_await context_.subscriptions.read_page(core_, (*alive)->subject(), encoding_, (*alive)->feed()->next_n());
  if (closed_ || finishing_ || *alive == nullptr) co_return;
  Followed& followed = **alive;
  followed.end_await();
  if (!page || page->end_n() == 0) {
    cannot_read(followed, page ? "the page is empty" : page.error().detail);
    co_return;
  }
  // What came next may have been removed while it was catching up.
  if (page->floor_n() > followed.feed()->next_n()) {
    append_gap(followed, followed.feed()->skip_to(page->floor_n()));
  }
  followed.feed()->set_page(std::move(*page));
  on_growth(followed);
}

// It comes back with the position it has, and nothing is lost.
void LiveConnection::cannot_read(const Followed& followed, std::string_view reason) {
  log::warn("a subscriber could not be served", {{"topic", followed.topic().topic_name()}, {"detail", reason}});
  append_come_back(out_, std::chrono::seconds(1));
  finish();
}

void LiveConnection::append_gap(const Followed& followed, const live::Gap& gap) {
  followed.subject().kind->append_gap(out_, encoding_, followed.topic(), gap);
}

void LiveConnection::on_growth(Followed& followed) {
  if (closed_ || finishing_) return;
  if (!followed.ReadyHook::is_linked()) ready_.push_back(followed);
  if (!blocked_) {
    wake();
  } else if (followed.feed()->state() == live::Feed::State::kTooSlow && !followed.gap_when_slow()) {
    prepare(followed);
  }
}

void LiveConnection::on_ephemeral(std::string_view frame, const void* from) {
  // It may be lost, so it waits for nothing: not for a kernel that is full, and not behind much else.
  constexpr std::size_t kBehindMax = 4 * 1024;
  if (from == this || closed_ || finishing_ || blocked_ || personal_bytes() > kBehindMax) return;
  out_ += frame;
  wake();
}

void LiveConnection::send_personal(std::string_view frame) {
  if (closed_ || finishing_) return;
  out_ += frame;
  if (!blocked_) wake();
}

bool LiveConnection::prepare(Followed& followed) {
  live::Feed& feed = *followed.feed();
  switch (feed.state()) {
    case live::Feed::State::kReady:
      return true;
    case live::Feed::State::kIdle:
      if (const auto last_n = followed.topic().last_n(); last_n && feed.next_n() > *last_n) {
        if (append_ended(out_, followed)) begin_finish();
      }
      return false;
    case live::Feed::State::kNeedsPage:
      read_page(followed);
      return false;
    case live::Feed::State::kTooSlow:
      context_.status.slow_subscribers.add();
      if (followed.gap_when_slow()) {
        append_gap(followed, feed.skip());
      } else {
        append_too_slow(out_, followed);
        begin_finish();
      }
      return false;
  }
  return false;
}

void LiveConnection::gather(Load& load) {
  for (auto it = ready_.begin(); it != ready_.end() && !finishing_ && !load.full();) {
    Followed& followed = *it;
    ++it;
    if (prepare(followed)) {
      load.add(followed);
    } else {
      followed.ReadyHook::unlink();  // until its log has grown or its page has been read
    }
  }
  if (finishing_) load = Load();  // nothing comes after the last personal frame
  if (personal_bytes() > 0) load.add_personal(out_.data() + out_sent_, personal_bytes());
}

void LiveConnection::flush() {
  while (!closed_ && !blocked_) {
    Load load;
    gather(load);
    if (load.bytes() == 0) return finishing_ ? end_sending() : void();

    const auto pieces = load.pieces();
    const msghdr message{.msg_iov = pieces.data(), .msg_iovlen = pieces.size()};
    const ssize_t bytes = ::sendmsg(handle(), &message, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (bytes < 0 && errno == EINTR) continue;
    if (bytes < 0 && errno != EAGAIN && errno != EWOULDBLOCK) return close();
    const std::size_t taken = bytes < 0 ? 0 : static_cast<std::size_t>(bytes);
    sent(load, taken);
    if (taken < load.bytes()) return wait_writable();
  }
}

void LiveConnection::end_sending() {
  // The peer closes when it has read everything; until then its last bytes are read, since a reset could overtake ours.
  boost::system::error_code ignored;
  socket_.shutdown(socket_.shutdown_send, ignored);
  if (!listening_) wait_readable();
}

void LiveConnection::sent(const Load& load, std::size_t bytes) {
  const std::size_t personal = std::min(bytes, personal_bytes());
  out_sent_ += personal;
  bytes -= personal;
  const bool drained = personal > 0 && personal_bytes() == 0;
  if (drained) {
    out_ = {};  // an idle connection keeps no buffer
    out_sent_ = 0;
  }
  for (const auto& [followed, offered] : load.parts()) {
    if (bytes == 0) break;
    live::Feed& feed = *followed->feed();
    const std::size_t taken = std::min(bytes, offered);
    const std::int64_t before = feed.next_n();
    out_.append(feed.advance(taken));
    context_.status.deliveries.add(feed.next_n() - before);
    bytes -= taken;
    // Whoever had a turn comes again after all others.
    ready_.splice(ready_.end(), ready_, ready_.iterator_to(*followed));
  }
  if (drained) on_drained();
}

void LiveConnection::wait_writable() {
  blocked_ = true;
  blocked_since_ = core_.sweeper().now();
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

void LiveConnection::begin_finish() {
  finishing_ = true;
  finish_by_ = core_.sweeper().now() + kFinishTimeout;
}

void LiveConnection::finish() {
  if (closed_ || finishing_) return;
  begin_finish();
  flush();
}

void LiveConnection::close() {
  if (std::exchange(closed_, true)) return;
  if (Connection::is_linked()) Connection::unlink();
  boost::system::error_code ignored;
  socket_.close(ignored);
}

void LiveConnection::sweep(runtime::SteadyTime now) {
  const auto keep = shared_from_this();  // close() may let go of the last other owner
  if (closed_) return;
  if (finish_by_ && now >= *finish_by_) return close();
  if (!finishing_ && std::ranges::any_of(session_ends_, [](const auto& each) { return each.first->load(); })) {
    append_session_ended(out_);
    return finish();
  }
  // While nothing is read from it, because it writes too fast, its answer cannot have been seen.
  if (ping_sent_at_ && listening_ && now - *ping_sent_at_ >= context_.pong_timeout) return close();
  // What it does not read is kept for it, although it may go on sending.
  if (blocked_ && now - blocked_since_ >= context_.ping_interval + context_.pong_timeout) return close();
  if (now - last_ping_ < context_.ping_interval) return;
  last_ping_ = now;
  std::string ping;
  if (append_ping(ping) && !ping_sent_at_) ping_sent_at_ = now;  // the first that has no answer counts
  send_personal(ping);
}

void LiveConnection::shut_down(std::chrono::milliseconds come_back_after) {
  if (closed_ || finishing_) return;
  append_come_back(out_, come_back_after);
  finish();
}

}  // namespace vestnik::api
