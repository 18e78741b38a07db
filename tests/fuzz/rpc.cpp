// JSON-RPC texts: whatever arrives, there is something to answer, and what was taken for a call is one when it is read
// again.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "api/rpc/request.hpp"
#include "api/transcoder/json_codec.hpp"
#include "base/json_text.hpp"
#include "base/text.hpp"
#include "fuzz.hpp"
#include "vestnik/chat/v1/chat.pb.h"

namespace {

using namespace vestnik::api;

constexpr std::size_t kBatchMax = 5;

std::string written(const rpc::Request& call) {
  std::string text = R"({"method":)";
  vestnik::append_json_string(text, call.method);
  if (!call.id.empty()) text += ",\"id\":" + call.id;
  if (!call.params.empty()) text += ",\"params\":" + call.params;
  return text + R"(,"jsonrpc":"2.0"})";
}

void check(const rpc::Item& item) {
  if (!item) {
    require(vestnik::is_valid_utf8(item.error().error.detail) && !item.error().error.detail.empty());
    require(rpc::parse_calls(R"({"jsonrpc":"2.0","method":"m","id":)" + item.error().id + "}", 1)
                .items.front()
                .has_value());
    return;
  }
  const rpc::Calls again = rpc::parse_calls(written(*item), kBatchMax);
  require(!again.batch && again.items.size() == 1 && again.items.front() && *again.items.front() == *item);
  vestnik::chat::v1::SendMessageRequest request;
  if (!item->params.empty()) static_cast<void>(parse_json(item->params, request));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const rpc::Calls calls = rpc::parse_calls(text, kBatchMax);
  require(!calls.items.empty() && calls.items.size() <= kBatchMax);
  require(calls.batch || calls.items.size() == 1);
  std::ranges::for_each(calls.items, check);
  return 0;
}
