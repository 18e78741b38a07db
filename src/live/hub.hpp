// The crossing between the writers and the cores: keeps the live logs of all topics, and tells each core once per batch
// what has grown.
#pragma once

#include <array>
#include <atomic>
#include <bitset>
#include <boost/intrusive/list.hpp>
#include <chrono>
#include <concepts>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/metrics.hpp"
#include "live/encoding.hpp"
#include "live/log_view.hpp"
#include "live/publication.hpp"
#include "live/topic.hpp"
#include "live/topic_log.hpp"
#include "runtime/cores.hpp"

namespace vestnik::live {

// Something that is told to those who follow a topic at this moment and kept nowhere.
struct Ephemeral {
  std::array<std::string, kEncodings> frames;  // by Encoding; empty: not told in it
  const void* from = nullptr;                  // who caused it; compared, never followed
};

// One who follows many topics, and sends what a batch has brought to all of them at once.
class Gatherer : public boost::intrusive::list_base_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>> {
 public:
  virtual ~Gatherer() = default;
  // Every topic of the batch has been told. Must not destroy another gatherer.
  virtual void on_batch_told() = 0;
};

class Hub {
 public:
  struct Options {
    std::size_t window_bytes = 4u << 20;              // of one log
    std::size_t window_total_bytes = 1u << 30;        // of all logs; shared out evenly when they are many
    std::chrono::milliseconds view_kept_for{60'000};  // after its last subscriber has gone
  };

  using Batch = std::span<const Publication* const>;

  Hub(runtime::Cores& cores, Options options, Metrics& metrics);
  ~Hub();

  // Appends each event once to every log of its topic, and posts one task to each core that reads one of them. Returns
  // when no core is more than a few batches behind: this is how fan-out slows a writer down. On the writer's thread.
  void publish(Batch batch);
  // The same for publications of one kind.
  template <std::derived_from<Publication> Kind>
  void publish(const std::vector<Kind>& events) {
    std::vector<const Publication*> batch;
    batch.reserve(events.size());
    for (const Kind& event : events) batch.push_back(&event);
    publish(Batch(batch));
  }
  // The same for one event of what changes rarely, without waiting for the cores. Any thread; one call at a time for a
  // topic.
  void publish_one(const Publication& event);
  // Lets publish() return at once from now on: the cores are about to stop. Any thread.
  void stop_pacing();

  // The view of this core on the topic's log, made with its first subscriber. It stays for a while after its last
  // subscriber has gone, for those who come back. On `core`.
  LogView& view(runtime::Core& core, const TopicPtr& topic, Encoding encoding);

  // Within on_growth() of a subscriber: has the gatherer, which is in no list yet, called when the whole batch has been
  // told, still before the next one. False when no batch is being told. On `core`.
  bool gather(runtime::Core& core, Gatherer& gatherer);
  // Passes it on to all subscribers of the topic on every core. Dropped for a core that has too many of them waiting.
  // Any thread.
  void pass_on(const Topic& topic, const std::shared_ptr<const Ephemeral>& event);

  // Newest position of the topic if an event was published or told since it was first followed. Any thread.
  std::optional<std::int64_t> head_of(const Topic& topic) const;
  // The storage said that the topic had reached `head_n`.
  void tell_head(const Topic& topic, std::int64_t head_n);

  std::size_t window_bytes() const { return bytes_.load(std::memory_order_relaxed); }
  const LatencyHistogram& fanout_latency() const { return fanout_latency_; }

 private:
  struct Log {
    TopicLog log;
    std::bitset<runtime::Cores::kMax> readers;  // cores that have a view
  };
  struct Channel {
    TopicPtr topic;
    std::mutex mutex;
    std::array<std::unique_ptr<Log>, kEncodings> logs;  // guarded by mutex
    std::atomic<std::int64_t> head_n{-1};
  };
  // What one core is told of one log.
  struct Note {
    Channel* channel;
    Encoding encoding;
    Growth growth;
  };
  class Shard;  // what belongs to one core

  std::shared_ptr<Channel> find_channel(const Topic& topic) const;
  std::shared_ptr<Channel> channel_of(const TopicPtr& topic);
  using Notes = std::vector<std::vector<Note>>;  // by core
  void append(Channel& channel, Batch run, Notes& notes);
  void post(Notes notes);
  void drop_reader(Channel& channel, Encoding encoding, std::size_t core);
  void wait_for_cores();

  runtime::Cores& cores_;
  Options options_;
  LatencyHistogram& fanout_latency_;

  mutable std::mutex channels_mutex_;
  std::unordered_map<const Topic*, std::shared_ptr<Channel>> channels_;
  std::atomic<std::size_t> logs_{0};
  std::atomic<std::size_t> bytes_{0};
  std::vector<std::atomic<std::size_t>> ephemeral_;  // waiting on each core

  std::mutex pace_mutex_;
  std::condition_variable paced_;
  std::vector<std::size_t> behind_;  // batches that each core has not handed out yet
  bool pacing_ = true;

  std::vector<std::unique_ptr<Shard>> shards_;
};

}  // namespace vestnik::live
