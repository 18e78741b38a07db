#include "api/commit.hpp"

#include <boost/asio/async_result.hpp>
#include <chrono>
#include <utility>

#include "base/log.hpp"

namespace vestnik::api {

Task<Result<chat::Appended>> commit(chat::MessageWriter& writer, Call& call, chat::Prepared prepared) {
  log::debug("change received", {{"request_id", call.request_id}, {"room", prepared.room->name}});
  co_return co_await asio::async_initiate<const asio::use_awaitable_t<Executor>, void(Result<chat::Appended>)>(
      [&](auto handler) {
        chat::Pending pending{
            .room = std::move(prepared.room),
            .change = std::move(prepared.change),
            .request_id = call.request_id,
            .core = &call.core,
            .done = [handler = std::move(handler)](
                        Result<chat::Appended> outcome) mutable { std::move(handler)(std::move(outcome)); },
            .arrived = std::chrono::steady_clock::now()};
        writer.submit({&pending, 1});
      },
      kUseAwaitable);
}

}  // namespace vestnik::api
