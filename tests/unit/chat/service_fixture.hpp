// A ChatService in virtual time, over a store that obeys the test.
#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include "chat/chat_service.hpp"
#include "unit/chat/fake_keys.hpp"
#include "unit/chat/fake_store.hpp"

namespace vestnik::chat {

using namespace std::chrono_literals;

constexpr Time kNow = std::chrono::sys_days(std::chrono::year(2024) / 1 / 1) + 12h;
constexpr std::chrono::milliseconds kSessionTtl = 10min;
const Error kClosed{.code = ErrorCode::kUnavailable, .detail = "the storage is closed"};

template <typename T>
std::optional<ErrorCode> code_of(const Result<T>& result) {
  return result ? std::nullopt : std::optional(result.error().code);
}

// The one field at fault, or the code of an error without fields; empty when there is no error.
template <typename T>
std::string fault_of(const Result<T>& result) {
  if (result) return "";
  const auto& error = result.error();
  return error.violations.size() == 1 ? error.violations[0].field : std::string(name_of(error.code));
}

class ServiceTest : public testing::Test {
 protected:
  using Call = FakeStore::Call;

  // What a start of the server makes.
  struct Process {
    Process(ChatStore& store, Limits limits, Access access, const Rates::Options& rate, const Clock& clock)
        : rates(access, rate, metrics),
          keys(key_store, clock),
          sessions(store, keys, rooms, kSessionTtl, access, clock, clock),
          chat(store, rooms, sessions, presence, limits, access, rates, clock) {}

    Metrics metrics;
    Rates rates;
    FakeKeyStore key_store;
    ApiKeys keys;
    RoomDirectory rooms;
    Presence presence;
    Sessions sessions;
    ChatService chat;
  };

  std::unique_ptr<Process> started(Limits limits = {}, Access access = Access::kOpen, const Rates::Options& rate = {}) {
    return std::make_unique<Process>(store_, limits, access, rate, [this] { return now_; });
  }

  FakeStore store_;
  Time now_ = kNow;
};

class OpenedTest : public ServiceTest {
 protected:
  OpenedTest() { reopen({}); }

  void reopen(Limits limits, Access access = Access::kOpen, const Rates::Options& rate = {}) {
    process_ = started(limits, access, rate);
    chat_ = &process_->chat;
    if (!chat_->open()) throw std::runtime_error("the service does not open");
  }

  RoomPtr room(std::string_view name) const {
    auto found = process_->rooms.get(name);
    if (!found) throw std::runtime_error(found.error().detail);
    return *found;
  }

  // Commits at the present time as the writer does, and tells the service.
  Event commit(Change change, const RoomPtr& room) {
    auto appended = store_.append({&change, 1}, now_);
    if (!appended || !appended->front()) throw std::runtime_error("not committed");
    Event event = std::move(appended->front()->event);
    const std::string request_id = "test";
    const Committed committed{room.get(), &event, &request_id};
    chat_->note_committed({&committed, 1});
    return event;
  }
  Event say(std::string content, std::optional<UserId> user = {}, std::string_view name = kLobby) {
    const RoomPtr where = room(name);
    return commit(Draft{.room_id = where->id, .user_id = user, .content = std::move(content)}, where);
  }

  // A guest with a session, and who they are to the service.
  struct Guest {
    std::string secret;
    Actor actor;
    UserId id() const { return *actor.user_id; }
  };
  Guest guest(std::string name) {
    auto opened = chat_->open_session({}, std::move(name));
    if (!opened) throw std::runtime_error(opened.error().detail);
    auto actor = process_->sessions.identify(*opened->secret, {});
    return {*opened->secret, *actor};
  }

  std::unique_ptr<Process> process_;
  ChatService* chat_ = nullptr;
};

}  // namespace vestnik::chat
