// However the bytes of a client are cut on their way, a WebSocket reader sees the same.
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "unit/api/websocket_client.hpp"

namespace vestnik::api::websocket {
namespace {

using namespace std::string_literals;

const std::vector<std::string>& streams() {
  static const std::vector<std::string> streams = {
      text("") + text("Hello") + ping("12") + text("привет, \xF0\x9F\x98\x80"),
      text("\xD0", false) + ping("\xff\xff") + continuation("\xBF", false) + close(1001, "пока") + text("unread"),
      text(std::string(130, 'x')) + encode({.opcode = Opcode::kPong, .payload = "x"}) + close(""),
      text("a") + encode({.payload = "b", .reserved_bits = 0x20}),
      text("a") + "\x81\x01"s + "b",
      text("a") + encode({.payload = "b", .length_bytes = 8}),
      text("a") + encode({.length_claim = 1ULL << 40}) + text("b"),
      text("a") + text("\xC3(") + text("b"),
      text("a", false) + text("b"),
      ping("a") + close("\x03"),
      ping("a") + encode({.opcode = Opcode::kPing, .final = false}),
  };
  return streams;
}

TEST(WebSocketCut, AtEveryByteItIsTheSame) {
  for (const std::string& stream : streams()) {
    const Outcome whole = read(stream);
    for (std::size_t cut = 1; cut < stream.size(); ++cut) {
      const std::size_t sizes[] = {cut, stream.size() - cut};
      ASSERT_EQ(read_in_pieces(stream, sizes), whole) << "cut at " << cut;
    }
    const std::size_t one = 1;
    EXPECT_EQ(read_in_pieces(stream, {&one, 1}), whole);
  }
}

TEST(WebSocketCut, AStreamThatEndsEarlyGivesTheBeginning) {
  for (const std::string& stream : streams()) {
    const Outcome whole = read(stream);
    for (std::size_t end = 0; end < stream.size(); ++end) {
      const Outcome part = read(stream.substr(0, end));
      ASSERT_LE(part.events.size(), whole.events.size());
      ASSERT_TRUE(std::equal(part.events.begin(), part.events.end(), whole.events.begin())) << "ended at " << end;
      if (part.fault) ASSERT_EQ(part.fault, whole.fault) << "ended at " << end;
    }
  }
}

TEST(WebSocketCut, NothingIsFedBetweenPieces) {
  Recorder recorder;
  FrameReader reader({}, recorder);
  for (char c : text("Hello")) {
    EXPECT_FALSE(reader.feed({}));
    EXPECT_FALSE(reader.feed({&c, 1}));
  }
  EXPECT_FALSE(reader.feed({}));
  EXPECT_EQ(recorder.events, (std::vector<std::string>{"text:Hello"}));
}

constexpr FrameReader::Limits kSmall{.message_bytes_max = 400, .fragments_max = 4};

std::vector<std::size_t> random_cuts() {
  return *rc::gen::nonEmpty(rc::gen::container<std::vector<std::size_t>>(rc::gen::inRange<std::size_t>(1, 40)));
}

std::string random_text(std::size_t characters_max) {
  std::string text;
  const auto characters = *rc::gen::inRange<std::size_t>(0, characters_max);
  for (std::size_t i = 0; i < characters; ++i) {
    text += *rc::gen::element("a"s, "\0"s, "\xD0\xBF"s, "\xE2\x82\xAC"s, "\xF0\x9F\x98\x80"s);
  }
  return text;
}

std::array<unsigned char, 4> random_mask() {
  return *rc::gen::arbitrary<std::array<unsigned char, 4>>();
}

// A message as a client may send it: in up to four fragments cut anywhere, with pings between them.
void add_message(std::string& bytes, std::vector<std::string>& expected) {
  const std::string whole = random_text(100);
  std::string rest = whole;
  const auto fragments = *rc::gen::inRange<std::size_t>(1, kSmall.fragments_max + 1);
  for (std::size_t i = 0; i < fragments; ++i) {
    const bool last = i + 1 == fragments;
    const auto size = last ? rest.size() : *rc::gen::inRange<std::size_t>(0, rest.size() + 1);
    bytes += encode({.opcode = i == 0 ? Opcode::kText : Opcode::kContinuation,
                     .payload = rest.substr(0, size),
                     .final = last,
                     .mask = random_mask()});
    rest.erase(0, size);
    if (last || *rc::gen::arbitrary<bool>()) continue;
    const std::string payload = random_text(30);
    bytes += encode({.opcode = Opcode::kPing, .payload = payload, .mask = random_mask()});
    expected.push_back("ping:" + payload);
  }
  expected.push_back("text:" + whole);
}

TEST(WebSocketProperty, EveryMessageIsReadHoweverItIsFragmentedMaskedAndCut) {
  EXPECT_TRUE(rc::check("messages come out as they went in", [] {
    std::string bytes;
    Outcome expected;
    const auto messages = *rc::gen::inRange(1, 6);
    for (int i = 0; i < messages; ++i) add_message(bytes, expected.events);
    RC_ASSERT(read_in_pieces(bytes, random_cuts(), kSmall) == expected);
    RC_ASSERT(read(bytes, kSmall) == expected);
  }));
}

TEST(WebSocketProperty, CutsChangeNothingInDamagedStreamsEither) {
  EXPECT_TRUE(rc::check("damaged bytes mean the same in any pieces", [] {
    std::string bytes;
    std::vector<std::string> ignored;
    const auto messages = *rc::gen::inRange(1, 4);
    for (int i = 0; i < messages; ++i) add_message(bytes, ignored);
    bytes += *rc::gen::element(""s, close(1000), close("\x03"));
    const auto damages = *rc::gen::inRange(0, 4);
    for (int i = 0; i < damages; ++i) {
      bytes[*rc::gen::inRange<std::size_t>(0, bytes.size())] = *rc::gen::arbitrary<char>();
    }
    RC_ASSERT(read_in_pieces(bytes, random_cuts(), kSmall) == read(bytes, kSmall));
  }));
}

TEST(WebSocketProperty, CutsChangeNothingInNoise) {
  EXPECT_TRUE(rc::check("any bytes mean the same in any pieces", [] {
    const auto bytes = *rc::gen::arbitrary<std::string>();
    RC_ASSERT(read_in_pieces(bytes, random_cuts(), kSmall) == read(bytes, kSmall));
  }));
}

}  // namespace
}  // namespace vestnik::api::websocket
