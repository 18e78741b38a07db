// A hub with running cores, a room whose messages are known beforehand, and subscribers that compare every byte.
#pragma once

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <cstdint>
#include <future>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/metrics.hpp"
#include "live/feed.hpp"
#include "live/hub.hpp"
#include "live/resume.hpp"
#include "runtime/cores.hpp"

namespace vestnik::live {

inline constexpr std::array kAllEncodings{Encoding::kWebSocket, Encoding::kServerSentEvents, Encoding::kProtobuf,
                                          Encoding::kJsonRpc};

// How often each encoder was called since the last reset.
inline std::array<std::atomic<int>, kEncodings> encoded{};

template <Encoding encoding>
void encode(std::string& out, const chat::RoomInfo& room, const chat::Event& event) {
  constexpr auto kIndex = static_cast<std::size_t>(encoding);
  encoded[kIndex].fetch_add(1, std::memory_order_relaxed);
  out += "WSPJ"[kIndex];
  out += room.name;
  out += std::to_string(event.n);
  out += std::get<chat::MessageSent>(event.what).message.content;
}

inline constexpr Encoders kEncoders{encode<Encoding::kWebSocket>, encode<Encoding::kServerSentEvents>,
                                    encode<Encoding::kProtobuf>, encode<Encoding::kJsonRpc>};

// A room with everything that is ever written in it.
class ScriptedRoom {
 public:
  ScriptedRoom(std::string name, std::int64_t messages, std::size_t content_bytes = 60)
      : room_(std::make_shared<chat::OpenRoom>(chat::RoomInfo{.id = name, .name = name, .epoch = "k3"},
                                               chat::RoomRules{})) {
    for (std::int64_t n = 1; n <= messages; ++n) {
      chat::Message message{.id = n, .n = n, .content = std::string(content_bytes, static_cast<char>('a' + n % 26))};
      events_.push_back({.n = n, .what = chat::MessageSent{std::move(message)}});
    }
    for (std::size_t encoding = 0; encoding < kEncodings; ++encoding) {
      Text& text = texts_[encoding];
      for (const chat::Event& event : events_) {
        text.begins.push_back(text.bytes.size());
        kEncoders[encoding](text.bytes, *room_, event);
      }
      text.begins.push_back(text.bytes.size());
    }
  }

  const chat::RoomPtr& info() const { return room_; }
  std::int64_t head_n() const { return static_cast<std::int64_t>(events_.size()); }

  // The messages from `first_n` up to `end_n` (exclusive), as the writer hands them over after their commit.
  std::vector<chat::Committed> batch(std::int64_t first_n, std::int64_t end_n) const {
    static const std::string request_id = "test";
    std::vector<chat::Committed> committed;
    for (std::int64_t n = first_n; n < end_n; ++n) {
      committed.push_back({room_.get(), &events_.at(static_cast<std::size_t>(n - 1)), &request_id});
    }
    return committed;
  }

  // A page of the storage.
  LogView page(Encoding encoding, std::int64_t first_n, std::int64_t end_n) const {
    RoomLog log;
    for (std::int64_t n = first_n; n < end_n; ++n) log.append(n, text(encoding, n, n + 1));
    return LogView(log);
  }

  std::string_view text(Encoding encoding, std::int64_t first_n, std::int64_t end_n) const {
    const Text& text = texts_[static_cast<std::size_t>(encoding)];
    const std::size_t begin = text.begins.at(static_cast<std::size_t>(first_n - 1));
    return std::string_view(text.bytes).substr(begin, text.begins.at(static_cast<std::size_t>(end_n - 1)) - begin);
  }

 private:
  struct Text {
    std::string bytes;
    std::vector<std::size_t> begins;  // of each frame, and the end of the last
  };

  chat::RoomPtr room_;
  std::vector<chat::Event> events_;
  std::array<Text, kEncodings> texts_;
};

class TestHub {
 public:
  explicit TestHub(std::size_t cores, Hub::Options options = {})
      : cores_(cores), hub_(cores_, kEncoders, options, metrics_) {
    cores_.start();
  }
  ~TestHub() { stop(); }

  Hub& operator*() { return hub_; }
  Hub* operator->() { return &hub_; }
  Metrics& metrics() { return metrics_; }
  std::size_t cores() const { return cores_.size(); }
  runtime::Core& core(std::size_t index) { return cores_[index]; }

  // Runs `task` on a core after everything that was posted to it, and returns what it returns.
  template <typename Task>
  std::invoke_result_t<Task> on_core(std::size_t index, Task task) {
    std::packaged_task<std::invoke_result_t<Task>()> packaged(std::move(task));
    auto done = packaged.get_future();
    cores_[index].post([&packaged] { packaged(); });
    return done.get();
  }

  // Waits until every core has done what was posted to it.
  void settle() {
    for (std::size_t i = 0; i < cores_.size(); ++i) on_core(i, [] {});
  }

  void stop() {
    hub_.stop_pacing();
    cores_.stop();
  }

 private:
  Metrics metrics_;
  runtime::Cores cores_;
  Hub hub_;
};

// Holds a core until it is let go.
class HeldCore {
 public:
  HeldCore(TestHub& hub, std::size_t core) {
    std::promise<void> held;
    auto is_held = held.get_future();
    hub.core(core).post([held = std::move(held), go = go_.get_future()]() mutable {
      held.set_value();
      go.wait();
    });
    is_held.wait();
  }
  ~HeldCore() { let_go(); }

  void let_go() {
    if (!std::exchange(gone_, true)) go_.set_value();
  }

 private:
  std::promise<void> go_;
  bool gone_ = false;
};

// Subscribes as the transports do and compares what it gets with the script. Lives on one core.
class Listener : public Subscriber {
 public:
  // `committed_n` is what the storage would say: the newest position of the room.
  Listener(Hub& hub, runtime::Core& core, const ScriptedRoom& room, Encoding encoding,
           std::optional<std::int64_t> after_n, std::int64_t committed_n)
      : room_(room), encoding_(encoding), view_(hub.view(core, room.info(), encoding)) {
    if (view_.end_n() == 0) view_.begin_at(committed_n + 1);
    std::optional<chat::Position> after;
    if (after_n) after = {room.info()->epoch, *after_n};
    const ResumePlan plan = plan_resume(after, room.info()->epoch, 0, committed_n);
    EXPECT_TRUE(plan.recovered);
    first_n_ = plan.next_n;
    feed_.emplace(view_, first_n_);
    view_.add(*this);
  }

  void on_growth() override {
    ++told_;
    if (reads_) read();
  }

  // Takes all there is, like a socket that is always writable.
  void read() {
    while (true) {
      switch (feed_->state()) {
        case Feed::State::kIdle:
          return;
        case Feed::State::kNeedsPage:
          feed_->set_page(room_.page(encoding_, feed_->next_n(), view_.floor_n()));
          break;
        case Feed::State::kReady:
          take();
          break;
        case Feed::State::kTooSlow:
          skip();
          break;
      }
    }
  }

  // From now on it is like a client that reads nothing, whose socket is full.
  void stop_reading() { reads_ = false; }
  void skip() { gaps_.push_back(feed_->skip()); }

  Feed::State state() const { return feed_->state(); }
  std::int64_t first_n() const { return first_n_; }
  std::int64_t next_n() const { return feed_->next_n(); }
  int told() const { return told_; }
  const std::vector<Gap>& gaps() const { return gaps_; }
  // How often something else than the script's next bytes came.
  int wrong() const { return wrong_; }

 private:
  void take() {
    std::array<iovec, 4> pieces;
    const std::size_t count = feed_->gather(pieces);
    if (count == 0) FAIL() << "ready, with nothing to send at " << feed_->next_n();
    const std::int64_t before = feed_->next_n();
    std::string bytes;
    for (std::size_t i = 0; i < count; ++i) {
      bytes.append(static_cast<const char*>(pieces[i].iov_base), pieces[i].iov_len);
    }
    // Sockets take what they like.
    bytes.resize(std::uniform_int_distribution<std::size_t>(1, bytes.size())(random_));
    bytes += feed_->advance(bytes.size());
    if (bytes != room_.text(encoding_, before, feed_->next_n())) ++wrong_;
  }

  const ScriptedRoom& room_;
  Encoding encoding_;
  LogView& view_;
  std::optional<Feed> feed_;
  std::int64_t first_n_ = 0;
  std::vector<Gap> gaps_;
  std::minstd_rand random_;
  bool reads_ = true;
  int told_ = 0;
  int wrong_ = 0;
};

}  // namespace vestnik::live
