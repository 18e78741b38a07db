#include "api/grpc/stream.hpp"

#include <utility>

#include "api/grpc/status.hpp"

namespace vestnik::api::grpc {

Stream::Stream(runtime::Core& core, ::grpc::CallbackServerContext& call, std::chrono::milliseconds write_timeout,
               Subscriptions& subscriptions, ServerStatus& status, Connections& connections)
    : core_(core),
      subscriptions_(subscriptions),
      status_(status),
      connections_(connections),
      cancellation_(call),
      write_timeout_(write_timeout) {
  status_.grpc_streams.fetch_add(1, std::memory_order_relaxed);
}

Stream::~Stream() {
  status_.grpc_streams.fetch_sub(1, std::memory_order_relaxed);
  if (feed_) status_.subscriptions.fetch_sub(1, std::memory_order_relaxed);
}

void Stream::start(Result<SubscriptionRequest> request) {
  if (!request) {
    core_.post([this, status = to_status(request.error())] {
      core_.sweeper().add(*this);
      end(status);
    });
    return;
  }
  request_ = std::move(*request);
  core_.post([this] {
    connections_.add(core_, *this);
    core_.sweeper().add(*this);
    ++tasks_;
    asio::co_spawn(core_.context(), [this] { return open(); }, asio::detached);
  });
}

Task<void> Stream::open() {
  auto opened =
      co_await subscriptions_.open(core_, request_.subject, live::Encoding::kProtobuf, std::move(request_.after));
  --tasks_;
  if (ended_) {
    delete_if_done();
    co_return;
  }
  if (!opened) {
    end(to_status(opened.error()));
    co_return;
  }
  request_.subject.kind->append_subscribed(personal_.emplace_back(), live::Encoding::kProtobuf, *request_.subject.topic,
                                           opened->plan);
  feed_.emplace(opened->view, opened->plan.next_n);
  opened->view.add(*this);
  status_.subscriptions.fetch_add(1, std::memory_order_relaxed);
  write_next();
}

Task<void> Stream::read_page() {
  auto page = co_await subscriptions_.read_page(core_, request_.subject, live::Encoding::kProtobuf, feed_->next_n());
  --tasks_;
  reading_page_ = false;
  if (ended_) {
    delete_if_done();
    co_return;
  }
  if (!page || page->end_n() == 0) {
    end({::grpc::StatusCode::UNAVAILABLE, page ? "history ended early; resume" : page.error().detail});
    co_return;
  }
  if (page->floor_n() > feed_->next_n()) {  // what came next was removed while it was catching up
    append_gap(feed_->skip_to(page->floor_n()));
  }
  feed_->set_page(std::move(*page));
  write_next();
}

std::optional<std::string_view> Stream::next_event() {
  if (!personal_.empty()) return personal_.front();
  if (!feed_) return std::nullopt;
  switch (feed_->state()) {
    case live::Feed::State::kReady:
      return feed_->frame();
    case live::Feed::State::kIdle:
      if (const auto last_n = request_.subject.topic->last_n(); last_n && feed_->next_n() > *last_n)
        end(::grpc::Status::OK);
      return std::nullopt;
    case live::Feed::State::kNeedsPage:
      if (!std::exchange(reading_page_, true)) {
        ++tasks_;
        asio::co_spawn(core_.context(), [this] { return read_page(); }, asio::detached);
      }
      return std::nullopt;
    case live::Feed::State::kTooSlow:
      status_.slow_subscribers.add();
      if (request_.gap_when_slow) {
        append_gap(feed_->skip());
        return personal_.front();
      }
      end({::grpc::StatusCode::ABORTED,
           "too slow; resume after " + to_string({request_.subject.topic->topic_epoch(), feed_->next_n() - 1})});
      return std::nullopt;
  }
  return std::nullopt;
}

void Stream::append_gap(const live::Gap& gap) {
  request_.subject.kind->append_gap(personal_.emplace_back(), live::Encoding::kProtobuf, *request_.subject.topic, gap);
}

void Stream::write_next() {
  if (writing_ || ended_) return;
  const auto event = next_event();
  if (!event) return;
  const ::grpc::Slice slice(event->data(), event->size());
  buffer_ = ::grpc::ByteBuffer(&slice, 1);
  ::grpc::WriteOptions options;
  if (!personal_.empty()) {
    personal_.pop_front();
  } else {
    feed_->advance_frame();
    status_.deliveries.add();
    // With more behind it, gRPC may gather several events into one write to the socket. Not the first event: it is
    // never sent when it is held back together with the headers.
    if (feed_->state() == live::Feed::State::kReady) options.set_buffer_hint();
  }
  writing_ = true;
  waits_since_ = core_.sweeper().now();
  StartWrite(&buffer_, options);
}

void Stream::OnWriteDone(bool ok) {
  core_.post([this, ok] {
    writing_ = false;
    ok ? write_next() : end({::grpc::StatusCode::CANCELLED, "the client has gone"});
  });
}

void Stream::OnCancel() {
  core_.post([this] { end({::grpc::StatusCode::CANCELLED, "the client has gone"}); });
}

void Stream::OnDone() {
  cancellation_.forget();
  core_.post([this] {
    done_ = true;
    delete_if_done();
  });
}

void Stream::sweep(runtime::SteadyTime now) {
  if ((writing_ || ended_) && now - waits_since_ >= write_timeout_) return cancellation_.cancel();
  if (request_.session_end && request_.session_end->load()) {
    end({::grpc::StatusCode::UNAUTHENTICATED, "the session has ended; open a new one"});
  }
}

void Stream::shut_down(std::chrono::milliseconds come_back_after) {
  end({::grpc::StatusCode::UNAVAILABLE,
       "the server restarts; reconnect in " + std::to_string(come_back_after.count()) + " ms"});
}

void Stream::end(const ::grpc::Status& status) {
  if (std::exchange(ended_, true)) return;
  if (!writing_) waits_since_ = core_.sweeper().now();
  if (live::Subscriber::is_linked()) live::Subscriber::unlink();
  if (Connection::is_linked()) Connection::unlink();
  Finish(status);  // read or not: the sweeper sees to it
}

void Stream::delete_if_done() {
  if (done_ && tasks_ == 0) delete this;
}

}  // namespace vestnik::api::grpc
