// All open rooms by name and by id, in memory: what a change needs to know before its commit; and the log of this list,
// which is followed like a room. Any thread.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/error.hpp"
#include "chat/types.hpp"
#include "live/topic.hpp"

namespace vestnik::chat {

// A room with what it allows at this moment. One object for as long as the room is open. Any thread.
class OpenRoom : public RoomInfo, public live::Topic {
 public:
  OpenRoom(RoomInfo info, RoomRules rules, Time active_at = {})
      : RoomInfo(std::move(info)), rules_(rules), active_at_(active_at.time_since_epoch().count()) {}

  const std::string& topic_id() const override { return id; }
  const std::string& topic_name() const override { return name; }
  const std::string& topic_epoch() const override { return epoch; }

  RoomRules rules() const {
    const std::scoped_lock lock(mutex_);
    return rules_;
  }
  // The time of its last message, or of its creation.
  Time active_at() const { return Time(Time::duration(active_at_.load(std::memory_order_relaxed))); }
  // Somebody wrote.
  void note_active(Time at) const { active_at_.store(at.time_since_epoch().count(), std::memory_order_relaxed); }

 private:
  friend class RoomDirectory;

  mutable std::mutex mutex_;
  RoomRules rules_;
  mutable std::atomic<Time::rep> active_at_;
};

using RoomPtr = std::shared_ptr<const OpenRoom>;

// The id and name of the log of the list. No room has it: a colon is in no name.
inline constexpr std::string_view kRoomsLog = ":rooms";

class RoomDirectory {
 public:
  // Told of each change of the list, in their order and one at a time, by the thread that makes it.
  using Listener = std::function<void(const Event&)>;

  RoomDirectory();

  // Once, before the changes that are to be told.
  void listen(Listener listener) { listener_ = std::move(listener); }
  // Stands for the list where rooms are followed: its epoch is that of this process, its events are RoomListed and
  // RoomUnlisted.
  const RoomPtr& log() const { return log_; }
  // n of the newest event of the log.
  std::int64_t log_counter() const { return log_counter_.load(std::memory_order_acquire); }

  // By id, by name as written, or by one with the same key (chat/names.hpp). nullptr when there is no such room.
  RoomPtr find(std::string_view id_or_name) const;
  // Empty means the lobby. Errors: not_found.
  Result<RoomPtr> get(std::string_view id_or_name) const;
  // `active_at`: of its last message; absent: it has none.
  RoomPtr add(RoomInfo info, RoomRules rules, std::optional<Time> active_at = {});
  // No effect when the room is not open.
  void set_rules(const RoomId& id, const RoomRules& rules);
  // The room was closed with the event at `last_n`.
  void remove(const RoomId& id, std::int64_t last_n, CloseReason reason = CloseReason::kRequested);

  std::size_t size() const;
  // Grows whenever something may have been left behind that is to be swept: a room was closed, or has other rules.
  std::uint64_t leftovers() const { return leftovers_.load(std::memory_order_relaxed); }
  bool owns_any(UserId user) const { return owned_by(user) > 0; }
  std::size_t owned_by(UserId user) const;
  // The rooms whose time has passed. Costs nothing for those whose time has not come.
  std::vector<RoomPtr> expired(Time now) const;
  // The rooms with an owner that had their last message before that time. Looks at every room.
  std::vector<RoomPtr> idle_since(Time before) const;

 private:
  struct Hash : std::hash<std::string_view> {
    using is_transparent = void;
  };
  using SharedRoom = std::shared_ptr<OpenRoom>;

  // With changing_ held.
  void tell(decltype(Event::what) what);
  void schedule(const SharedRoom& room);
  void unschedule(const SharedRoom& room);
  void forget(const SharedRoom& room);

  RoomPtr log_;
  Listener listener_;
  std::mutex changing_;  // held from a change until it has been told, so that the order of both is the same
  std::atomic<std::int64_t> log_counter_{0};
  mutable std::shared_mutex mutex_;
  std::unordered_map<std::string, SharedRoom, Hash, std::equal_to<>> by_key_;  // each room twice: by name and by id
  std::unordered_map<std::string, SharedRoom> by_name_key_;                    // the newest of those that share one
  std::unordered_map<UserId, std::size_t> owned_;
  std::set<std::pair<Time, SharedRoom>> by_expiry_;
  std::atomic<std::uint64_t> leftovers_{0};
};

}  // namespace vestnik::chat
