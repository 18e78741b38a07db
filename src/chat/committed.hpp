// A committed change on its way to the subscribers.
#pragma once

#include <string>

#include "chat/room_directory.hpp"
#include "chat/types.hpp"

namespace vestnik::chat {

struct Committed {
  const OpenRoom* room;
  const Event* event;
  const std::string* request_id;
};

}  // namespace vestnik::chat
