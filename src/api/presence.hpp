// Tells those who follow a room who comes and who goes.
#pragma once

#include "chat/chat_service.hpp"
#include "live/hub.hpp"
#include "runtime/blocking_pool.hpp"

namespace vestnik::api {

// For as long as the core runs: once a second, and at most one notice for each room. On a core.
Task<void> tell_presence(chat::ChatService& chat, live::Hub& hub, runtime::BlockingPool& pool);

}  // namespace vestnik::api
