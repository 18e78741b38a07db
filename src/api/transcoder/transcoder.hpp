// An HTTP request as a contract message, and a contract message as an HTTP body, by the rules of google.api.http. Any
// thread.
#pragma once

#include <string>
#include <string_view>

#include "api/transcoder/route_table.hpp"
#include "base/error.hpp"

namespace google::protobuf {
class Message;
}

namespace vestnik::api {

// Fills the empty `request` from a matched request: `query` without its '?', and the bounded `body` (JSON, empty when
// there is none). Path values are set last and win. Errors: invalid_argument, with the field at fault where there is
// one.
Result<void> decode_request(const Match& match, std::string_view query, std::string_view body,
                            google::protobuf::Message& request);

// Appends the JSON body of a successful answer: the whole message, or the route's response field alone.
void encode_response(const Route& route, const google::protobuf::Message& response, std::string& out);

}  // namespace vestnik::api
