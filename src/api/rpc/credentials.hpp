// Who opens a socket: browsers cannot set a header on a WebSocket, so the address may carry it. Any thread.
#pragma once

#include <string>

#include "api/http/message.hpp"
#include "base/error.hpp"

namespace vestnik::api::rpc {

// The secret of a session, from the header Authorization or from `?token=`; empty when there is none. Errors:
// invalid_argument for another parameter, a malformed one, or both at once.
Result<std::string> credentials_of(const http::Request& request);

}  // namespace vestnik::api::rpc
