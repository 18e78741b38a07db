// Who is in a room at this moment: who wrote in the last minutes, or is connected. Only in memory. Any thread.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <mutex>
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

  // The user wrote in the room.
  void note(const RoomId& room, UserId user, Time now);
  // The user is connected for as long as the answer is held.
  [[nodiscard]] std::shared_ptr<const void> enter(const RoomId& room, UserId user);
  // The room is closed.
  void forget(const RoomId& room);

  std::size_t count(const RoomId& room, Time now);
  // At most `limit` of them, in no particular order.
  std::vector<UserId> list(const RoomId& room, Time now, std::size_t limit);

 private:
  struct Visit {
    Time seen_at = Time::min();
    int connections = 0;
  };
  using Visits = std::unordered_map<UserId, Visit>;

  void leave(const RoomId& room, UserId user);
  // Without those who have left; nullptr when nobody is there. Under the lock.
  const Visits* pruned(const RoomId& room, Time now);

  std::mutex mutex_;
  std::unordered_map<RoomId, Visits> rooms_;
};

}  // namespace vestnik::chat
