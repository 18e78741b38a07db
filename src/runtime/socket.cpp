#include "runtime/socket.hpp"

#include <memory>

namespace vestnik::runtime {

std::span<char> read_buffer() {
  thread_local const auto buffer = std::make_unique_for_overwrite<char[]>(kReadBytes);
  return {buffer.get(), kReadBytes};
}

}  // namespace vestnik::runtime
