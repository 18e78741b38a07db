// TCP on a core.
#pragma once

#include <boost/asio/ip/tcp.hpp>

#include "runtime/asio.hpp"

namespace vestnik::runtime {

using Socket = asio::basic_stream_socket<asio::ip::tcp, Executor>;
using Acceptor = asio::basic_socket_acceptor<asio::ip::tcp, Executor>;

}  // namespace vestnik::runtime
