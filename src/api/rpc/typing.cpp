#include "api/rpc/typing.hpp"

#include "api/notice.hpp"
#include "chat/rules.hpp"
#include "vestnik/chat/v1/chat.pb.h"

namespace vestnik::api::rpc {

Result<std::shared_ptr<const live::Ephemeral>> make_typing(const chat::RoomInfo& room, const chat::Actor& actor,
                                                           const chat::v1::SendTypingRequest& request,
                                                           const void* from) {
  chat::v1::Typing typing;
  typing.set_room(room.name);
  if (actor.user_id) typing.set_user_id(*actor.user_id);
  if (actor.authenticated) {
    typing.set_username(actor.username);
  } else if (request.has_username()) {
    if (auto right = chat::check_new_user({.username = request.username()}); !right) {
      return std::unexpected(std::move(right.error()));
    }
    typing.set_username(request.username());
  }
  return make_notice("chat.Typing", "typing", typing, from);
}

}  // namespace vestnik::api::rpc
