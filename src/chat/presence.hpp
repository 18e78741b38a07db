// Who is in a room at this moment: who is connected, or wrote in the last minutes without being connected since. Only
// in memory. Any thread.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <queue>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/clock.hpp"
#include "chat/types.hpp"

namespace vestnik::chat {

class Presence {
 public:
  static constexpr std::chrono::minutes kWindow{5};
  // Of one room; whoever comes when there are more is not remembered for writing, only while connected.
  static constexpr std::size_t kUsersMax = 10'000;
  // In a room with more users nobody is named who comes or goes.
  static constexpr std::size_t kNamedMax = 100;

  // The user wrote in the room. They stay for kWindow, or until their last connection ends: whoever closes the browser
  // is gone, whatever they wrote before.
  void note(const RoomId& room, UserId user, Time now);
  // The user is connected for as long as the answer is held.
  [[nodiscard]] std::shared_ptr<const void> enter(const RoomId& room, UserId user);
  // The room is closed.
  void forget(const RoomId& room);

  std::size_t count(const RoomId& room, Time now);
  // At most `limit` of them, in no particular order.
  std::vector<UserId> list(const RoomId& room, Time now, std::size_t limit);

  // That somebody has come or gone.
  struct Notice {
    RoomId room;
    std::optional<UserId> user;  // absent when there were several, or the room is large
    bool active = false;         // the user is there now
    std::size_t count = 0;       // of those who are there now
  };
  // One for each room where somebody has come or gone since the last call. Who came back meanwhile was never away.
  std::vector<Notice> take_notices(Time now);
  // Whether there may be one.
  bool has_notices(Time now);

 private:
  struct Visit {
    Time seen_at = Time::min();
    Time due_at = Time::min();  // of the look at it that counts; earlier ones are of a visit that has ended
    int connections = 0;
  };
  using Visits = std::unordered_map<UserId, Visit>;
  // A look at somebody who wrote; one of them counts for each whose seen_at is set.
  struct Due {
    Time at;
    RoomId room;
    UserId user;

    bool operator>(const Due& other) const { return at > other.at; }
  };

  // All of these are called with the mutex held.
  void leave(const RoomId& room, UserId user);
  // Lets those go who are not connected and wrote too long ago.
  void expire(Time now);
  void remove(const RoomId& room, UserId user);
  void mark(const RoomId& room, UserId user, bool was_there);
  bool is_there(const RoomId& room, UserId user) const;

  std::mutex mutex_;
  std::unordered_map<RoomId, Visits> rooms_;
  std::priority_queue<Due, std::vector<Due>, std::greater<>> due_;
  // Who has come or gone since the last notice, and whether they had been there.
  std::unordered_map<RoomId, std::unordered_map<UserId, bool>> changed_;
};

}  // namespace vestnik::chat
