// A MessageWriter on two cores over a store that obeys the test.
#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/log.hpp"
#include "chat/message_writer.hpp"
#include "unit/chat/fake_store.hpp"

namespace vestnik::chat {

using namespace std::chrono_literals;

constexpr auto kPatience = 10s;  // only for what never happens
constexpr Time kNow = std::chrono::sys_days(std::chrono::year(2024) / 1 / 1) + 12h;

// The value of a future that must come.
template <typename T>
T must(std::future<T> future) {
  if (future.wait_for(kPatience) != std::future_status::ready) throw std::runtime_error("it never came");
  return future.get();
}

// Returns when the core has run all that was posted to it before.
inline void round_trip(runtime::Core& core) {
  std::promise<void> passed;
  core.post([&] { passed.set_value(); });
  passed.get_future().wait();
}

// The texts of the messages among the changes.
inline std::vector<std::string> contents_of(const std::vector<Change>& changes) {
  std::vector<std::string> contents;
  for (const Change& change : changes) {
    if (const auto* draft = std::get_if<Draft>(&change)) contents.push_back(draft->content);
  }
  return contents;
}

// The message that an answer or a publication is about.
inline const Message& message_of(const Event& event) {
  return std::get<MessageSent>(event.what).message;
}
inline const Message& message_of(const Result<Appended>& answer) {
  return message_of(answer.value().event);
}

class WriterTest : public testing::Test {
 protected:
  using Answer = Result<Appended>;
  using Call = FakeStore::Call;

  WriterTest() {
    log::start(log::Level::kOff, log::Format::kText);
    room_ = add_room("lobby");
    cores_.start();
  }

  ~WriterTest() override {
    store_.let_appends_go();
    writer_.reset();
    cores_.stop();
    log::start(log::Level::kInfo, log::Format::kText);
  }

  // Begins to write; each published event is kept in published_, after `on_publish`.
  void start(MessageWriter::Options options = {}, std::function<void()> on_publish = [] {}) {
    writer_.emplace(
        store_, cores_, options,
        [this, on_publish = std::move(on_publish)](std::span<const Committed> batch) {
          on_publish();
          const std::scoped_lock lock(mutex_);
          for (const auto& [room, event, request_id] : batch) {
            published_.push_back({*event, room->name, *request_id});
          }
        },
        [] { return kNow; }, metrics_);
  }

  RoomPtr add_room(const std::string& name) {
    RoomInfo info{.id = "id of " + name, .name = name, .epoch = "k3", .created_at = kNow};
    if (!store_.create_room({info, {}})) throw std::runtime_error("no room " + name);
    return std::make_shared<const OpenRoom>(std::move(info), RoomRules());
  }

  Draft draft(std::string content) const { return {.room_id = room_->id, .content = std::move(content)}; }

  Pending pending(Change change, Pending::Done done, std::size_t core = 0) {
    return {.room = room_,
            .change = std::move(change),
            .request_id = "request",
            .core = &cores_[core],
            .done = std::move(done),
            .arrived = std::chrono::steady_clock::now()};
  }

  // A change and where its answer will be.
  std::pair<Pending, std::future<Answer>> asked(Change change) {
    auto promise = std::make_shared<std::promise<Answer>>();
    auto answer = promise->get_future();
    return {pending(std::move(change), [promise](Answer given) { promise->set_value(std::move(given)); }),
            std::move(answer)};
  }

  std::future<Answer> submit(Change change) {
    auto [pending, answer] = asked(std::move(change));
    writer_->submit({&pending, 1});
    return std::move(answer);
  }
  std::future<Answer> send(Draft draft) { return submit(std::move(draft)); }
  std::future<Answer> send(std::string content) { return send(draft(std::move(content))); }

  // Holds the writer inside the append of one message, so that whatever is sent now has to wait.
  std::future<Answer> send_and_hold(std::string content) {
    store_.hold_appends();
    const auto begun = store_.batches().size();
    auto answer = send(std::move(content));
    EXPECT_TRUE(store_.wait_for_appends(begun + 1));
    return answer;
  }

  struct Published {
    Event event;
    std::string room;
    std::string request_id;
  };
  std::vector<Published> published() const {
    const std::scoped_lock lock(mutex_);
    return published_;
  }
  std::vector<std::string> published_contents() const {
    std::vector<std::string> contents;
    for (const auto& [event, room, request_id] : published()) contents.push_back(message_of(event).content);
    return contents;
  }

  FakeStore store_;
  runtime::Cores cores_{2};
  Metrics metrics_;
  RoomPtr room_;
  std::optional<MessageWriter> writer_;

 private:
  mutable std::mutex mutex_;
  std::vector<Published> published_;
};

}  // namespace vestnik::chat
