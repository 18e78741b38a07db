#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <future>
#include <memory>
#include <string>

#include "api/http/connection.hpp"
#include "unit/api/rpc_fixture.hpp"

namespace vestnik::api::http {
namespace {

using namespace std::chrono_literals;
using testing::StartsWith;

constexpr auto kBodyTimeout = 1s;

// An HTTP connection whose requests, with bodies that are streamed, `handle` answers.
class HttpConnectionTest : public testing::Test {
 protected:
  rpc::Peer connect() {
    return server_.connect(0, 0, [this](Admission admission, runtime::Socket socket) {
      std::make_shared<HttpConnection>(context_, std::move(admission), server_.core(0), std::move(socket), 1)->start();
    });
  }

  std::function<Task<Outcome>(const Request&, Call&)> handle_;
  std::atomic<std::int64_t> open_{0};
  rpc::RpcServer server_;
  websocket::SessionContext websocket_{.live = server_.context().live,
                                       .chat = server_.chat_api(),
                                       .writer = server_.writer(),
                                       .limits = {},
                                       .rules = server_.message_rules()};
  ServerContext context_{.handle = [this](const auto& request, auto& call) { return handle_(request, call); },
                         .count_refused = [](int) {},
                         .connections = server_.connections(),
                         .websocket = websocket_,
                         .rpc = server_.context(),
                         .live = server_.context().live,
                         .open = open_,
                         .limits = {.is_streamed = [](const Request&) { return true; }, .streamed_bytes_max = 1'000},
                         .timeouts = {.body = kBodyTimeout},
                         .request_id_prefix = "test"};
};

TEST_F(HttpConnectionTest, FromTheEndOfABodyOnTheClientIsNotWaitedFor) {
  std::promise<void> arrived;
  handle_ = [&arrived](const Request& request, Call& call) -> Task<Outcome> {
    EXPECT_EQ(*co_await request.body_stream->next(), "hello");
    arrived.set_value();
    EXPECT_EQ(*co_await request.body_stream->next(), "");
    // Longer than between two bytes of a body, as a disk may take.
    asio::steady_timer timer(call.core.context());
    for (const auto begun = call.core.sweeper().now(); call.core.sweeper().now() - begun <= kBodyTimeout;) {
      timer.expires_after(10ms);
      co_await timer.async_wait(kUseAwaitable);
    }
    co_return Response{.status = 201, .close = true};
  };
  rpc::Peer peer = connect();
  peer.write("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n");
  arrived.get_future().wait();
  peer.write("0\r\n\r\n");
  EXPECT_THAT(peer.read_all(), StartsWith("HTTP/1.1 201 "));
}

}  // namespace
}  // namespace vestnik::api::http
