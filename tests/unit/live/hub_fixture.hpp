// A hub with running cores, a topic whose events are known beforehand, and subscribers that compare every byte.
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

// How often a frame was made in each encoding since the last reset.
inline std::array<std::atomic<int>, kEncodings> encoded{};

class NamedTopic final : public Topic {
 public:
  explicit NamedTopic(std::string name) : name_(std::move(name)) {}

  const std::string& topic_id() const override { return name_; }
  const std::string& topic_name() const override { return name_; }
  const std::string& topic_epoch() const override { return epoch_; }

 private:
  std::string name_;
  std::string epoch_ = "k3";
};

class ScriptedEvent final : public Publication {
 public:
  ScriptedEvent(const Topic& topic, std::int64_t n, std::size_t content_bytes)
      : Publication(topic, n, "test"), content_(content_bytes, static_cast<char>('a' + n % 26)) {}

  void append_frame(std::string& out, Encoding encoding) const override {
    const auto index = static_cast<std::size_t>(encoding);
    encoded[index].fetch_add(1, std::memory_order_relaxed);
    out += "WSPJ"[index];
    out.append(topic().topic_name()).append(std::to_string(n())).append(content_);
  }

 private:
  std::string content_;
};

// A topic with everything that ever happens in it.
class ScriptedTopic {
 public:
  ScriptedTopic(std::string name, std::int64_t events, std::size_t content_bytes = 60)
      : topic_(std::make_shared<NamedTopic>(std::move(name))) {
    for (std::int64_t n = 1; n <= events; ++n) events_.emplace_back(*topic_, n, content_bytes);
    for (std::size_t encoding = 0; encoding < kEncodings; ++encoding) {
      Text& text = texts_[encoding];
      for (const ScriptedEvent& event : events_) {
        text.begins.push_back(text.bytes.size());
        event.append_frame(text.bytes, static_cast<Encoding>(encoding));
      }
      text.begins.push_back(text.bytes.size());
    }
  }

  TopicPtr topic() const { return topic_; }
  std::int64_t head_n() const { return static_cast<std::int64_t>(events_.size()); }

  // The events from `first_n` up to `end_n` (exclusive), as a writer hands them over after their commit.
  std::vector<ScriptedEvent> batch(std::int64_t first_n, std::int64_t end_n) const {
    return {events_.begin() + (first_n - 1), events_.begin() + (end_n - 1)};
  }

  // A page of the storage.
  LogView page(Encoding encoding, std::int64_t first_n, std::int64_t end_n) const {
    TopicLog log;
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

  std::shared_ptr<NamedTopic> topic_;
  std::vector<ScriptedEvent> events_;
  std::array<Text, kEncodings> texts_;
};

class TestHub {
 public:
  explicit TestHub(std::size_t cores, Hub::Options options = {}) : cores_(cores), hub_(cores_, options, metrics_) {
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
  // `committed_n` is what the storage would say: the newest position of the topic.
  Listener(Hub& hub, runtime::Core& core, const ScriptedTopic& topic, Encoding encoding,
           std::optional<std::int64_t> after_n, std::int64_t committed_n)
      : topic_(topic), encoding_(encoding), view_(hub.view(core, topic.topic(), encoding)) {
    if (view_.end_n() == 0) view_.begin_at(committed_n + 1);
    std::optional<Position> after;
    if (after_n) after = {topic.topic()->topic_epoch(), *after_n};
    const ResumePlan plan = plan_resume(after, topic.topic()->topic_epoch(), 0, committed_n);
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
          feed_->set_page(topic_.page(encoding_, feed_->next_n(), view_.floor_n()));
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
    if (bytes != topic_.text(encoding_, before, feed_->next_n())) ++wrong_;
  }

  const ScriptedTopic& topic_;
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
