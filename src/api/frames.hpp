// An unmasked WebSocket frame, final and unfragmented (RFC 6455, section 5.2).
#pragma once

#include <string>
#include <string_view>

namespace vestnik::api {

enum class Opcode : unsigned char { kContinuation = 0, kText = 1, kBinary = 2, kClose = 8, kPing = 9, kPong = 10 };
void append_websocket_frame(std::string& out, Opcode opcode, std::string_view payload);

}  // namespace vestnik::api
