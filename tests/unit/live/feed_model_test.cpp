// A room, its cores and its subscribers in random order, beside the plain list of everything that was ever written:
// each subscriber gets exactly that list from its position on, but for the gaps it was told of.
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "live/feed.hpp"
#include "live/resume.hpp"
#include "live/topic_log.hpp"
#include "unit/live/frames.hpp"

namespace vestnik::live {
namespace {

constexpr const char* kEpoch = "k3";

// What the storage has: frame i is that of position i + 1; what is at or below the floor may not be read any more.
struct History {
  std::vector<std::string> frames;
  std::int64_t floor_n = 0;

  std::int64_t head_n() const { return static_cast<std::int64_t>(frames.size()); }
  const std::string& frame(std::int64_t n) const { return frames.at(static_cast<std::size_t>(n - 1)); }

  LogView page(std::int64_t first_n, std::int64_t frames_max) const {
    TopicLog log;
    const std::int64_t end_n = std::min(first_n + frames_max, head_n() + 1);
    for (std::int64_t n = first_n; n < end_n; ++n) log.append(n, frame(n));
    return LogView(log);
  }
};

// A view, and the notes that are still under way to it.
struct CoreModel {
  LogView view;
  std::deque<Growth> notes;
};

// Checks each byte it receives against the history.
class Client {
 public:
  // One who is `eager` has a socket that is never full: flush() is called whenever there may be something.
  Client(CoreModel& core, const History& history, const std::optional<Position>& after, bool eager)
      : core_(core), history_(history), eager_(eager) {
    want_n_ = after ? -1 : history.head_n() + 1;
    subscribe(after);
  }

  // Writes to the client once, as much as a socket may take, after what is left of the last time.
  void write() {
    if (!rest_.empty()) {
      const auto taken = *rc::gen::inRange<std::size_t>(1, rest_.size() + 1);
      receive(rest_.substr(0, taken));
      rest_.erase(0, taken);
      return;
    }
    switch (feed_->state()) {
      case Feed::State::kIdle:
        RC_ASSERT(feed_->next_n() >= core_.view.end_n());
        return;
      case Feed::State::kReady:
        return *rc::gen::arbitrary<bool>() ? write_bytes() : write_frame();
      case Feed::State::kNeedsPage:
        RC_ASSERT(!live_);
        RC_ASSERT(core_.view.lost(feed_->next_n()));
        return read_page();
      case Feed::State::kTooSlow:
        RC_ASSERT(live_);
        RC_ASSERT(core_.view.lost(feed_->next_n()));
        return *rc::gen::arbitrary<bool>() ? skip() : reconnect();
    }
  }

  void on_growth(const CoreModel& core) {
    if (&core != &core_) return;
    if (eager_) RC_ASSERT(feed_->state() != Feed::State::kTooSlow);
    flush();
  }

  // Writes everything if the socket is never full.
  void flush() {
    while (eager_ && (!rest_.empty() || feed_->state() != Feed::State::kIdle)) write();
  }

  // Comes back with the position of the last frame it has whole.
  void reconnect() {
    partial_.clear();
    rest_.clear();
    subscribe(Position{kEpoch, want_n_ - 1});
  }

  void catch_up() {
    eager_ = true;
    flush();
    RC_ASSERT(partial_.empty());
    RC_ASSERT(want_n_ == history_.head_n() + 1);
    RC_ASSERT(feed_->next_n() == want_n_);
  }

 private:
  void subscribe(const std::optional<Position>& after) {
    const ResumePlan plan = plan_resume(after, kEpoch, history_.floor_n, history_.head_n());
    if (core_.view.end_n() == 0) core_.view.begin_at(history_.head_n() + 1);
    if (want_n_ >= 0 && plan.recovered) RC_ASSERT(plan.next_n == want_n_);
    if (want_n_ >= 0 && !plan.recovered) RC_ASSERT(plan.gap->from_n == want_n_);
    want_n_ = plan.next_n;
    feed_.emplace(core_.view, plan.next_n);
    live_ = false;
    page_end_n_ = 0;
  }

  void write_bytes() {
    std::vector<iovec> pieces(*rc::gen::inRange<std::size_t>(1, 9));
    pieces.resize(feed_->gather(pieces));
    const std::string offered = text_of(pieces);
    RC_ASSERT(!offered.empty());
    const bool all = *rc::gen::arbitrary<bool>();
    const std::size_t taken = all ? offered.size() : *rc::gen::inRange<std::size_t>(1, offered.size() + 1);
    note_source();
    rest_ = feed_->advance(taken);
    receive(std::string_view(offered).substr(0, taken));
    RC_ASSERT(feed_->next_n() == want_n_ + (partial_.empty() ? 0 : 1));
    RC_ASSERT(rest_.empty() == partial_.empty());
  }

  void write_frame() {
    receive(feed_->frame());
    note_source();
    feed_->advance_frame();
    RC_ASSERT(feed_->next_n() == want_n_);
  }

  // Whether what is written now comes from the window: only from then on may the client be too slow.
  void note_source() { live_ = live_ || feed_->next_n() >= page_end_n_; }

  void read_page() {
    if (feed_->next_n() <= history_.floor_n) return reconnect();
    LogView page = history_.page(feed_->next_n(), *rc::gen::inRange<std::int64_t>(1, 40));
    page_end_n_ = page.end_n();
    feed_->set_page(std::move(page));
    RC_ASSERT(feed_->state() == Feed::State::kReady);
  }

  void skip() {
    const Gap gap = feed_->skip();
    RC_ASSERT(gap.from_n == want_n_);
    RC_ASSERT(gap.to_n + 1 == core_.view.end_n());
    RC_ASSERT(feed_->state() == Feed::State::kIdle);
    want_n_ = gap.to_n + 1;
  }

  void receive(std::string_view bytes) {
    while (!bytes.empty()) {
      RC_ASSERT(want_n_ <= history_.head_n());
      const std::string& frame = history_.frame(want_n_);
      const std::string_view now = bytes.substr(0, frame.size() - partial_.size());
      RC_ASSERT(std::string_view(frame).substr(partial_.size(), now.size()) == now);
      partial_ += now;
      bytes.remove_prefix(now.size());
      if (partial_.size() < frame.size()) continue;
      partial_.clear();
      ++want_n_;
    }
  }

  CoreModel& core_;
  const History& history_;
  bool eager_;
  std::optional<Feed> feed_;
  std::int64_t want_n_;  // position of the first frame that has not arrived whole
  std::string partial_;  // what has arrived of it
  std::string rest_;     // what the server keeps of a frame that left in part
  bool live_ = false;    // has read from the window since it subscribed
  std::int64_t page_end_n_ = 0;
};

class World {
 public:
  void step() {
    switch (*rc::gen::weightedElement<int>({{6, 0}, {6, 1}, {12, 2}, {2, 3}, {1, 4}, {1, 5}, {1, 6}})) {
      case 0:
        return commit();
      case 1:
        return any_core([this](CoreModel& core) { deliver(core); });
      case 2:
        return any_client([](Client& client) { client.write(); });
      case 3:
        return arrive();
      case 4:
        return any_client([](Client& client) {
          client.reconnect();
          client.flush();
        });
      case 5:
        return join();
      default:
        return forget();
    }
  }

  void finish() {
    for (const auto& core : cores_) {
      while (!core->notes.empty()) deliver(*core);
      if (log_.end_n() == 0) continue;
      RC_ASSERT(core->view.floor_n() == log_.floor_n());
      RC_ASSERT(core->view.end_n() == log_.end_n());
    }
    for (const auto& client : clients_) client->catch_up();
  }

 private:
  // A batch of the writer.
  void commit() {
    const auto count = *rc::gen::inRange(1, 30);
    for (int i = 0; i < count; ++i) {
      const std::int64_t n = history_.head_n() + 1;
      history_.frames.push_back(
          frame_of(n, *rc::gen::weightedElement<std::size_t>({{8, 1}, {8, 200}, {2, 3'000}, {1, 9'000}})));
      if (!cores_.empty()) log_.append(n, history_.frames.back());
    }
    if (cores_.empty()) return;
    log_.trim(*rc::gen::element<std::size_t>(0, 8 * 1024, 32 * 1024, 128 * 1024));
    const Growth growth = log_.take_growth();
    for (const auto& core : cores_) core->notes.push_back(growth);
  }

  void deliver(CoreModel& core) {
    if (core.notes.empty()) return;
    core.view.apply(core.notes.front());
    core.notes.pop_front();
    for (const auto& client : clients_) client->on_growth(core);
  }

  // A core that reads the room from now on. Notes that are under way to others may reach it too.
  void join() {
    if (cores_.size() == 4) return;
    auto core = std::make_unique<CoreModel>();
    core->view.apply({.tail = log_.extents(), .floor_n = log_.floor_n()});
    if (!cores_.empty()) core->notes = cores_.front()->notes;
    cores_.push_back(std::move(core));
  }

  void arrive() {
    any_core([this](CoreModel& core) {
      if (clients_.size() == 6) clients_.erase(clients_.begin());
      std::optional<Position> after;
      if (*rc::gen::arbitrary<bool>()) {
        const bool same_history = *rc::gen::weightedElement<bool>({{9, true}, {1, false}});
        after = {same_history ? kEpoch : "old", *rc::gen::inRange<std::int64_t>(0, history_.head_n() + 3)};
      }
      clients_.push_back(std::make_unique<Client>(core, history_, after, *rc::gen::arbitrary<bool>()));
      clients_.back()->flush();
    });
  }

  // The room's own limit removes its oldest messages.
  void forget() { history_.floor_n = *rc::gen::inRange<std::int64_t>(history_.floor_n, history_.head_n() + 1); }

  template <typename Action>
  void any_core(Action action) {
    if (!cores_.empty()) action(*cores_[*rc::gen::inRange<std::size_t>(0, cores_.size())]);
  }
  template <typename Action>
  void any_client(Action action) {
    if (!clients_.empty()) action(*clients_[*rc::gen::inRange<std::size_t>(0, clients_.size())]);
  }

  History history_;
  TopicLog log_;
  std::vector<std::unique_ptr<CoreModel>> cores_;
  std::vector<std::unique_ptr<Client>> clients_;
};

TEST(FeedModel, EverySubscriberGetsTheHistoryWithoutGapOrRepeat) {
  EXPECT_TRUE(rc::check("what subscribers get is the history", [] {
    World world;
    const auto steps = *rc::gen::inRange(1, 300);
    for (int i = 0; i < steps; ++i) world.step();
    world.finish();
  }));
}

}  // namespace
}  // namespace vestnik::live
