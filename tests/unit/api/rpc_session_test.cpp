#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "api/rpc/session.hpp"
#include "unit/api/rpc_fixture.hpp"

namespace vestnik::api::rpc {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

const std::string kKiB(1024, 'x');

// Follows the room and reads the answer.
void subscribe(Peer& peer, std::string_view room, std::string_view more = "") {
  peer.send(call("chat.Subscribe", std::string(R"({"room":")").append(room).append("\"").append(more).append("}")));
  EXPECT_THAT(peer.text(), HasSubstr(R"("recovered":true)"));
}

TEST(RpcSession, AnswersAndTellsEvents) {
  RpcServer server;
  Peer peer = server.connect();
  subscribe(peer, "lobby");
  peer.send(call("chat.SendMessage", R"({"content":"hello"})", "\"a\""));
  const std::string first = peer.text(), second = peer.text();
  EXPECT_THAT(first + second,
              AllOf(HasSubstr(R"({"jsonrpc":"2.0","id":"a","result":{"id":1,"room":"lobby")"),
                    HasSubstr(R"({"jsonrpc":"2.0","method":"chat.Event","params":{"room":"lobby","room_id":")"),
                    HasSubstr(R"(,"message":{"id":1,"room":"lobby",)")));
}

TEST(RpcSession, EveryCoreTellsTheSameEvent) {
  RpcServer server;
  Peer here = server.connect(0), there = server.connect(1);
  subscribe(here, "lobby");
  subscribe(there, "lobby");
  server.write("lobby", 3, "x");
  for (int i = 0; i < 3; ++i) EXPECT_EQ(here.text(), there.text());
}

TEST(RpcSession, AnswersABatchWithOneArrayAndANotificationWithNothing) {
  RpcServer server;
  Peer peer = server.connect();
  peer.send("[" + call("ping", "{}", "") + "]");
  peer.send(call("chat.SendMessage", R"({"content":"told to nobody"})", ""));
  peer.send("[" + call("ping", "{}", "1") + "," + call("chat.SendMessage", R"({"content":"x"})", "") + "," +
            call("ping", "{}", "2") + "]");
  EXPECT_EQ(peer.text(), R"([{"jsonrpc":"2.0","id":1,"result":{}},{"jsonrpc":"2.0","id":2,"result":{}}])");
  peer.send(call("ping", "{}", "3"));
  EXPECT_EQ(peer.text(), R"({"jsonrpc":"2.0","id":3,"result":{}})");
}

TEST(RpcSession, AnEventDoesNotOvertakeTheAnswerOfItsBatch) {
  RpcServer server;
  Peer peer = server.connect(), other = server.connect();
  subscribe(other, "lobby");  // so that the other subscription need not ask the store
  server.write("lobby", 1, "x");
  server.store().hold_appends();
  other.send(call("chat.SendMessage", R"({"content":"the event"})", ""));
  EXPECT_TRUE(server.store().wait_for_appends(2));
  // Its second call ends only after the event of the room that its first one follows.
  peer.send("[" + call("chat.Subscribe", R"({"room":"lobby"})", "1") + "," +
            call("chat.SendMessage", R"({"room":"stream","content":"x","client_seq":1})", "2") + "]");
  const auto until = std::chrono::steady_clock::now() + kPatience;
  while (server.store().batches().size() + server.writer().queued() < 3 && std::chrono::steady_clock::now() < until) {
    std::this_thread::yield();
  }
  server.store().let_appends_go();
  EXPECT_THAT(peer.text(), StartsWith("[{"));
  EXPECT_THAT(peer.text(), HasSubstr("the event"));
}

TEST(RpcSession, NothingIsToldAfterTheAnswerToUnsubscribe) {
  RpcServer server;
  Peer peer = server.connect();
  subscribe(peer, "lobby");
  subscribe(peer, "stream");
  server.write("lobby", 1, "first");
  EXPECT_THAT(peer.text(), HasSubstr("first"));
  peer.send(call("chat.Unsubscribe", R"({"room":"lobby"})"));
  EXPECT_EQ(peer.text(), R"({"jsonrpc":"2.0","id":1,"result":{}})");
  server.write("lobby", 5, "unheard");
  server.write("stream", 1, "heard");
  EXPECT_THAT(peer.text(), HasSubstr(R"("content":"heard")"));
}

TEST(RpcSession, BoundsTheRooms) {
  RpcServer server({.rooms_max = 1});
  Peer peer = server.connect();
  subscribe(peer, "lobby");
  peer.send(call("chat.Subscribe", R"({"room":"stream"})"));
  EXPECT_THAT(peer.text(), AllOf(HasSubstr("resource_exhausted"), HasSubstr("--max-rooms-per-socket")));
}

TEST(RpcSession, AQuietRoomIsHeardAmongTheNoiseOfAnother) {
  RpcServer server;
  Peer peer = server.connect(0, 16 * 1024);
  subscribe(peer, "lobby");
  subscribe(peer, "stream");
  server.write("lobby", 2'000, kKiB);
  server.write("stream", 1, "quiet");
  int before = 0;
  while (peer.text().find("quiet") == std::string::npos && before < 2'001) ++before;
  EXPECT_LT(before, 1'000);
}

TEST(RpcSession, EachRoomKeepsItsOrderHoweverLittleTheKernelTakes) {
  RpcServer server;
  Peer peer = server.connect(0, 8 * 1024);
  subscribe(peer, "lobby");
  subscribe(peer, "stream");
  for (int i = 0; i < 20; ++i) {
    server.write("lobby", 20, kKiB);
    server.write("stream", 30, "short");
  }
  int lobby = 0, stream = 0;
  for (int i = 0; i < 1'000; ++i) {
    const std::string event = peer.text();
    int& n = event.find(R"("room":"lobby")") != std::string::npos ? lobby : stream;
    ASSERT_THAT(event, HasSubstr(":" + std::to_string(++n) + "\"")) << i;
  }
  EXPECT_EQ(lobby, 400);
  EXPECT_EQ(stream, 600);
}

TEST(RpcSession, ASlowReaderIsTurnedAwayWithItsPosition) {
  RpcServer server({.window_bytes = 64 * 1024});
  Peer peer = server.connect(0, 8 * 1024);
  subscribe(peer, "lobby");
  server.write("lobby", 3'000, kKiB);
  Peer::Frame frame;
  int events = 0;
  while ((frame = peer.read()).opcode == 1) ++events;
  EXPECT_EQ(frame.close_code(), 4008);
  EXPECT_THAT(frame.payload, AllOf(HasSubstr("too slow in "), HasSubstr(":" + std::to_string(events))));
  EXPECT_LT(events, 3'000);
  EXPECT_EQ(peer.read().opcode, -1);
}

// The position behind `name`, such as 7 in "pos":"k3:7".
int position_in(const std::string& text, std::string_view name) {
  const std::size_t at = text.find(":", text.find(std::string("\"").append(name).append("\":\"")) + name.size() + 3);
  return std::stoi(text.substr(at + 1));
}

TEST(RpcSession, ASlowReaderThatAskedForItIsToldTheGapAndGoesOn) {
  RpcServer server({.window_bytes = 64 * 1024});
  Peer peer = server.connect(0, 8 * 1024);
  subscribe(peer, "lobby", R"(,"on_slow":"gap")");
  server.write("lobby", 3'000, kKiB);
  int next = 1, gaps = 0;
  while (next <= 3'000) {
    const std::string text = peer.text();
    ASSERT_THAT(text, HasSubstr(R"("method":"chat.Event","params":{"room":"lobby","room_id":")"));
    const bool gap = text.find("\"gap\"") != std::string::npos;
    ASSERT_EQ(position_in(text, gap ? "from" : "pos"), next);
    next = position_in(text, gap ? "to" : "pos") + 1;
    gaps += gap ? 1 : 0;
  }
  EXPECT_GE(gaps, 1);
  server.write("lobby", 1, "newest");
  EXPECT_THAT(peer.text(), HasSubstr("newest"));
}

TEST(RpcSession, TypingIsToldToTheOthersAndNotTooOften) {
  RpcServer server;
  Peer one = server.connect(0), near = server.connect(0), far = server.connect(1);
  for (Peer* peer : {&one, &near, &far}) subscribe(*peer, "lobby");
  for (int i = 0; i < 10; ++i) one.send(call("chat.SendTyping", R"({"username":"Анна"})"));
  for (int i = 0; i < 10; ++i) EXPECT_EQ(one.text(), R"({"jsonrpc":"2.0","id":1,"result":{}})");
  server.write("lobby", 1, "typed");
  for (Peer* peer : {&near, &far}) {
    EXPECT_EQ(peer->text(), R"({"jsonrpc":"2.0","method":"chat.Typing","params":{"room":"lobby","username":"Анна"}})");
    EXPECT_THAT(peer->text(), HasSubstr("typed"));
  }
  EXPECT_THAT(one.text(), HasSubstr("typed"));
}

TEST(RpcSession, WhoReadsNothingIsNotToldWhoTypes) {
  RpcServer server;
  Peer one = server.connect(0), slow = server.connect(0, 8 * 1024);
  subscribe(one, "lobby");
  subscribe(slow, "lobby");
  server.write("lobby", 500, kKiB);
  one.send(call("chat.SendTyping", "{}"));
  for (int i = 0; i < 501; ++i) one.text();
  server.settle();
  for (int i = 0; i < 500; ++i) ASSERT_THAT(slow.text(), Not(HasSubstr("chat.Typing")));
}

TEST(RpcSession, MessagesUnderWayAreBoundedAndNoneIsLost) {
  constexpr int kCount = 5'000;
  RpcServer server;
  server.store().hold_appends();
  Peer peer = server.connect();
  std::thread sender([&] {
    for (int i = 0; i < kCount; ++i) peer.send(call("chat.SendMessage", R"({"content":"x"})", std::to_string(i)));
  });
  EXPECT_TRUE(server.store().wait_for_appends(1));
  const auto under_way = [&] { return server.writer().queued(); };
  const auto until = std::chrono::steady_clock::now() + kPatience;
  while (under_way() < 1'048 && std::chrono::steady_clock::now() < until) std::this_thread::yield();
  for (int i = 0; i < 100; ++i) {
    server.settle();
    ASSERT_LE(under_way(), 2'048u);
  }
  server.store().let_appends_go();
  std::vector<bool> answered(kCount);
  for (int i = 0; i < kCount; ++i) {
    const std::string text = peer.text();
    ASSERT_THAT(text, StartsWith(R"({"jsonrpc":"2.0","id":)"));
    answered.at(static_cast<std::size_t>(std::stoi(text.substr(22)))) = true;
  }
  sender.join();
  EXPECT_THAT(answered, testing::Each(true));
}

TEST(RpcSession, AStoppingServerAnswersWhatIsUnderWayFirst) {
  RpcServer server;
  server.store().hold_appends();
  Peer peer = server.connect();
  peer.send(call("chat.SendMessage", R"({"content":"x"})", "1"));
  EXPECT_TRUE(server.store().wait_for_appends(1));
  server.on_core(0, [&] { server.connections().shut_down(server.core(0), 0ms); });
  peer.send(call("chat.SendMessage", R"({"content":"too late"})", "2"));
  EXPECT_THAT(peer.text(), AllOf(HasSubstr(R"("id":2,"error")"), HasSubstr("unavailable")));
  server.store().let_appends_go();
  EXPECT_THAT(peer.text(), HasSubstr(R"("id":1,"result")"));
  EXPECT_EQ(peer.read().close_code(), 1012);
}

}  // namespace
}  // namespace vestnik::api::rpc
