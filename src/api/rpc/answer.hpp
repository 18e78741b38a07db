// The objects that JSON-RPC 2.0 sends to a client: answers, errors, notifications. Sans-I/O; any thread.
#pragma once

#include <string>
#include <string_view>

#include "api/rpc/request.hpp"
#include "base/error.hpp"

namespace google::protobuf {
class Message;
}

namespace vestnik::api::rpc {

// Appends {"jsonrpc","id","result"}. `id` is JSON.
void append_result(std::string& out, std::string_view id, const google::protobuf::Message& result);

// Appends {"jsonrpc","id","error":{"code","message","data"}}, where `data` is the problem of the contract, with
// `retry_after` in seconds when the error says when to try again.
void append_error(std::string& out, std::string_view id, Code code, const Error& error, std::string_view request_id);

// Appends the WebSocket frame of the notification {"jsonrpc","method","params"}.
void append_notification(std::string& out, std::string_view method, const google::protobuf::Message& params);

}  // namespace vestnik::api::rpc
