#include "api/frames.hpp"

#include <cstddef>

namespace vestnik::api {
namespace {

constexpr std::size_t kHeaderMax = 10;

// Writes the header of an unmasked frame and returns its length.
std::size_t put_header(char* header, Opcode opcode, std::size_t length) {
  header[0] = static_cast<char>(0x80 | static_cast<unsigned char>(opcode));
  if (length < 126) {
    header[1] = static_cast<char>(length);
    return 2;
  }
  const std::size_t bytes = length <= 0xFFFF ? 2 : 8;
  header[1] = static_cast<char>(bytes == 2 ? 126 : 127);
  for (std::size_t i = 0; i < bytes; ++i) header[2 + i] = static_cast<char>(length >> (8 * (bytes - 1 - i)));
  return 2 + bytes;
}

}  // namespace

void append_websocket_frame(std::string& out, Opcode opcode, std::string_view payload) {
  char header[kHeaderMax];
  out.append(header, put_header(header, opcode, payload.size()));
  out += payload;
}

}  // namespace vestnik::api
