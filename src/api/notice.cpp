#include "api/notice.hpp"

#include <utility>

#include "api/rpc/answer.hpp"
#include "api/transcoder/json_codec.hpp"

namespace vestnik::api {

std::shared_ptr<const live::Ephemeral> make_notice(std::string_view method, std::string_view name,
                                                   const google::protobuf::Message& body, const void* from) {
  auto notice = std::make_shared<live::Ephemeral>();
  notice->from = from;
  rpc::append_notification(notice->frames[std::to_underlying(live::Encoding::kJsonRpc)], method, body);
  std::string& stream = notice->frames[std::to_underlying(live::Encoding::kServerSentEvents)];
  stream.append("event: ").append(name).append("\ndata: ");
  append_json(stream, body);
  stream += "\n\n";
  return notice;
}

}  // namespace vestnik::api
