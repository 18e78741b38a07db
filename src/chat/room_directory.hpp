// All open rooms by name and by id, in memory: what a message needs to know before its commit. Any thread.
#pragma once

#include <memory>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "chat/types.hpp"

namespace vestnik::chat {

using RoomPtr = std::shared_ptr<const RoomInfo>;

class RoomDirectory {
 public:
  // nullptr when there is no such room.
  RoomPtr find(std::string_view id_or_name) const;
  RoomPtr add(RoomInfo room);
  std::size_t size() const;

 private:
  struct Hash : std::hash<std::string_view> {
    using is_transparent = void;
  };

  mutable std::shared_mutex mutex_;
  std::unordered_map<std::string, RoomPtr, Hash, std::equal_to<>> by_key_;  // each room twice: by name and by id
};

}  // namespace vestnik::chat
