// The opening handshake of a WebSocket (RFC 6455, section 4.2).
#pragma once

#include <string>

#include "api/http/message.hpp"
#include "base/error.hpp"

namespace vestnik::api::websocket {

// The value of Sec-WebSocket-Accept. Errors: failed_precondition when the request is no upgrade to
// version 13, invalid_argument when its key is malformed.
Result<std::string> accept_handshake(const http::Request& request);

}  // namespace vestnik::api::websocket
