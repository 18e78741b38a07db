// Everything that a socket of /rpc needs, over a store that obeys the test, and a client at the other end of a loopback
// connection.
#pragma once

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <future>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include "api/chat_api.hpp"
#include "api/frames.hpp"
#include "api/room_events.hpp"
#include "api/rpc/session.hpp"
#include "unit/api/websocket_client.hpp"
#include "unit/chat/fake_keys.hpp"
#include "unit/chat/fake_store.hpp"

namespace vestnik::api::rpc {

using namespace std::chrono_literals;

constexpr auto kPatience = 10s;  // only for what never happens

// The client's end of a connection. Blocks.
class Peer {
 public:
  explicit Peer(int handle) : handle_(handle) {
    const timeval patience{.tv_sec = 10, .tv_usec = 0};
    setsockopt(handle_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
  }
  Peer(Peer&& other) noexcept : handle_(std::exchange(other.handle_, -1)), unread_(std::move(other.unread_)) {}
  ~Peer() {
    if (handle_ >= 0) ::close(handle_);
  }

  void send(std::string json) { write(websocket::text(std::move(json))); }
  void write(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t sent = ::send(handle_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
  }

  struct Frame {
    int opcode = -1;  // -1: the connection has ended
    std::string payload;

    int close_code() const {
      if (opcode != 8 || payload.size() < 2) return 0;
      return static_cast<unsigned char>(payload[0]) << 8 | static_cast<unsigned char>(payload[1]);
    }
  };
  // What comes up to the end of the connection, as it is.
  std::string read_all() {
    while (need(unread_.size() + 1)) {
    }
    return std::move(unread_);
  }
  Frame read() {
    if (!need(2)) return {};
    const int opcode = unread_[0] & 0x0F;
    std::size_t head = 2;
    std::uint64_t length = static_cast<unsigned char>(unread_[1]);
    const std::size_t width = length == 126 ? 2 : length == 127 ? 8 : 0;
    if (!need(head + width)) return {};
    if (width > 0) length = 0;
    for (std::size_t i = 0; i < width; ++i) length = length << 8 | static_cast<unsigned char>(unread_[head + i]);
    head += width;
    if (!need(head + length)) return {};
    Frame frame{opcode, unread_.substr(head, length)};
    unread_.erase(0, head + length);
    return frame;
  }
  // The payload of the next text frame, which must come.
  std::string text() {
    const Frame frame = read();
    if (frame.opcode != 1)
      throw std::runtime_error("no text frame but " + std::to_string(frame.opcode) + frame.payload);
    return frame.payload;
  }

 private:
  bool need(std::size_t bytes) {
    std::array<char, 64 * 1024> buffer;
    while (unread_.size() < bytes) {
      const ssize_t got = ::recv(handle_, buffer.data(), buffer.size(), 0);
      if (got <= 0) return false;
      unread_.append(buffer.data(), static_cast<std::size_t>(got));
    }
    return true;
  }

  int handle_;
  std::string unread_;
};

class RpcServer {
 public:
  struct Options {
    std::size_t window_bytes = 4u << 20;
    std::size_t personal_bytes_max = 1u << 20;
    std::size_t rooms_max = 10;
  };

  explicit RpcServer(Options options)
      : hub_(cores_, {.window_bytes = options.window_bytes}, metrics_),
        writer_(
            store_, cores_, {}, [this](auto batch) { hub_.publish(room_events(batch)); }, system_now, metrics_),
        status_(metrics_) {
    live_.personal_bytes_max = options.personal_bytes_max;
    context_.rooms_max = options.rooms_max;
    EXPECT_TRUE(chat_.open().has_value());
    cores_.start();
  }
  RpcServer() : RpcServer(Options{}) {}
  ~RpcServer() {
    store_.let_appends_go();
    for (std::size_t i = 0; i < cores_.size(); ++i) {
      on_core(i, [&] { connections_.cut_off(cores_[i]); });
    }
    const auto until = std::chrono::steady_clock::now() + kPatience;
    while (connections_.open() > 0 && std::chrono::steady_clock::now() < until) std::this_thread::yield();
    EXPECT_EQ(connections_.open(), 0u);
    hub_.stop_pacing();
    writer_.stop();
    pool_.join();
    cores_.stop();
  }

  // A client of a socket on that core, behind kernel buffers of that size (0: the system's).
  Peer connect(std::size_t core = 0, int buffer_bytes = 0) {
    return connect(core, buffer_bytes, [&](Admission admission, runtime::Socket socket) {
      std::make_shared<Session>(context_, std::move(admission), cores_[core], std::move(socket), "test", "")->start("");
    });
  }
  // The same, where `start` makes a connection of the server's end.
  template <typename Start>
  Peer connect(std::size_t core, int buffer_bytes, Start start) {
    const int listener = ::socket(AF_INET, SOCK_STREAM, 0);
    const int client = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{.sin_family = AF_INET, .sin_port = 0, .sin_addr = {htonl(INADDR_LOOPBACK)}, .sin_zero = {}};
    socklen_t length = sizeof(address);
    auto* const generic = reinterpret_cast<sockaddr*>(&address);
    if (buffer_bytes > 0) setsockopt(client, SOL_SOCKET, SO_RCVBUF, &buffer_bytes, sizeof(buffer_bytes));
    EXPECT_EQ(::bind(listener, generic, length) | ::listen(listener, 1) | ::getsockname(listener, generic, &length), 0);
    EXPECT_EQ(::connect(client, generic, length), 0);
    const int server = ::accept(listener, nullptr, nullptr);
    if (buffer_bytes > 0) setsockopt(server, SOL_SOCKET, SO_SNDBUF, &buffer_bytes, sizeof(buffer_bytes));
    ::close(listener);
    on_core(core, [&] {
      runtime::Socket socket(cores_[core].context(), boost::asio::ip::tcp::v4(), server);
      auto admission = connections_.admit(cores_[core], boost::asio::ip::address_v4::loopback());
      start(std::move(*admission), std::move(socket));
    });
    return Peer(client);
  }

  template <typename Task>
  void on_core(std::size_t core, Task task) {
    std::promise<void> done;
    cores_[core].post([&] {
      task();
      done.set_value();
    });
    done.get_future().wait();
  }
  // Commits and publishes; returns when all have been handed to the cores.
  void write(std::string_view room, std::size_t count, std::string content) {
    std::promise<void> last;
    for (std::size_t i = 0; i < count; ++i) {
      const chat::RoomPtr info = *rooms_.get(room);
      chat::Pending pending{.room = info,
                            .change = chat::Draft{.room_id = info->id, .content = content},
                            .request_id = {},
                            .core = &cores_[0],
                            .done =
                                [&last, is_last = i + 1 == count](auto) {
                                  if (is_last) last.set_value();
                                },
                            .arrived = std::chrono::steady_clock::now()};
      writer_.submit({&pending, 1});
    }
    last.get_future().wait();
    settle();
  }
  // Returns when the cores have run what was posted to them.
  void settle() {
    for (int turns = 0; turns < 3; ++turns) {
      for (std::size_t i = 0; i < cores_.size(); ++i) on_core(i, [] {});
    }
  }

  SessionContext& context() { return context_; }
  ChatApi& chat_api() { return chat_api_; }
  const MessageRules& message_rules() { return methods_.rules_of(*chat::v1::SendMessageRequest::descriptor()); }
  chat::FakeStore& store() { return store_; }
  chat::MessageWriter& writer() { return writer_; }
  Connections& connections() { return connections_; }
  runtime::Core& core(std::size_t i) { return cores_[i]; }

 private:
  Metrics metrics_;
  chat::FakeStore store_;
  runtime::Cores cores_{2};
  runtime::BlockingPool pool_{1, 1'000};
  chat::RoomDirectory rooms_;
  chat::FakeKeyStore key_store_;
  chat::ApiKeys keys_{key_store_, system_now};
  chat::Sessions sessions_{store_, keys_, rooms_, 1h, chat::Access::kOpen, system_now, system_now};
  chat::Presence presence_;
  chat::Rates rates_{chat::Access::kOpen, {}, metrics_};
  chat::ChatService chat_{store_, rooms_, sessions_, presence_, {}, chat::Access::kOpen, rates_, system_now};
  chat::Changes changes_{store_, rooms_, {}, chat::Access::kOpen, rates_, system_now};
  live::Hub hub_;
  chat::MessageWriter writer_;
  ServerStatus status_;
  Connections connections_{2, {}};
  Subscriptions subscriptions_{hub_, pool_, metrics_};
  ChatApi chat_api_{chat_, changes_, sessions_, presence_, writer_, pool_, status_};
  Methods methods_ = [this] {
    Methods methods{Settings{}};
    chat_api_.add_to(methods);
    return methods;
  }();
  std::array<const google::protobuf::ServiceDescriptor*, 1> services_{
      chat::v1::SendMessageRequest::descriptor()->file()->FindServiceByName("Chat")};
  MethodTable table_{services_, methods_};
  LiveContext live_{.connections = connections_,
                    .subscriptions = subscriptions_,
                    .status = status_,
                    .personal_bytes_max = 0,
                    .ping_interval = 1h,
                    .pong_timeout = 1h};
  SessionContext context_{.live = live_,
                          .methods = table_,
                          .sessions = sessions_,
                          .changes = changes_,
                          .pool = pool_,
                          .writer = writer_,
                          .hub = hub_,
                          .limits = {},
                          .rooms_max = 0,
                          .answer_bytes_max = 1'000'000};
};

inline std::string call(std::string_view method, std::string_view params, std::string_view id = "1") {
  std::string json = R"({"jsonrpc":"2.0","method":")";
  json.append(method).append(R"(","params":)").append(params);
  if (!id.empty()) json.append(R"(,"id":)").append(id);
  return json + "}";
}

}  // namespace vestnik::api::rpc
