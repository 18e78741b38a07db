#include "live/hub.hpp"

#include <algorithm>
#include <exception>
#include <map>
#include <utility>

#include "base/log.hpp"

namespace vestnik::live {
namespace {

// Two batches: one being handed out, one ready behind it. More would only let subscribers fall behind.
constexpr std::size_t kBatchesBehindMax = 2;
constexpr std::size_t kWindowBytesMin = 64 * 1024;
constexpr std::size_t kEphemeralMax = 256;  // that wait on a core

void raise(std::atomic<std::int64_t>& value, std::int64_t at_least) {
  std::int64_t known = value.load(std::memory_order_relaxed);
  while (known < at_least && !value.compare_exchange_weak(known, at_least, std::memory_order_relaxed)) {
  }
}

}  // namespace

// The views of one core. Only its constructor runs elsewhere.
class Hub::Shard : public runtime::Swept {
 public:
  Shard(Hub& hub, runtime::Core& core) : hub_(hub), core_(core) { core.sweeper().add(*this); }

  LogView& view(std::shared_ptr<Channel> channel, Encoding encoding) {
    Entry& entry = views_[{channel.get(), encoding}];
    if (!entry.view) entry = {.channel = std::move(channel), .view = std::make_unique<LogView>(), .unused_since = {}};
    entry.unused_since.reset();
    return *entry.view;
  }

  bool has(Channel* channel, Encoding encoding) const { return views_.contains({channel, encoding}); }

  void take(const std::vector<Note>& notes) {
    telling_ = true;
    for (const Note& note : notes) {
      const auto found = views_.find({note.channel, note.encoding});
      if (found == views_.end()) continue;
      found->second.view->apply(note.growth);
      found->second.view->notify();
    }
    telling_ = false;
    while (!gatherers_.empty()) {
      Gatherer& gatherer = gatherers_.front();
      gatherers_.pop_front();
      try {
        gatherer.on_batch_told();
      } catch (const std::exception& bug) {
        log::error("exception of a subscriber", {{"what", bug.what()}});
      }
    }
  }

  bool gather(Gatherer& gatherer) {
    if (telling_) gatherers_.push_back(gatherer);
    return telling_;
  }

  void pass_on(Channel& channel, const Ephemeral& event) {
    for (std::size_t encoding = 0; encoding < kEncodings; ++encoding) {
      if (event.frames[encoding].empty()) continue;
      const auto found = views_.find({&channel, static_cast<Encoding>(encoding)});
      if (found != views_.end()) found->second.view->pass_on(event.frames[encoding], event.from);
    }
  }

  void sweep(runtime::SteadyTime now) override {
    for (auto it = views_.begin(); it != views_.end();) {
      auto& [key, entry] = *it;
      if (entry.view->has_subscribers()) {
        entry.unused_since.reset();
      } else if (!entry.unused_since) {
        entry.unused_since = now;
      } else if (now - *entry.unused_since > hub_.options_.view_kept_for) {
        hub_.drop_reader(*key.first, key.second, core_.index());
        it = views_.erase(it);
        continue;
      }
      ++it;
    }
  }

 private:
  struct Entry {
    std::shared_ptr<Channel> channel;
    std::unique_ptr<LogView> view;
    std::optional<runtime::SteadyTime> unused_since;
  };

  Hub& hub_;
  runtime::Core& core_;
  std::map<std::pair<Channel*, Encoding>, Entry> views_;
  boost::intrusive::list<Gatherer, boost::intrusive::constant_time_size<false>> gatherers_;
  bool telling_ = false;  // a batch is being told
};

Hub::Hub(runtime::Cores& cores, Options options, Metrics& metrics)
    : cores_(cores),
      options_(options),
      fanout_latency_(metrics.latency("fanout_seconds", "From a commit to its hand-over to all sockets of a core.")),
      ephemeral_(cores.size()),
      behind_(cores.size(), 0) {
  for (std::size_t i = 0; i < cores.size(); ++i) shards_.push_back(std::make_unique<Shard>(*this, cores[i]));
  metrics.gauge("live_window_bytes", "Memory of the live windows of all topics.",
                [this] { return static_cast<double>(window_bytes()); });
  metrics.gauge("live_logs", "Live windows, one for each topic and encoding in use.",
                [this] { return static_cast<double>(logs_.load(std::memory_order_relaxed)); });
}

Hub::~Hub() = default;

void Hub::publish(Batch batch) {
  Notes notes(cores_.size());
  for (auto begin = batch.begin(); begin != batch.end();) {
    const Topic& topic = (*begin)->topic();
    const auto end = std::find_if(begin, batch.end(), [&topic](const auto* each) { return &each->topic() != &topic; });
    if (const auto channel = find_channel(topic)) append(*channel, {begin, end}, notes);
    begin = end;
  }
  post(std::move(notes));
  wait_for_cores();
}

void Hub::publish_one(const Publication& event) {
  const auto channel = find_channel(event.topic());
  if (channel == nullptr) return;
  const Publication* const one = &event;
  Notes notes(cores_.size());
  append(*channel, {&one, 1}, notes);
  post(std::move(notes));
}

void Hub::post(Notes notes) {
  const auto committed = std::chrono::steady_clock::now();
  for (std::size_t core = 0; core < notes.size(); ++core) {
    if (notes[core].empty()) continue;
    {
      const std::scoped_lock lock(pace_mutex_);
      ++behind_[core];
    }
    cores_[core].post([this, core, committed, notes = std::move(notes[core])] {
      shards_[core]->take(notes);
      fanout_latency_.record(std::chrono::steady_clock::now() - committed);
      const std::scoped_lock lock(pace_mutex_);
      --behind_[core];
      paced_.notify_all();
    });
  }
}

void Hub::append(Channel& channel, Batch run, Notes& notes) {
  thread_local std::string frame;
  const std::scoped_lock lock(channel.mutex);
  raise(channel.head_n, run.back()->n());
  for (std::size_t encoding = 0; encoding < kEncodings; ++encoding) {
    Log* const kept = channel.logs[encoding].get();
    if (kept == nullptr) continue;
    const std::size_t bytes_before = kept->log.bytes();
    for (const Publication* event : run) {
      frame.clear();
      event->append_frame(frame, static_cast<Encoding>(encoding));
      kept->log.append(event->n(), frame);
      if (log::enabled(log::Level::kDebug)) {
        log::debug("change fanned out", {{"request_id", event->request_id()},
                                         {"topic", channel.topic->topic_name()},
                                         {"n", event->n()},
                                         {"encoding", name_of(static_cast<Encoding>(encoding))},
                                         {"cores", kept->readers.count()}});
      }
    }
    const std::size_t share = options_.window_total_bytes / std::max<std::size_t>(1, logs_.load());
    kept->log.trim(std::min(options_.window_bytes, std::max(share, kWindowBytesMin)));
    bytes_.fetch_add(kept->log.bytes() - bytes_before, std::memory_order_relaxed);  // wraps to subtract

    const Growth growth = kept->log.take_growth();
    for (std::size_t core = 0; core < notes.size(); ++core) {
      if (kept->readers[core]) notes[core].push_back({&channel, static_cast<Encoding>(encoding), growth});
    }
  }
}

void Hub::wait_for_cores() {
  std::unique_lock lock(pace_mutex_);
  paced_.wait(lock, [this] {
    return !pacing_ || std::ranges::all_of(behind_, [](std::size_t behind) { return behind < kBatchesBehindMax; });
  });
}

void Hub::stop_pacing() {
  const std::scoped_lock lock(pace_mutex_);
  pacing_ = false;
  paced_.notify_all();
}

LogView& Hub::view(runtime::Core& core, const TopicPtr& topic, Encoding encoding) {
  const auto channel = channel_of(topic);
  Shard& shard = *shards_[core.index()];
  if (shard.has(channel.get(), encoding)) return shard.view(channel, encoding);

  LogView& view = shard.view(channel, encoding);
  const std::scoped_lock lock(channel->mutex);
  auto& kept = channel->logs[static_cast<std::size_t>(encoding)];
  if (!kept) {
    kept = std::make_unique<Log>();
    logs_.fetch_add(1, std::memory_order_relaxed);
  }
  // Tasks posted before this moment may repeat what the view has now; apply() takes no notice of what it knows.
  kept->readers.set(core.index());
  view.apply({.tail = kept->log.extents(), .floor_n = kept->log.floor_n()});
  return view;
}

bool Hub::gather(runtime::Core& core, Gatherer& gatherer) {
  return shards_[core.index()]->gather(gatherer);
}

void Hub::pass_on(const Topic& topic, const std::shared_ptr<const Ephemeral>& event) {
  const auto channel = find_channel(topic);
  if (channel == nullptr) return;
  std::bitset<runtime::Cores::kMax> readers;
  {
    const std::scoped_lock lock(channel->mutex);
    for (std::size_t encoding = 0; encoding < kEncodings; ++encoding) {
      const Log* const kept = channel->logs[encoding].get();
      if (kept != nullptr && !event->frames[encoding].empty()) readers |= kept->readers;
    }
  }
  for (std::size_t core = 0; core < cores_.size(); ++core) {
    if (!readers[core]) continue;
    if (ephemeral_[core].fetch_add(1, std::memory_order_relaxed) >= kEphemeralMax) {
      ephemeral_[core].fetch_sub(1, std::memory_order_relaxed);
      continue;
    }
    cores_[core].post([this, core, channel, event] {
      ephemeral_[core].fetch_sub(1, std::memory_order_relaxed);
      shards_[core]->pass_on(*channel, *event);
    });
  }
}

void Hub::drop_reader(Channel& channel, Encoding encoding, std::size_t core) {
  {
    const std::scoped_lock lock(channel.mutex);
    auto& kept = channel.logs[static_cast<std::size_t>(encoding)];
    if (!kept) return;
    kept->readers.reset(core);
    if (kept->readers.any()) return;
    bytes_.fetch_sub(kept->log.bytes(), std::memory_order_relaxed);
    logs_.fetch_sub(1, std::memory_order_relaxed);
    kept.reset();
    if (!channel.topic->last_n() || std::ranges::any_of(channel.logs, [](const auto& log) { return log != nullptr; }))
      return;
  }
  // Nobody follows any more what has ended.
  const std::scoped_lock lock(channels_mutex_);
  channels_.erase(channel.topic.get());
}

std::optional<std::int64_t> Hub::head_of(const Topic& topic) const {
  const auto channel = find_channel(topic);
  if (channel == nullptr) return std::nullopt;
  const std::int64_t head_n = channel->head_n.load(std::memory_order_relaxed);
  return head_n < 0 ? std::nullopt : std::optional(head_n);
}

void Hub::tell_head(const Topic& topic, std::int64_t head_n) {
  const auto channel = find_channel(topic);
  if (channel == nullptr) return;
  raise(channel->head_n, head_n);
}

std::shared_ptr<Hub::Channel> Hub::find_channel(const Topic& topic) const {
  const std::scoped_lock lock(channels_mutex_);
  const auto found = channels_.find(&topic);
  return found == channels_.end() ? nullptr : found->second;
}

std::shared_ptr<Hub::Channel> Hub::channel_of(const TopicPtr& topic) {
  const std::scoped_lock lock(channels_mutex_);
  auto& channel = channels_[topic.get()];
  if (!channel) {
    channel = std::make_shared<Channel>();
    channel->topic = topic;
  }
  return channel;
}

}  // namespace vestnik::live
