// The parts of Asio that everything above uses, under one short name.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace vestnik {

namespace asio = boost::asio;

// Of a core. Its own type, since asio::any_io_executor costs an indirect call at each step of a coroutine, and 48 bytes
// in each socket.
using Executor = asio::io_context::executor_type;

template <typename T>
using Task = asio::awaitable<T, Executor>;

inline constexpr asio::use_awaitable_t<Executor> kUseAwaitable;

}  // namespace vestnik
