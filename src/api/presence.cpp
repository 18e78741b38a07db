#include "api/presence.hpp"

#include <chrono>
#include <vector>

#include "api/notice.hpp"
#include "vestnik/chat/v1/chat.pb.h"

namespace vestnik::api {
namespace {

constexpr std::chrono::seconds kInterval{1};

chat::v1::Presence presence_of(const chat::PresenceNotice& notice) {
  chat::v1::Presence out;
  out.set_room(notice.room->name);
  out.set_active_users(notice.active_users);
  if (notice.user) {
    out.set_user_id(notice.user->id);
    out.set_username(notice.user->username);
    out.set_active(notice.active);
  }
  return out;
}

}  // namespace

Task<void> tell_presence(chat::ChatService& chat, live::Hub& hub, runtime::BlockingPool& pool) {
  asio::steady_timer timer(co_await asio::this_coro::executor);
  while (true) {
    timer.expires_after(kInterval);
    co_await timer.async_wait(kUseAwaitable);
    if (!chat.has_presence_notices()) continue;
    const auto notices = co_await pool.run(
        [&chat]() -> Result<std::vector<chat::PresenceNotice>> { return chat.take_presence_notices(); });
    if (!notices) continue;  // the pool is full, or the server stops
    for (const auto& notice : *notices) {
      hub.pass_on(*notice.room, make_notice("chat.Presence", "presence", presence_of(notice)));
    }
  }
}

}  // namespace vestnik::api
