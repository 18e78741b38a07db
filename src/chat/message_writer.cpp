#include "chat/message_writer.hpp"

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

}  // namespace

std::size_t bytes_of(const Pending& pending) {
  const auto* draft = std::get_if<Draft>(&pending.change);
  const auto* edit = std::get_if<Edit>(&pending.change);
  return sizeof(Pending) + (draft != nullptr ? bytes_of(*draft) : edit != nullptr ? edit->content.size() : 0);
}

MessageWriter::MessageWriter(ChatStore& store, runtime::Cores& cores, Options options, Publish publish, Clock clock,
                             Metrics& metrics)
    : store_(store),
      cores_(cores),
      publish_(std::move(publish)),
      clock_(std::move(clock)),
      messages_(metrics.counter("messages_total", "Messages committed.")),
      batches_(metrics.counter("commit_batches_total", "Transactions of messages committed.")),
      commit_latency_(metrics.latency("message_commit_seconds", "From the arrival of a message to its commit.")),
      store_latency_(metrics.latency("store_append_seconds", "One transaction of messages in the storage.")),
      queue_("writer", options, [this](auto batch) { commit(std::move(batch)); }) {
  metrics.gauge("message_queue_depth", "Messages that wait for their commit.",
                [this] { return static_cast<double>(queued()); });
}

void MessageWriter::submit(std::span<Pending> batch) {
  if (queue_.submit(batch)) return;
  for (Pending& pending : batch) {
    pending.core->post([done = std::move(pending.done)]() mutable {
      done(std::unexpected(Error{.code = ErrorCode::kUnavailable,
                                 .detail = "the server is stopping; send the message again in a moment",
                                 .retry_after = std::chrono::seconds(1)}));
    });
  }
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
  if (changes.empty()) return runtime::answer_all(cores_, std::move(batch), std::move(outcomes));

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
  runtime::answer_all(cores_, std::move(batch), std::move(outcomes));
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

}  // namespace vestnik::chat
