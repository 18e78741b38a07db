// What is told to those who follow a room at this moment, without a position: that somebody types, comes or goes.
#pragma once

#include <memory>
#include <string_view>

#include "live/hub.hpp"

namespace google::protobuf {
class Message;
}

namespace vestnik::api {

// The notice in the encodings that have it: the notification `method` of JSON-RPC, the event `name` of a stream.
// `from`: the connection that is not told, if any. Any thread.
std::shared_ptr<const live::Ephemeral> make_notice(std::string_view method, std::string_view name,
                                                   const google::protobuf::Message& body, const void* from = nullptr);

}  // namespace vestnik::api
