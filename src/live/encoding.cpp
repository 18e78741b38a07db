#include "live/encoding.hpp"

namespace vestnik::live {

std::string_view name_of(Encoding encoding) {
  switch (encoding) {
    case Encoding::kWebSocket:
      return "websocket";
    case Encoding::kServerSentEvents:
      return "sse";
    case Encoding::kProtobuf:
      return "grpc";
    case Encoding::kJsonRpc:
      return "json-rpc";
  }
  return "unknown";
}

}  // namespace vestnik::live
