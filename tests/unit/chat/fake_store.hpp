// A store in memory that fails, waits and remembers what it was asked, as a test tells it. Any thread.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "chat/chat_store.hpp"

namespace vestnik::chat {

class FakeStore final : public ChatStore {
 public:
  enum class Call {
    kCreateUser,
    kGetUser,
    kListUsers,
    kCreateRoom,
    kFindRoom,
    kListRooms,
    kAppend,
    kListMessages,
    kStats
  };

  // The fates of the next calls of a kind, one after the other: an error, or nullopt to let it through.
  void script(Call call, std::vector<std::optional<Error>> fates);
  void fail_next(Call call, Error error) { script(call, {std::move(error)}); }
  std::size_t calls(Call call) const;

  // Appends that begin from now on wait until let_appends_go().
  void hold_appends();
  void let_appends_go();
  // Waits until `count` appends have begun since the start; false when that does not happen.
  bool wait_for_appends(std::size_t count);

  // The next call of that kind waits a moment for a second one, so that two callers who do not exclude each other are
  // seen.
  void let_meet(Call call);

  // The drafts of every append that has begun, the failed ones too.
  std::vector<std::vector<Draft>> batches() const;
  std::vector<Message> messages_of(std::string_view room_id) const;
  std::optional<HistoryQuery> last_query() const;
  std::optional<Time> last_since() const;  // of stats()

  Result<User> create_user(const NewUser& user) override;
  Result<User> get_user(UserId id) override;
  Result<std::vector<User>> list_users(std::int64_t offset, std::int32_t limit) override;
  Result<Room> create_room(const NewRoom& room) override;
  Result<Room> find_room(std::string_view id_or_name) override;
  Result<std::vector<Room>> list_rooms(std::int64_t offset, std::int32_t limit) override;
  Result<std::vector<Result<Appended>>> append(std::span<const Draft> drafts, Time now) override;
  // The room's messages in the query's order, at most its limit; its other conditions are only remembered.
  Result<std::vector<Message>> list_messages(const HistoryQuery& query) override;
  Result<StoreStats> stats(Time since) override;
  Result<void> check() override { return {}; }
  std::string_view description() const override { return "fake:"; }

 private:
  struct History {
    Room room;
    std::vector<Message> messages;
  };

  // Counts the call and takes its fate.
  Result<void> begin(std::unique_lock<std::mutex>& lock, Call call);
  // Under the lock.
  Result<Appended> append_one(const Draft& draft, Time now);

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::map<Call, std::deque<std::optional<Error>>> fates_;
  std::map<Call, std::size_t> calls_;
  bool held_ = false;
  std::optional<Call> meeting_;
  int met_ = 0;
  std::vector<std::vector<Draft>> batches_;
  std::optional<HistoryQuery> last_query_;
  std::optional<Time> last_since_;
  std::vector<User> users_;
  std::vector<History> histories_;
  MessageId last_id_ = 0;
};

}  // namespace vestnik::chat
