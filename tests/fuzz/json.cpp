// JSON bodies: what is accepted, written out and read again gives the same message.
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "api/transcoder/json_codec.hpp"
#include "base/text.hpp"
#include "fuzz.hpp"
#include "vestnik/chat/v1/chat.pb.h"

namespace {

namespace pb = vestnik::chat::v1;

const std::vector<const google::protobuf::Message*>& kinds() {
  static const std::vector<const google::protobuf::Message*> all{
      &pb::SendMessageRequest::default_instance(),
      &pb::ListMessagesRequest::default_instance(),
      &pb::Message::default_instance(),
      &pb::SubscribeEvent::default_instance(),
      &pb::Stats::default_instance(),
      &pb::ListMessagesResponse::default_instance(),
  };
  return all;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const google::protobuf::Message& kind = *kinds()[data[0] % kinds().size()];
  const std::string_view json(reinterpret_cast<const char*>(data) + 1, size - 1);

  const std::unique_ptr<google::protobuf::Message> first(kind.New());
  const auto parsed = vestnik::api::parse_json(json, *first);
  if (!parsed) {
    require(parsed.error().code == vestnik::ErrorCode::kInvalidArgument);
    require(vestnik::is_valid_utf8(parsed.error().detail));
    return 0;
  }
  std::string written;
  vestnik::api::append_json(written, *first);
  require(vestnik::is_valid_utf8(written));
  const std::unique_ptr<google::protobuf::Message> second(kind.New());
  require(vestnik::api::parse_json(written, *second).has_value());
  require(second->SerializeAsString() == first->SerializeAsString());
  return 0;
}
