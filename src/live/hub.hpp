// The crossing between the writer and the cores: keeps the live logs of all rooms, and tells each core once per batch
// what has grown.
#pragma once

#include <array>
#include <atomic>
#include <bitset>
#include <boost/intrusive/list.hpp>
#include <chrono>
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
#include "chat/message_writer.hpp"
#include "live/log_view.hpp"
#include "live/room_log.hpp"
#include "runtime/cores.hpp"

namespace vestnik::live {

// A form in which frames stand in a log, ready to be sent.
enum class Encoding : std::uint8_t { kWebSocket, kServerSentEvents, kProtobuf, kJsonRpc };
inline constexpr std::size_t kEncodings = 4;
std::string_view name_of(Encoding encoding);

// Appends the frame of one event.
using Encode = void (*)(std::string& out, const chat::RoomInfo& room, const chat::Event& event);
using Encoders = std::array<Encode, kEncodings>;  // by Encoding

// Something that is told to those who follow a room at this moment and kept nowhere.
struct Ephemeral {
  std::array<std::string, kEncodings> frames;  // by Encoding; empty: not told in it
  const void* from = nullptr;                  // who caused it; compared, never followed
};

// One who follows many rooms, and sends what a batch has brought to all of them at once.
class Gatherer : public boost::intrusive::list_base_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>> {
 public:
  virtual ~Gatherer() = default;
  // Every room has been told of the batch. Must not destroy another gatherer.
  virtual void on_batch_told() = 0;
};

class Hub {
 public:
  struct Options {
    std::size_t window_bytes = 4u << 20;              // of one log
    std::size_t window_total_bytes = 1u << 30;        // of all logs; shared out evenly when they are many
    std::chrono::milliseconds view_kept_for{60'000};  // after its last subscriber has gone
  };

  Hub(runtime::Cores& cores, Encoders encoders, Options options, Metrics& metrics);
  ~Hub();

  // Appends each event once to every log of its room, and posts one task to each core that reads one of them. Returns
  // when no core is more than a few batches behind: this is how fan-out slows the writer down. On the writer's thread.
  void publish(std::span<const chat::Committed> batch);
  // The same for one event of what changes rarely, without waiting for the cores. Any thread; one call at a time for a
  // room.
  void publish_one(const chat::OpenRoom& room, const chat::Event& event);
  // Lets publish() return at once from now on: the cores are about to stop. Any thread.
  void stop_pacing();

  // The view of this core on the room's log, made with its first subscriber. It stays for a while after its last
  // subscriber has gone, for those who come back. On `core`.
  LogView& view(runtime::Core& core, const chat::RoomPtr& room, Encoding encoding);

  // Within on_growth() of a subscriber: has the gatherer, which is in no list yet, called when the whole batch has been
  // told, still before the next one. False when no batch is being told. On `core`.
  bool gather(runtime::Core& core, Gatherer& gatherer);
  // Passes it on to all subscribers of the room on every core. Dropped for a core that has too many of them waiting.
  // Any thread.
  void pass_on(const chat::RoomInfo& room, const std::shared_ptr<const Ephemeral>& event);

  // Newest position of the room if an event was published or told since the room was first followed. Any thread.
  std::optional<std::int64_t> head_of(const chat::RoomInfo& room) const;
  // The storage said that the room had reached `head_n`.
  void tell_head(const chat::RoomInfo& room, std::int64_t head_n);

  const Encoders& encoders() const { return encoders_; }
  std::size_t window_bytes() const { return bytes_.load(std::memory_order_relaxed); }
  const LatencyHistogram& fanout_latency() const { return fanout_latency_; }

 private:
  struct Log {
    RoomLog log;
    std::bitset<runtime::Cores::kMax> readers;  // cores that have a view
  };
  struct Channel {
    chat::RoomPtr room;
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

  std::shared_ptr<Channel> find_channel(const chat::RoomInfo& room) const;
  std::shared_ptr<Channel> channel_of(const chat::RoomPtr& room);
  using Notes = std::vector<std::vector<Note>>;  // by core
  void append(Channel& channel, std::span<const chat::Committed> run, Notes& notes);
  void post(Notes notes);
  void drop_reader(Channel& channel, Encoding encoding, std::size_t core);
  void wait_for_cores();

  runtime::Cores& cores_;
  Encoders encoders_;
  Options options_;
  LatencyHistogram& fanout_latency_;

  mutable std::mutex channels_mutex_;
  std::unordered_map<const chat::RoomInfo*, std::shared_ptr<Channel>> channels_;
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
