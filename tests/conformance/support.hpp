// The storages under test, and what the cases share: one line in storages() brings another storage under the whole
// suite.
#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <functional>
#include <limits>
#include <memory>
#include <ostream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "chat/search.hpp"
#include "storage/open_store.hpp"

namespace vestnik::conformance {

using namespace std::chrono_literals;

// A new folder that goes with the object.
class TempFolder {
 public:
  TempFolder();
  ~TempFolder();
  TempFolder(const TempFolder&) = delete;
  TempFolder& operator=(const TempFolder&) = delete;

  const std::filesystem::path& path() const { return path_; }
  std::string file(std::string_view name) const { return (path_ / name).string(); }

 private:
  std::filesystem::path path_;
};

// The value of a call that must succeed.
template <typename T>
T must(Result<T> result) {
  if (!result) throw std::runtime_error(result.error().detail);
  if constexpr (!std::is_void_v<T>) return std::move(*result);
}

template <typename T>
ErrorCode code_of(const Result<T>& result) {
  if (result) throw std::runtime_error("an error was expected");
  return result.error().code;
}

// One storage of a kind, empty at first.
class Subject {
 public:
  // `url_in(folder)` names the storage; `persists` says whether it keeps anything when it is closed.
  Subject(const std::function<std::string(const TempFolder&)>& url_in, bool persists);

  storage::Store& store() { return *store_; }
  // As after a restart; a storage that forgets goes on as it is.
  void reopen();

 private:
  TempFolder folder_;
  std::string url_;
  bool persists_;
  std::unique_ptr<storage::Store> store_;
};

struct Storage {
  std::string name;
  std::function<std::unique_ptr<Subject>()> make;

  friend void PrintTo(const Storage& storage, std::ostream* out) { *out << storage.name; }
};

const std::vector<Storage>& storages();

// A case of the suite: begins with an empty storage.
class StoreTest : public testing::TestWithParam<Storage> {
 protected:
  storage::Store& store() { return subject_->store(); }
  void reopen() { subject_->reopen(); }

  // A room of that name, and its id.
  chat::RoomId make_room(std::string_view name);
  // Accounts with the ids from 1 to `count`, named "user 1" and so on.
  void make_users(int count);
  // A new guest with a session of that key.
  chat::UserId make_guest(std::string_view key, Time now);
  // One change that must be accepted.
  chat::Appended append_one(const chat::Change& change, Time now);
  // The answer to one change.
  Result<chat::Appended> try_one(const chat::Change& change, Time now);
  // A draft that must become a message.
  chat::Message post(const chat::Draft& draft, Time now);
  // A message of that content, and its id.
  chat::MessageId send(const chat::RoomId& room, std::string_view content, Time now);
  // An attachment of that id and content, uploaded by nobody in particular.
  chat::Attachment add_attachment(std::string_view id, std::string_view content, Time now);
  // All of a room's messages, oldest first.
  std::vector<chat::Message> all_messages(const chat::RoomId& room);
  // All of a room's events, oldest first.
  std::vector<chat::Event> all_events(const chat::RoomId& room);
  // Until the search index has everything.
  void index();
  // The messages that a search finds, newest first.
  std::vector<chat::MessageId> found(std::string_view query, const chat::SearchFilter& filter = {});
  // Until nothing is left of closed rooms.
  void sweep();

 private:
  std::unique_ptr<Subject> subject_ = GetParam().make();
};

// Until the search index of a store has everything.
void index_all(chat::SearchStore& store);
chat::SearchQuery search_query(std::string_view text);
std::vector<chat::MessageId> ids_of(const chat::FoundTexts& found);

// Gives every storage the cases of a suite made with TEST_P(suite, ...).
#define VESTNIK_FOR_EVERY_STORAGE(suite)                                                     \
  INSTANTIATE_TEST_SUITE_P(On, suite, testing::ValuesIn(::vestnik::conformance::storages()), \
                           [](const auto& info) { return info.param.name; })

// For the attachments of a user.
inline constexpr std::uint64_t kNoLimit = std::numeric_limits<std::uint64_t>::max();

// 2024-01-01T00:00:00Z and later.
Time at(std::chrono::microseconds after_start);

chat::NewRoom new_room(std::string_view id, std::string_view name);
chat::Draft draft_for(const chat::RoomId& room, std::string_view content);
chat::HistoryQuery query_for(const chat::RoomId& room);
// The message that an accepted draft became.
const chat::Message& message_of(const chat::Appended& appended);
const chat::Message& message_of(const Result<chat::Appended>& appended);

// Texts that are equal exactly when the values are, for messages of a failed comparison.
std::string describe(const chat::User& user);
std::string describe(const chat::Session& session);
std::string describe(const chat::ApiKey& key);
std::string describe(const chat::RoomRules& rules);
std::string describe(const chat::Room& room);
std::string describe(const chat::Member& member);
std::string describe(const chat::Unread& unread);
std::string describe(const chat::Reaction& reaction);
std::string describe(const chat::Attachment& attachment);
std::string describe(const chat::Message& message);
std::string describe(const std::pair<chat::RoomId, chat::Message>& message);
std::string describe(const chat::Event& event);
std::string describe(const chat::StoreStats& stats);
std::string describe(const chat::Appended& appended);
template <typename T>
std::string describe(const Result<T>& result);
template <typename T>
std::string describe(const std::vector<T>& values) {
  std::string text;
  for (const auto& value : values) text += describe(value) + "\n";
  return text;
}
template <typename T>
std::string describe(const Result<T>& result) {
  if (!result) return std::string(name_of(result.error().code));
  if constexpr (std::is_void_v<T>) {
    return "done";
  } else {
    return describe(*result);
  }
}

// The page that `query` asks for out of all `messages` of its room, found by looking at every one.
std::vector<chat::Message> filter(const std::vector<chat::Message>& messages, const chat::HistoryQuery& query);

}  // namespace vestnik::conformance
