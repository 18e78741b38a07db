// What subscribers read on the wire, in each encoding.
#include "api/room_events.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <simdjson.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "api/frames.hpp"
#include "vestnik/chat/v1/chat.pb.h"

namespace vestnik::api {
namespace {

using namespace std::chrono_literals;
using chat::Event;
using live::Encoding;

constexpr Time kNow = std::chrono::sys_days(std::chrono::year(2024) / 1 / 1) + 12h;
const chat::OpenRoom kRoom({.id = "id", .name = "lobby", .epoch = "k3", .created_at = kNow}, {});

std::string encoded(Encoding encoding, const Event& event) {
  std::string out;
  RoomEvent(kRoom, event).append_frame(out, encoding);
  return out;
}
std::string web_socket(const Event& event) {
  return encoded(Encoding::kWebSocket, event);
}
std::string server_sent(const Event& event) {
  return encoded(Encoding::kServerSentEvents, event);
}
chat::v1::SubscribeEvent protobuf(const Event& event) {
  chat::v1::SubscribeEvent out;
  EXPECT_TRUE(out.ParseFromString(encoded(Encoding::kProtobuf, event)));
  return out;
}

// A short text frame.
std::string text_frame(const std::string& payload) {
  EXPECT_LE(payload.size(), 0xFFFFu);
  if (payload.size() < 126) return std::string("\x81") + static_cast<char>(payload.size()) + payload;
  return std::string("\x81\x7E") + static_cast<char>(payload.size() >> 8) + static_cast<char>(payload.size()) + payload;
}

// An event of a kind, its name and its JSON.
struct Sample {
  std::string kind;
  Event event;
  std::string json;
};

chat::Message message() {
  return {.id = 7, .n = 41, .created_at = kNow, .user_id = 2, .username = "ann", .content = "Привет"};
}

const std::string kMessageJson =
    R"({"id":7,"room":"lobby","pos":"k3:41","user_id":2,"username":"ann","content":"Привет",)"
    R"("created_at":"2024-01-01T12:00:00Z"})";

std::vector<Sample> samples() {
  chat::Message edited = message();
  edited.content = "new";
  edited.edited_at = kNow + 1s;
  return {
      {"edited",
       {.n = 42, .at = kNow, .user_id = 2, .what = chat::MessageEdited{edited}},
       R"({"pos":"k3:42","message":{"id":7,"room":"lobby","pos":"k3:41","user_id":2,"username":"ann",)"
       R"("content":"new","created_at":"2024-01-01T12:00:00Z","edited_at":"2024-01-01T12:00:01Z"},"user_id":2})"},
      {"deleted",
       {.n = 43, .at = kNow, .user_id = 1, .what = chat::MessageDeleted{7}},
       R"({"pos":"k3:43","message_id":7,"user_id":1})"},
      {"reaction",
       {.n = 44, .at = kNow, .user_id = 2, .what = chat::ReactionChanged{7, "👍", true, 3}},
       R"({"pos":"k3:44","message_id":7,"emoji":"👍","user_id":2,"added":true,"count":3})"},
      {"member",
       {.n = 45, .at = kNow, .user_id = 2, .what = chat::MemberChanged{"ann", false}},
       R"({"pos":"k3:45","user_id":2,"username":"ann","joined":false})"},
      {"rules",
       {.n = 46,
        .at = kNow,
        .user_id = 2,
        .what = chat::RulesChanged{{.max_length = 9, .message_limit = 5, .expires_at = kNow + 1h, .read_only = true}}},
       R"({"pos":"k3:46","user_id":2,"max_length":9,"message_limit":5,"read_only":true,)"
       R"("expires_at":"2024-01-01T13:00:00Z"})"},
      {"rules", {.n = 47, .at = kNow, .what = chat::RulesChanged{}}, R"({"pos":"k3:47","read_only":false})"},
      {"closed",
       {.n = 48, .at = kNow, .user_id = 2, .what = chat::RoomClosed{}},
       R"({"pos":"k3:48","reason":"requested","user_id":2})"},
      {"closed",
       {.n = 49, .at = kNow, .what = chat::RoomClosed{chat::CloseReason::kExpired}},
       R"({"pos":"k3:49","reason":"expired"})"},
  };
}

TEST(EventFrames, AMessageStandsForItself) {
  const Event event{.n = 41, .at = kNow, .user_id = 2, .what = chat::MessageSent{message()}};
  EXPECT_EQ(web_socket(event), text_frame(kMessageJson));
  EXPECT_EQ(server_sent(event), "id: k3:41\ndata: " + kMessageJson + "\n\n");
  const auto told = protobuf(event);
  EXPECT_EQ(told.message().pos(), "k3:41");
  EXPECT_EQ(told.message().content(), "Привет");
}

TEST(EventFrames, AMessageHasAllThatAppliesToIt) {
  chat::Message full = message();
  full.client_seq = 0;
  full.nonce = "n";
  full.reply_to = 3;
  full.edited_at = kNow + 1ms;
  full.reactions = {{.emoji = "👍", .count = 2, .user_ids = {1, 2}}};
  const Event event{.n = 41, .at = kNow, .what = chat::MessageSent{full}};
  EXPECT_EQ(server_sent(event),
            "id: k3:41\ndata: "
            R"({"id":7,"room":"lobby","pos":"k3:41","user_id":2,"username":"ann","content":"Привет","client_seq":0,)"
            R"("nonce":"n","created_at":"2024-01-01T12:00:00Z","reply_to":3,"edited_at":"2024-01-01T12:00:00.001Z",)"
            R"("reactions":[{"emoji":"👍","count":2,"user_ids":[1,2]}]})"
            "\n\n");
  chat::Message tombstone = message();
  tombstone.content.clear();
  tombstone.deleted = true;
  EXPECT_NE(server_sent({.n = 41, .at = kNow, .what = chat::MessageSent{tombstone}})
                .find(R"("content":"","created_at":"2024-01-01T12:00:00Z","deleted":true})"),
            std::string::npos);
}

TEST(EventFrames, EverythingElseStandsUnderItsName) {
  for (const auto& [kind, event, json] : samples()) {
    EXPECT_EQ(web_socket(event), text_frame("{\"" + kind + "\":" + json + "}"));
    const std::string pos = "k3:" + std::to_string(event.n);
    EXPECT_EQ(server_sent(event), "event: " + kind + "\nid: " + pos + "\ndata: " + json + "\n\n");
    const auto told = protobuf(event);
    const auto* field = told.GetReflection()->GetOneofFieldDescriptor(told, told.GetDescriptor()->oneof_decl(0));
    ASSERT_NE(field, nullptr) << kind;
    EXPECT_EQ(field->name(), kind);
    EXPECT_EQ(kind_of(event), kind);
  }
}

TEST(EventFrames, EachIsTheSameAfterAnyOther) {
  auto all = samples();
  all.push_back({"message", {.n = 41, .at = kNow, .user_id = 2, .what = chat::MessageSent{message()}}, kMessageJson});
  chat::Message bare{.id = 8, .n = 50, .created_at = kNow, .content = "bare"};
  all.push_back({"message", {.n = 50, .at = kNow, .what = chat::MessageSent{bare}}, ""});
  std::vector<std::string> alone;
  for (const Sample& sample : all) {
    std::string frame;
    std::jthread([&] { frame = encoded(Encoding::kProtobuf, sample.event); }).join();  // with nothing before it
    alone.push_back(std::move(frame));
  }
  for (const Sample& before : all) {
    for (std::size_t i = 0; i < all.size(); ++i) {
      encoded(Encoding::kProtobuf, before.event);
      EXPECT_EQ(encoded(Encoding::kProtobuf, all[i].event), alone[i]) << before.kind << ", then " << all[i].kind;
    }
  }
}

TEST(EventFrames, AreAppended) {
  const Event event = samples()[1].event;
  for (const Encoding encoding : {Encoding::kWebSocket, Encoding::kServerSentEvents, Encoding::kProtobuf}) {
    std::string out = "before";
    RoomEvent(kRoom, event).append_frame(out, encoding);
    EXPECT_EQ(out, "before" + encoded(encoding, event));
  }
}

// The lines of an event stream (WHATWG HTML, section 9.2.6): ended by CR LF, LF or CR.
std::vector<std::string> lines_of(std::string_view stream) {
  std::vector<std::string> lines(1);
  for (std::size_t i = 0; i < stream.size(); ++i) {
    if (stream[i] == '\r' || stream[i] == '\n') {
      if (stream[i] == '\r' && i + 1 < stream.size() && stream[i + 1] == '\n') ++i;
      lines.emplace_back();
    } else {
      lines.back() += stream[i];
    }
  }
  return lines;
}

std::string any_text() {
  const auto pieces = *rc::gen::container<std::vector<std::string>>(rc::gen::element<std::string>(
      "\n", "\r", "\r\n", "\n\n", "\t", "\\", "\"", "data: ", "event: ", "id: 1", ":", "x", "я", "👍", "\u2028",
      "\u0085", "\x01", "\x7F", "</script>", std::string(1, '\0')));
  std::string text;
  for (const auto& piece : pieces) text += piece;
  return text;
}

TEST(EventFrames, OfAnEventStreamAreOneLineOfDataWhateverIsInThem) {
  EXPECT_TRUE(rc::check("an event is its lines and an empty one", [] {
    chat::Message sent = message();
    sent.content = any_text();
    sent.username = any_text();
    const std::vector<Event> events = {{.n = 41, .at = kNow, .what = chat::MessageSent{sent}},
                                       {.n = 41, .at = kNow, .what = chat::MessageEdited{sent}},
                                       {.n = 41, .at = kNow, .what = chat::MemberChanged{*sent.username, true}},
                                       {.n = 41, .at = kNow, .what = chat::ReactionChanged{7, sent.content, true, 1}}};
    for (const Event& event : events) {
      const std::string frame = server_sent(event);
      const auto lines = lines_of(frame);
      const std::size_t named = kind_of(event) == "message" ? 0 : 1;
      RC_ASSERT(lines.size() == named + 4);
      if (named == 1) RC_ASSERT(lines[0] == "event: " + std::string(kind_of(event)));
      RC_ASSERT(lines[named] == "id: k3:41");
      RC_ASSERT(lines[named + 1].starts_with("data: {"));
      RC_ASSERT(lines[named + 2].empty() && lines[named + 3].empty());

      simdjson::dom::parser parser;
      simdjson::dom::element data;
      RC_ASSERT(parser.parse(lines[named + 1].substr(6)).get(data) == simdjson::SUCCESS);
      if (named == 0) RC_ASSERT(std::string(std::string_view(data["content"])) == sent.content);
      if (kind_of(event) == "member") RC_ASSERT(std::string(std::string_view(data["username"])) == *sent.username);
    }
  }));
}

TEST(ControlFrames, TellWhereTheStreamBegins) {
  const auto subscribed = [](Encoding encoding, const live::ResumePlan& plan) {
    std::string out;
    append_subscribed(out, encoding, kRoom, plan);
    return out;
  };
  const live::ResumePlan whole{.recovered = true, .next_n = 42};
  const std::string whole_json = R"({"room":"lobby","pos":"k3:41","recovered":true})";
  EXPECT_EQ(subscribed(Encoding::kWebSocket, whole), text_frame(R"({"subscribed":)" + whole_json + "}"));
  EXPECT_EQ(subscribed(Encoding::kServerSentEvents, whole),
            "event: subscribed\nid: k3:41\ndata: " + whole_json + "\n\n");
  chat::v1::SubscribeEvent event;
  ASSERT_TRUE(event.ParseFromString(subscribed(Encoding::kProtobuf, whole)));
  EXPECT_EQ(event.subscribed().pos(), "k3:41");

  const live::ResumePlan broken{.recovered = false, .next_n = 42, .gap = live::Gap{.from_n = 3, .to_n = 41}};
  EXPECT_EQ(subscribed(Encoding::kWebSocket, broken),
            text_frame(R"({"subscribed":{"room":"lobby","pos":"k3:41","recovered":false,)"
                       R"("gap":{"from":"k3:3","to":"k3:41"}}})"));
}

TEST(ControlFrames, TellOfAGap) {
  const auto gap = [](Encoding encoding, const live::Gap& of) {
    std::string out;
    append_gap(out, encoding, kRoom, of);
    return out;
  };
  EXPECT_EQ(gap(Encoding::kWebSocket, {.from_n = 3, .to_n = 9}), text_frame(R"({"gap":{"from":"k3:3","to":"k3:9"}})"));
  EXPECT_EQ(gap(Encoding::kServerSentEvents, {.from_n = {}, .to_n = 9}),
            "event: gap\nid: k3:9\ndata: {\"to\":\"k3:9\"}\n\n");
  chat::v1::SubscribeEvent event;
  ASSERT_TRUE(event.ParseFromString(gap(Encoding::kProtobuf, {.from_n = 3, .to_n = 9})));
  EXPECT_EQ(event.gap().from(), "k3:3");
}

TEST(WebSocketFrames, HaveTheShortestLength) {
  for (const std::size_t size : {0u, 1u, 125u, 126u, 65'535u, 65'536u, 100'000u}) {
    std::string out;
    append_websocket_frame(out, Opcode::kBinary, std::string(size, 'x'));
    const std::size_t header = size < 126 ? 2 : size <= 65'535 ? 4 : 10;
    ASSERT_EQ(out.size(), header + size) << size;
    EXPECT_EQ(out[0], '\x82');
    std::size_t length = static_cast<unsigned char>(out[1]);
    EXPECT_EQ(length, header == 2 ? size : header == 4 ? 126u : 127u);
    if (header > 2) {
      length = 0;
      for (std::size_t i = 2; i < header; ++i) length = (length << 8) | static_cast<unsigned char>(out[i]);
      EXPECT_EQ(length, size);
    }
  }
}

}  // namespace
}  // namespace vestnik::api
