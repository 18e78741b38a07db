// Several threads that write at once over a storage that fails now and then, beside what must hold of any such run.
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <atomic>
#include <future>
#include <map>
#include <mutex>
#include <optional>
#include <ranges>
#include <set>
#include <thread>

#include "base/log.hpp"
#include "chat/message_writer.hpp"
#include "unit/chat/fake_store.hpp"

namespace vestnik::chat {
namespace {

constexpr std::int64_t kPerWriter = 1'000;  // client_seq = writer * kPerWriter + place: names the message in the test
constexpr UserId kUnknownUser = 99;
constexpr std::string_view kFault = "fault ";

// The messages of one writer, in the groups in which they are submitted.
using Plan = std::vector<std::vector<Draft>>;

struct Setting {
  std::size_t batch_items_max = 1;
  std::vector<bool> faults;  // whether each append fails, in their order; those after the last do not
  std::vector<Plan> plans;   // of each writer
  std::optional<std::size_t> stop_after_appends;  // absent: when all is written
};

Draft any_draft(std::int64_t client_seq) {
  Draft draft{.room_id = fmt::format("room {}", *rc::gen::inRange(0, 3)), .client_seq = client_seq};
  draft.content = fmt::format("content {}", *rc::gen::inRange(0, 2));
  draft.user_id = *rc::gen::element<std::optional<UserId>>(std::nullopt, 1, 1, kUnknownUser);
  if (*rc::gen::inRange(0, 2) == 0) draft.nonce = fmt::format("nonce {}", *rc::gen::inRange(0, 4));
  return draft;
}

Setting any_setting() {
  Setting setting{
      .batch_items_max = *rc::gen::inRange<std::size_t>(1, 8),
      .faults = *rc::gen::container<std::vector<bool>>(
          *rc::gen::inRange<std::size_t>(0, 8), rc::gen::map(rc::gen::inRange(0, 4), [](int i) { return i == 0; })),
      .stop_after_appends = *rc::gen::element<std::optional<std::size_t>>(std::nullopt, std::nullopt, 1, 3)};
  const auto writers = *rc::gen::inRange<std::int64_t>(1, 4);
  for (std::int64_t writer = 0; writer < writers; ++writer) {
    std::int64_t client_seq = writer * kPerWriter;
    Plan plan(*rc::gen::inRange<std::size_t>(0, 6));
    for (auto& group : plan) {
      group.resize(*rc::gen::inRange<std::size_t>(1, 5));
      for (auto& draft : group) draft = any_draft(client_seq++);
    }
    setting.plans.push_back(std::move(plan));
  }
  return setting;
}

const Message& message_of(const Event& event) {
  return std::get<MessageSent>(event.what).message;
}

// All that can be seen of a run from outside.
struct Seen {
  std::map<std::int64_t, std::vector<Result<Appended>>> answers;  // by client_seq; more than one would be a bug
  std::vector<std::pair<RoomId, Message>> published;
  std::vector<std::vector<Draft>> batches;
  std::map<RoomId, std::vector<Message>> histories;
  bool on_its_core = true;
};

Seen run(const Setting& setting) {
  FakeStore store;
  std::map<RoomId, RoomPtr> rooms;
  for (const auto* id : {"room 0", "room 1", "room 2"}) {
    rooms[id] = std::make_shared<const OpenRoom>(RoomInfo{.id = id, .name = id}, RoomRules());
    if (std::string_view(id) != "room 2")
      RC_ASSERT(store.create_room({*rooms[id], {}}).has_value());  // the third is unknown
  }
  RC_ASSERT(store.create_user({.username = "ann"}).has_value());
  std::vector<std::optional<Error>> fates;
  for (std::size_t i = 0; i < setting.faults.size(); ++i) {
    fates.push_back(setting.faults[i] ? std::optional(Error{.code = ErrorCode::kUnavailable,
                                                            .detail = fmt::format("{}{}", kFault, i)})
                                      : std::nullopt);
  }
  store.script(FakeStore::Call::kAppend, std::move(fates));

  Seen seen;
  std::mutex mutex;
  runtime::Cores cores(2);
  Metrics metrics;
  cores.start();
  MessageWriter writer(
      store, cores, {.batch_items_max = setting.batch_items_max},
      [&](std::span<const Committed> batch) {
        for (const auto& [room, event, request_id] : batch) seen.published.emplace_back(room->id, message_of(*event));
      },
      system_now, metrics);
  const auto pending_of = [&](const Draft& draft) {
    const auto client_seq = *draft.client_seq;
    auto& core = cores[static_cast<std::size_t>(client_seq) % cores.size()];
    return Pending{.room = rooms.at(draft.room_id),
                   .change = draft,
                   .core = &core,
                   .done =
                       [&, client_seq](Result<Appended> answer) {
                         const std::scoped_lock lock(mutex);
                         seen.on_its_core = seen.on_its_core && core.executor().running_in_this_thread();
                         seen.answers[client_seq].push_back(std::move(answer));
                       },
                   .arrived = std::chrono::steady_clock::now()};
  };
  {
    std::atomic<std::size_t> writing = setting.plans.size();
    std::vector<std::jthread> threads;
    for (const Plan& plan : setting.plans) {
      threads.emplace_back([&] {
        for (const auto& group : plan) {
          std::vector<Pending> batch;
          for (const auto& draft : group) batch.push_back(pending_of(draft));
          writer.submit(batch);
        }
        --writing;
      });
    }
    if (setting.stop_after_appends) {
      while (writing > 0 && store.batches().size() < *setting.stop_after_appends) std::this_thread::yield();
      writer.stop();
    }
  }
  writer.stop();
  for (std::size_t core = 0; core < cores.size(); ++core) {
    std::promise<void> passed;
    cores[core].post([&] { passed.set_value(); });
    passed.get_future().wait();
  }
  cores.stop();
  for (const auto& batch : store.batches()) {
    auto& drafts = seen.batches.emplace_back();
    for (const Change& change : batch) drafts.push_back(std::get<Draft>(change));
  }
  for (const auto& [id, room] : rooms) seen.histories[id] = store.messages_of(id);
  return seen;
}

std::set<std::int64_t> seqs_of(const std::vector<Draft>& drafts) {
  std::set<std::int64_t> seqs;
  for (const auto& draft : drafts) seqs.insert(*draft.client_seq);
  return seqs;
}

bool same_nonce(const Draft& draft, const Message& message) {
  return draft.nonce && draft.nonce == message.nonce && draft.user_id == message.user_id;
}

// Whether `answer` is right for a draft that was in the batch number `batch`, or in none.
void check_answer(const Draft& draft, const Result<Appended>& answer, std::optional<std::size_t> batch,
                  const Seen& seen) {
  const auto& history = seen.histories.at(draft.room_id);
  if (answer) {
    RC_ASSERT(batch.has_value());
    const auto& message = message_of(answer->event);
    const auto kept = std::ranges::find(history, message.id, &Message::id);
    RC_ASSERT(kept != history.end());
    RC_ASSERT(message.content == draft.content);
    RC_ASSERT(answer->duplicate == (message.client_seq != draft.client_seq));
    if (answer->duplicate) RC_ASSERT(same_nonce(draft, message));
    return;
  }
  RC_ASSERT(std::ranges::find(history, draft.client_seq, &Message::client_seq) == history.end());
  const auto& error = answer.error();
  if (error.code == ErrorCode::kUnavailable && batch) {
    RC_ASSERT(error.detail == fmt::format("{}{}", kFault, *batch));
  } else if (error.code == ErrorCode::kUnavailable) {
    RC_ASSERT(error.detail.contains("stopping"));
  } else if (error.code == ErrorCode::kNotFound && !error.violations.empty()) {
    RC_ASSERT(draft.user_id == kUnknownUser);
    RC_ASSERT(!batch);
  } else if (error.code == ErrorCode::kNotFound) {
    RC_ASSERT(history.empty());
  } else {
    RC_ASSERT(error.code == ErrorCode::kAlreadyExists);
    RC_ASSERT(std::ranges::any_of(
        history, [&](const Message& m) { return same_nonce(draft, m) && m.content != draft.content; }));
  }
}

// The batch of each message, after a look at the batches themselves.
std::map<std::int64_t, std::size_t> check_batches(const Setting& setting, const Seen& seen) {
  std::map<std::int64_t, std::size_t> batch_of;
  std::map<std::int64_t, std::int64_t> newest;  // of each writer
  for (std::size_t i = 0; i < seen.batches.size(); ++i) {
    RC_ASSERT(!seen.batches[i].empty());
    RC_ASSERT(seen.batches[i].size() <= setting.batch_items_max);
    for (const auto& draft : seen.batches[i]) {
      RC_ASSERT(batch_of.emplace(*draft.client_seq, i).second);
      const auto [last, is_first] = newest.try_emplace(*draft.client_seq / kPerWriter, *draft.client_seq);
      RC_ASSERT(is_first || std::exchange(last->second, *draft.client_seq) < *draft.client_seq);
    }
  }
  return batch_of;
}

void check_answers(const Setting& setting, const Seen& seen, const std::map<std::int64_t, std::size_t>& batch_of) {
  std::map<std::size_t, std::set<std::int64_t>> failed;  // by batch
  for (const Plan& plan : setting.plans) {
    for (const auto& draft : plan | std::views::join) {
      const auto given = seen.answers.find(*draft.client_seq);
      RC_ASSERT(given != seen.answers.end());
      RC_ASSERT(given->second.size() == 1u);
      const auto& answer = given->second[0];
      const auto found = batch_of.find(*draft.client_seq);
      const auto batch = found == batch_of.end() ? std::nullopt : std::optional(found->second);
      check_answer(draft, answer, batch, seen);
      if (batch && !answer && answer.error().detail.starts_with(kFault)) failed[*batch].insert(*draft.client_seq);
    }
  }
  for (std::size_t i = 0; i < seen.batches.size(); ++i) {
    const bool fault = i < setting.faults.size() && setting.faults[i];
    RC_ASSERT(failed[i] == (fault ? seqs_of(seen.batches[i]) : std::set<std::int64_t>()));
  }
}

void check_published(const Seen& seen) {
  RC_ASSERT(std::ranges::is_sorted(seen.published, {}, [](const auto& entry) { return entry.second.id; }));
  for (const auto& [room, history] : seen.histories) {
    std::vector<Message> published;
    for (const auto& [id, message] : seen.published) {
      if (id == room) published.push_back(message);
    }
    RC_ASSERT(published.size() == history.size());
    for (std::size_t i = 0; i < history.size(); ++i) {
      RC_ASSERT(published[i].n == static_cast<std::int64_t>(i) + 1);
      RC_ASSERT(published[i].id == history[i].id);
      RC_ASSERT(published[i].client_seq == history[i].client_seq);
      const auto& answer = seen.answers.at(*history[i].client_seq)[0];
      RC_ASSERT(answer && !answer->duplicate && message_of(answer->event).n == history[i].n);
    }
  }
}

TEST(MessageWriterRandom, EveryRunIsOneOrderWithoutGapsLossesOrRepeats) {
  log::start(log::Level::kOff, log::Format::kText);
  EXPECT_TRUE(rc::check("what is seen of a run fits together", [] {
    const Setting setting = any_setting();
    const Seen seen = run(setting);
    RC_ASSERT(seen.on_its_core);
    check_answers(setting, seen, check_batches(setting, seen));
    check_published(seen);
  }));
  log::start(log::Level::kInfo, log::Format::kText);
}

}  // namespace
}  // namespace vestnik::chat
