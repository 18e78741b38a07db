// The forms in which the events of a topic are sent.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace vestnik::live {

// A form in which frames stand in a log, ready to be sent.
enum class Encoding : std::uint8_t { kWebSocket, kServerSentEvents, kProtobuf, kJsonRpc };
inline constexpr std::size_t kEncodings = 4;

std::string_view name_of(Encoding encoding);

}  // namespace vestnik::live
