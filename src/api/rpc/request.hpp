// JSON-RPC 2.0 (https://www.jsonrpc.org/specification): from the text of a client to the calls it asks for. Sans-I/O;
// any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"

namespace vestnik::api::rpc {

// The codes of section 5.1, and one for all that the contract's methods refuse.
enum class Code : std::int16_t {
  kParseError = -32700,
  kInvalidRequest = -32600,
  kMethodNotFound = -32601,
  kInvalidParams = -32602,
  kInternalError = -32603,
  kRefused = -32000,
};

struct Request {
  std::string id;      // as JSON: a string, a number or null; empty for a notification, which is not answered
  std::string method;  // such as "chat.SendMessage"
  std::string params;  // as JSON, of valid syntax: an object; empty when absent

  bool operator==(const Request&) const = default;
};

// Something that is answered with an error without having been a call.
struct Refusal {
  Code code;
  Error error;
  std::string id = "null";  // as JSON: that of the call when it could be read
};

using Item = std::expected<Request, Refusal>;

struct Calls {
  std::vector<Item> items;  // never empty
  bool batch = false;       // the answers go into one array
};

// Reads one call or a batch of at most `batch_max` calls. The caller bounds the size of `text`. What is no JSON, nested
// too deep for a call whose params are nested 32 levels, an empty or a too long batch gives one refusal; each member of
// a batch that is no call gives one of its own. Of `params` only the syntax is checked.
Calls parse_calls(std::string_view text, std::size_t batch_max);

}  // namespace vestnik::api::rpc
