#include "chat/message_writer.hpp"

#include <pthread.h>

#include <algorithm>
#include <iterator>
#include <memory>
#include <utility>

#include "base/log.hpp"
#include "chat/unfit.hpp"

namespace vestnik::chat {
namespace {

constexpr std::size_t kAuthorsMax = 100'000;

std::size_t bytes_of(const Draft& draft) {
  constexpr std::size_t kEachAttachment = 80;  // an id with what a string takes besides
  return draft.content.size() + draft.attachment_ids.size() * kEachAttachment;
}

std::size_t bytes_of(const Pending& pending) {
  const auto* draft = std::get_if<Draft>(&pending.change);
  const auto* edit = std::get_if<Edit>(&pending.change);
  return sizeof(Pending) + (draft != nullptr ? bytes_of(*draft) : edit != nullptr ? edit->content.size() : 0);
}

}  // namespace

MessageWriter::MessageWriter(ChatStore& store, runtime::Cores& cores, Options options, Publish publish, Clock clock,
                             Metrics& metrics)
    : store_(store),
      cores_(cores),
      options_(options),
      publish_(std::move(publish)),
      clock_(std::move(clock)),
      messages_(metrics.counter("messages_total", "Messages committed.")),
      batches_(metrics.counter("commit_batches_total", "Transactions of messages committed.")),
      commit_latency_(metrics.latency("message_commit_seconds", "From the arrival of a message to its commit.")),
      store_latency_(metrics.latency("store_append_seconds", "One transaction of messages in the storage.")) {
  metrics.gauge("message_queue_depth", "Messages that wait for their commit.",
                [this] { return static_cast<double>(queued()); });
  thread_ = std::jthread([this] { run(); });
}

MessageWriter::~MessageWriter() {
  stop();
}

void MessageWriter::submit(std::span<Pending> batch) {
  std::size_t bytes = 0;
  for (const Pending& pending : batch) bytes += bytes_of(pending);
  {
    const std::scoped_lock lock(mutex_);
    if (!stopping_) {
      queue_.insert(queue_.end(), std::move_iterator(batch.begin()), std::move_iterator(batch.end()));
      queued_messages_.fetch_add(batch.size(), std::memory_order_relaxed);
      queued_bytes_.fetch_add(bytes, std::memory_order_relaxed);
      arrived_.notify_one();
      return;
    }
  }
  for (Pending& pending : batch) {
    pending.core->post([done = std::move(pending.done)]() mutable {
      done(std::unexpected(Error{.code = ErrorCode::kUnavailable,
                                 .detail = "the server is stopping; send the message again in a moment",
                                 .retry_after = std::chrono::seconds(1)}));
    });
  }
}

bool MessageWriter::congested() const {
  return queued_messages_.load(std::memory_order_relaxed) >= options_.queue_messages_max ||
         queued_bytes_.load(std::memory_order_relaxed) >= options_.queue_bytes_max;
}

void MessageWriter::stop() {
  {
    const std::scoped_lock lock(mutex_);
    stopping_ = true;
    arrived_.notify_one();
  }
  if (thread_.joinable()) thread_.join();
}

void MessageWriter::run() {
  pthread_setname_np(pthread_self(), "writer");
  for (auto batch = take_batch(); !batch.empty(); batch = take_batch()) commit(std::move(batch));
}

std::vector<Pending> MessageWriter::take_batch() {
  std::unique_lock lock(mutex_);
  arrived_.wait(lock, [this] { return !queue_.empty() || stopping_; });
  std::size_t bytes = 0;
  auto end = queue_.begin();
  const auto furthest = end + static_cast<std::ptrdiff_t>(std::min(queue_.size(), options_.batch_messages_max));
  while (end != furthest && bytes < options_.batch_bytes_max) bytes += bytes_of(*end++);
  std::vector<Pending> batch(std::move_iterator(queue_.begin()), std::move_iterator(end));
  queue_.erase(queue_.begin(), end);
  queued_messages_.fetch_sub(batch.size(), std::memory_order_relaxed);
  queued_bytes_.fetch_sub(bytes, std::memory_order_relaxed);
  return batch;
}

void MessageWriter::commit(std::vector<Pending> batch) {
  Outcomes outcomes(batch.size());
  std::vector<Change> changes;
  std::vector<std::size_t> places;  // of each change in the batch
  changes.reserve(batch.size());
  places.reserve(batch.size());
  for (std::size_t i = 0; i < batch.size(); ++i) {
    if (auto known = resolve_author(batch[i].change); !known) {
      outcomes[i] = std::unexpected(std::move(known.error()));
    } else {
      changes.push_back(std::move(batch[i].change));
      places.push_back(i);
    }
  }
  if (changes.empty()) return answer(std::move(batch), std::move(outcomes));

  const auto begun = std::chrono::steady_clock::now();
  auto appended = store_.append(changes, clock_());
  const auto committed = std::chrono::steady_clock::now();

  if (appended) {
    for (std::size_t i = 0; i < places.size(); ++i) outcomes[places[i]] = std::move((*appended)[i]);
    for (const std::size_t place : places) commit_latency_.record(committed - batch[place].arrived);
    store_latency_.record(committed - begun);
    batches_.add();
    log::debug("batch committed", {{"messages", places.size()},
                                   {"ms", std::chrono::duration<double, std::milli>(committed - begun).count()}});
    publish(batch, outcomes);
  } else {
    for (const std::size_t place : places) outcomes[place] = std::unexpected(appended.error());
  }
  answer(std::move(batch), std::move(outcomes));
}

Result<void> MessageWriter::resolve_author(Change& change) {
  auto* const message = std::get_if<Draft>(&change);
  if (message == nullptr || !message->user_id) return {};
  Draft& draft = *message;
  auto known = authors_.find(*draft.user_id);
  // An account keeps its name; a guest has another one after becoming an account.
  const bool may_be_renamed = known != authors_.end() && known->second.guest && !draft.username;
  if (known == authors_.end() || may_be_renamed) {
    auto user = store_.get_user(*draft.user_id);
    if (!user) {
      if (user.error().code != ErrorCode::kNotFound) return std::unexpected(std::move(user.error()));
      return unfit("user_id", "there is no user with this number", ErrorCode::kNotFound);
    }
    if (authors_.size() >= kAuthorsMax) authors_.clear();
    known = authors_.insert_or_assign(user->id, std::move(*user)).first;
  }
  if (!draft.username) draft.username = known->second.username;
  return {};
}

void MessageWriter::publish(const std::vector<Pending>& batch, const Outcomes& outcomes) {
  std::vector<Committed> committed;
  committed.reserve(batch.size());
  std::int64_t messages = 0;
  for (std::size_t i = 0; i < batch.size(); ++i) {
    if (outcomes[i] && !outcomes[i]->duplicate) {
      const Event& event = outcomes[i]->event;
      committed.push_back({batch[i].room.get(), &event, &batch[i].request_id});
      if (std::holds_alternative<MessageSent>(event.what)) ++messages;
      if (log::enabled(log::Level::kDebug)) {
        log::debug("change committed", {{"request_id", batch[i].request_id},
                                        {"room", batch[i].room->name},
                                        {"kind", kind_of(event)},
                                        {"n", event.n}});
      }
    }
  }
  messages_.add(messages);
  if (!committed.empty()) publish_(committed);
}

void MessageWriter::answer(std::vector<Pending> batch, Outcomes outcomes) {
  struct Answer {
    Pending::Done done;
    Result<Appended> outcome;
  };
  std::vector<std::vector<Answer>> by_core(cores_.size());
  for (std::size_t i = 0; i < batch.size(); ++i) {
    by_core[batch[i].core->index()].push_back({std::move(batch[i].done), std::move(outcomes[i])});
  }
  for (std::size_t core = 0; core < by_core.size(); ++core) {
    if (by_core[core].empty()) continue;
    cores_[core].post([answers = std::move(by_core[core])]() mutable {
      for (Answer& answer : answers) answer.done(std::move(answer.outcome));
    });
  }
}

}  // namespace vestnik::chat
