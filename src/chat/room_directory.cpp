#include "chat/room_directory.hpp"

#include <mutex>

namespace vestnik::chat {

RoomPtr RoomDirectory::find(std::string_view id_or_name) const {
  const std::shared_lock lock(mutex_);
  const auto found = by_key_.find(id_or_name);
  return found == by_key_.end() ? nullptr : found->second;
}

RoomPtr RoomDirectory::add(RoomInfo room) {
  auto shared = std::make_shared<const RoomInfo>(std::move(room));
  const std::unique_lock lock(mutex_);
  by_key_.insert_or_assign(shared->name, shared);
  by_key_.insert_or_assign(shared->id, shared);
  return shared;
}

std::size_t RoomDirectory::size() const {
  const std::shared_lock lock(mutex_);
  return by_key_.size() / 2;
}

}  // namespace vestnik::chat
