// TCP on a core.
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <cstddef>
#include <span>

#include "runtime/asio.hpp"

namespace vestnik::runtime {

inline constexpr std::size_t kReadBytes = 64 * 1024;

using Socket = asio::basic_stream_socket<asio::ip::tcp, Executor>;
using Acceptor = asio::basic_socket_acceptor<asio::ip::tcp, Executor>;

// For one read. It belongs to the thread, so that idle sockets hold none.
std::span<char> read_buffer();

}  // namespace vestnik::runtime
