// The request line: a path finds a route or a miss, and path and query become fields of the request.
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

#include "api/transcoder/parameters.hpp"
#include "api/transcoder/route_table.hpp"
#include "api/transcoder/transcoder.hpp"
#include "base/text.hpp"
#include "fuzz.hpp"
#include "vestnik/chat/v1/chat.pb.h"
#include "vestnik/ops/v1/ops.pb.h"

namespace {

const vestnik::api::RouteTable& routes() {
  static const google::protobuf::ServiceDescriptor* const services[] = {
      vestnik::chat::v1::Message::descriptor()->file()->service(0),
      vestnik::ops::v1::Version::descriptor()->file()->service(0),
  };
  static const vestnik::api::RouteTable table(services);
  return table;
}

}  // namespace

// The input is a verb in one byte, then a request target.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  static constexpr std::string_view kVerbs[] = {"GET", "POST", "PUT", "PATCH", "DELETE"};
  const std::string_view verb = kVerbs[data[0] % std::size(kVerbs)];
  const std::string_view target(reinterpret_cast<const char*>(data) + 1, size - 1);
  const std::size_t question = target.find('?');
  const std::string_view query = question == target.npos ? "" : target.substr(question + 1);

  const auto match = routes().match(verb, target.substr(0, question));
  if (!match) {
    const int status = match.error().status;
    require(status == 400 || status == 404 || status == 405);
    require((status == 405) == !match.error().allow.empty());
    return 0;
  }
  for (const auto& value : match->values) require(vestnik::is_valid_utf8(value.text));
  const google::protobuf::Message* prototype =
      google::protobuf::MessageFactory::generated_factory()->GetPrototype(match->route->method->input_type());
  const std::unique_ptr<google::protobuf::Message> request(prototype->New());
  const auto decoded = vestnik::api::decode_request(*match, query, "", *request);
  require(decoded.has_value() || decoded.error().code == vestnik::ErrorCode::kInvalidArgument);
  return 0;
}
