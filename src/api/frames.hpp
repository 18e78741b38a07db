// The frames of a live stream in each encoding: what stands in the room log, and what one subscriber alone is told.
#pragma once

#include <string>
#include <string_view>

#include "base/error.hpp"
#include "chat/types.hpp"
#include "live/hub.hpp"
#include "live/resume.hpp"

namespace vestnik::api {

// Event frames for live::Hub: WebSocket header (RFC 6455) + JSON, a server-sent event, a serialised SubscribeEvent, a
// JSON-RPC notification. On WebSockets and event streams a new message stands for itself, every other event under its
// name in the contract.
live::Encoders event_encoders();

// Control frames of one subscriber.
void append_subscribed(std::string& out, live::Encoding encoding, const chat::RoomInfo& room,
                       const live::ResumePlan& plan);
void append_gap(std::string& out, live::Encoding encoding, const chat::RoomInfo& room, const live::Gap& gap);

// An unmasked WebSocket frame, final and unfragmented (RFC 6455, section 5.2).
enum class Opcode : unsigned char { kContinuation = 0, kText = 1, kBinary = 2, kClose = 8, kPing = 9, kPong = 10 };
void append_websocket_frame(std::string& out, Opcode opcode, std::string_view payload);

}  // namespace vestnik::api
