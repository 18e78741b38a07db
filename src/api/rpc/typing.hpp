// That somebody types: told to those who follow the room at this moment, without a position. Any thread.
#pragma once

#include <memory>

#include "base/error.hpp"
#include "chat/authorize.hpp"
#include "chat/types.hpp"
#include "live/hub.hpp"

namespace vestnik::chat::v1 {
class SendTypingRequest;
}

namespace vestnik::api::rpc {

// The notice in the encodings that have it: a notification, an event of a stream. `actor`: who types; without a
// session the request gives the name. `from`: the connection that is not told. Errors: invalid_argument for a name that
// no message could have.
Result<std::shared_ptr<const live::Ephemeral>> make_typing(const chat::RoomInfo& room, const chat::Actor& actor,
                                                           const chat::v1::SendTypingRequest& request,
                                                           const void* from);

}  // namespace vestnik::api::rpc
