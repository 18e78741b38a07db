// A store in memory that fails, waits and remembers what it was asked, as a test tells it. Any thread.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "chat/chat_store.hpp"

namespace vestnik::chat {

class FakeStore final : public ChatStore {
 public:
  enum class Call {
    kCreateUser,
    kPromoteGuest,
    kGetUser,
    kRemoveUser,
    kListUsers,
    kCreateSession,
    kListSessions,
    kEndSession,
    kCreateRoom,
    kFindRoom,
    kListRooms,
    kListMembers,
    kSweep,
    kAppend,
    kListMessages,
    kGetMessage,
    kListEvents,
    kSetCursor,
    kGetUnread,
    kListUnread,
    kStats
  };

  // The fates of the next calls of a kind, one after the other: an error, or nullopt to let it through.
  void script(Call call, std::vector<std::optional<Error>> fates);
  void fail_next(Call call, Error error) { script(call, {std::move(error)}); }
  std::size_t calls(Call call) const;
  std::size_t calls() const;  // of all kinds
  // Waits until a call has been made `count` times since the start; false when that does not happen.
  bool wait_for(Call call, std::size_t count);

  // Appends that begin from now on wait until let_appends_go().
  void hold_appends();
  void let_appends_go();
  // Waits until `count` appends have begun since the start; false when that does not happen.
  bool wait_for_appends(std::size_t count);

  // The next call of that kind waits a moment for a second one, so that two callers who do not exclude each other are
  // seen.
  void let_meet(Call call);

  // From now on so many pieces of every closed room have to be swept; so many there are already.
  void leave_pieces(int of_each_room, int already);

  // The changes of every append that has begun, the failed ones too.
  std::vector<std::vector<Change>> batches() const;
  std::vector<Message> messages_of(std::string_view room_id) const;
  std::optional<HistoryQuery> last_query() const;
  std::optional<Time> last_since() const;  // of stats()

  Result<User> create_user(const NewUser& user) override;
  Result<User> promote_guest(UserId id, const NewUser& user) override;
  Result<void> remove_user(UserId id) override;
  Result<User> get_user(UserId id) override;
  Result<std::vector<User>> list_users(std::int64_t offset, std::int32_t limit) override;
  Result<Session> create_session(const NewSession& session, Time now) override;
  Result<std::vector<Session>> list_sessions(std::string_view after_key, std::int32_t limit) override;
  Result<void> end_session(std::string_view key, std::optional<Time> active_at) override;
  Result<Room> create_room(const NewRoom& room) override;
  Result<Room> find_room(std::string_view id_or_name) override;
  Result<std::vector<Room>> list_rooms(std::int64_t offset, std::int32_t limit) override;
  Result<std::vector<Member>> list_members(const RoomId& room, std::int64_t offset, std::int32_t limit) override;
  Result<bool> sweep_closed_rooms() override;
  Result<std::vector<Result<Appended>>> append(std::span<const Change> changes, Time now) override;
  Result<std::vector<Message>> list_messages(const HistoryQuery& query) override;
  Result<std::pair<RoomId, Message>> get_message(MessageId id) override;
  Result<std::vector<Event>> list_events(const RoomId& room, std::int64_t after, std::int32_t limit,
                                         std::int64_t bytes_max) override;
  Result<void> set_cursor(const CursorKey& cursor, std::int64_t n, std::int64_t cursors_max) override;
  Result<Unread> get_unread(const CursorKey& cursor) override;
  Result<std::vector<Unread>> list_unread(UserId user, std::string_view cursor_name, std::int64_t offset,
                                          std::int32_t limit) override;
  Result<StoreStats> stats(Time since) override;
  Result<void> check() override { return {}; }
  std::string_view description() const override { return "fake:"; }

 private:
  using Cursor = std::pair<UserId, std::string>;  // whose, and its name

  struct History {
    Room room;
    std::vector<Message> messages;
    std::vector<Event> events;
    std::vector<Member> members;
    std::map<Cursor, std::int64_t> cursors;
  };
  class Apply;  // one change

  // Counts the call and takes its fate.
  Result<void> begin(std::unique_lock<std::mutex>& lock, Call call);
  // The open room of that id or name; nullptr when there is none. This and what follows: under the lock.
  History* history_of(std::string_view id_or_name);
  User* user_of(UserId id);
  bool has_session(UserId user) const;
  static Unread unread_in(const History& history, const Cursor& cursor);

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::map<Call, std::deque<std::optional<Error>>> fates_;
  std::map<Call, std::size_t> calls_;
  bool held_ = false;
  std::optional<Call> meeting_;
  int met_ = 0;
  int pieces_of_each_room_ = 1;
  int pieces_ = 0;
  std::vector<std::vector<Change>> batches_;
  std::optional<HistoryQuery> last_query_;
  std::optional<Time> last_since_;
  std::vector<User> users_;
  std::map<std::string, Session, std::less<>> sessions_;
  std::vector<History> histories_;  // of open rooms
  MessageId last_id_ = 0;
};

}  // namespace vestnik::chat
