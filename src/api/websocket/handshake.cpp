#include "api/websocket/handshake.hpp"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <array>

#include "api/transcoder/base64.hpp"

namespace vestnik::api::websocket {
namespace {

constexpr std::string_view kGuid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";  // RFC 6455, section 1.3

// 16 bytes in base64.
bool is_key(std::string_view key) {
  constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  return key.size() == 24 && key.find_first_not_of(kAlphabet) == 22 && key.ends_with("==");
}

}  // namespace

Result<std::string> accept_handshake(const http::Request& request) {
  if (request.method != "GET" || request.http_1_0 || !request.has_token("Upgrade", "websocket") ||
      !request.has_token("Connection", "Upgrade")) {
    return fail(ErrorCode::kFailedPrecondition, "this address is a WebSocket; open it with an upgrade request");
  }
  if (request.field("Sec-WebSocket-Version") != "13") {
    return fail(ErrorCode::kFailedPrecondition, "Sec-WebSocket-Version must be 13");
  }
  const std::string_view key = request.field("Sec-WebSocket-Key");
  if (!is_key(key)) return fail(ErrorCode::kInvalidArgument, "Sec-WebSocket-Key must be 16 bytes in base64");

  const std::string salted = std::string(key).append(kGuid);
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest;
  unsigned length = 0;
  if (EVP_Digest(salted.data(), salted.size(), digest.data(), &length, EVP_sha1(), nullptr) != 1) {
    return fail(ErrorCode::kInternal, "SHA-1 is not available");
  }
  std::string accept;
  append_base64(accept, {reinterpret_cast<const char*>(digest.data()), length});
  return accept;
}

std::string accepted(std::string_view accept, std::string_view request_id) {
  return fmt::format(
      "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
      "Sec-WebSocket-Accept: {}\r\nX-Request-Id: {}\r\n\r\n",
      accept, request_id);
}

}  // namespace vestnik::api::websocket
