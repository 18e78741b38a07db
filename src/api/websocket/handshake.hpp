// The opening handshake of a WebSocket (RFC 6455, section 4.2).
#pragma once

#include <string>
#include <string_view>

#include "api/http/message.hpp"
#include "base/error.hpp"

namespace vestnik::api::websocket {

// The value of Sec-WebSocket-Accept. Errors: failed_precondition when the request is no upgrade to
// version 13, invalid_argument when its key is malformed.
Result<std::string> accept_handshake(const http::Request& request);

// The answer that makes the connection a WebSocket.
std::string accepted(std::string_view accept, std::string_view request_id);

}  // namespace vestnik::api::websocket
