#include <gtest/gtest.h>

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "api/websocket/frame_reader.hpp"
#include "unit/api/websocket_client.hpp"

namespace vestnik::api::websocket {
namespace {

using namespace std::string_literals;

std::string server_frame(Opcode opcode, std::string_view payload) {
  std::string bytes;
  append_websocket_frame(bytes, opcode, payload);
  return bytes;
}

// RFC 6455, section 5.7. Its unmasked examples are what a server sends.
TEST(WebSocketExamples, OfTheClient) {
  EXPECT_EQ(read("\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58"s), events({"text:Hello"}));
  EXPECT_EQ(read("\x8a\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58"s), events({"pong"}));
}

TEST(WebSocketExamples, OfTheServer) {
  EXPECT_EQ(server_frame(Opcode::kText, "Hello"), "\x81\x05Hello");
  EXPECT_EQ(server_frame(Opcode::kPing, "Hello"), "\x89\x05Hello");
  const std::string small(256, 'x');
  EXPECT_EQ(server_frame(Opcode::kBinary, small), "\x82\x7e\x01\x00"s + small);
  const std::string large(65'536, 'x');
  EXPECT_EQ(server_frame(Opcode::kBinary, large), "\x82\x7f\x00\x00\x00\x00\x00\x01\x00\x00"s + large);
}

TEST(WebSocketExamples, OfTheServerAtTheEdgesOfTheLengthForms) {
  EXPECT_TRUE(server_frame(Opcode::kText, std::string(125, 'x')).starts_with("\x81\x7dx"));
  EXPECT_TRUE(server_frame(Opcode::kText, std::string(126, 'x')).starts_with("\x81\x7e\x00\x7ex"s));
  EXPECT_TRUE(server_frame(Opcode::kText, std::string(65'535, 'x')).starts_with("\x81\x7e\xff\xffx"s));
}

TEST(WebSocketExamples, AFragmentedMessage) {
  EXPECT_EQ(read(text("Hel", false) + continuation("lo", true)), events({"text:Hello"}));
}

TEST(FrameReader, RefusesUnmaskedFramesAtTheSecondByte) {
  for (const Opcode opcode : {Opcode::kText, Opcode::kContinuation, Opcode::kPing, Opcode::kPong, Opcode::kClose}) {
    EXPECT_EQ(read(encode({.opcode = opcode, .mask = std::nullopt})), fault(CloseCode::kProtocolError));
  }
  EXPECT_EQ(read("\x81\x05Hello"), fault(CloseCode::kProtocolError));
  EXPECT_EQ(read("\x81\x05"), fault(CloseCode::kProtocolError));
  EXPECT_EQ(read("\x81"), events({}));
}

TEST(FrameReader, UnmasksWithAnyKeyAtAnyLength) {
  for (const std::array<unsigned char, 4> mask :
       {std::array<unsigned char, 4>{0, 0, 0, 0}, {1, 2, 3, 4}, {255, 0, 128, 127}}) {
    for (std::size_t length = 0; length < 70; ++length) {
      std::string payload;
      for (std::size_t i = 0; i < length; ++i) payload += static_cast<char>('A' + i % 50);
      EXPECT_EQ(read(encode({.payload = payload, .mask = mask})), events({"text:" + payload})) << length;
    }
  }
}

TEST(FrameReader, ReadsEveryLengthForm) {
  for (const std::size_t length : {0UL, 1UL, 125UL, 126UL, 127UL, 65'534UL, 65'535UL, 65'536UL}) {
    const std::string payload(length, 'x');
    EXPECT_EQ(read(text(payload)), events({"text:" + payload})) << length;
  }
}

TEST(FrameReader, RefusesLengthsThatAreNotInTheirShortestForm) {
  for (const std::size_t length : {0UL, 1UL, 125UL}) {
    EXPECT_EQ(read(encode({.payload = std::string(length, 'x'), .length_bytes = 2})), fault(CloseCode::kProtocolError));
  }
  for (const std::size_t length : {0UL, 125UL, 126UL, 65'535UL}) {
    EXPECT_EQ(read(encode({.payload = std::string(length, 'x'), .length_bytes = 8})), fault(CloseCode::kProtocolError));
  }
}

TEST(FrameReader, RefusesALengthWithItsHighestBitSet) {
  for (const std::uint64_t length : {1ULL << 63, ~0ULL}) {
    EXPECT_EQ(read(encode({.length_bytes = 8, .length_claim = length})), fault(CloseCode::kProtocolError));
  }
}

TEST(FrameReader, RefusesReservedBits) {
  for (const unsigned char bits : {0x40, 0x20, 0x10, 0x70}) {
    EXPECT_EQ(read(encode({.payload = "x", .reserved_bits = bits})), fault(CloseCode::kProtocolError));
    EXPECT_EQ(read(encode({.opcode = Opcode::kPing, .reserved_bits = bits})), fault(CloseCode::kProtocolError));
  }
}

TEST(FrameReader, RefusesReservedOpcodes) {
  for (const int opcode : {3, 4, 5, 6, 7, 11, 12, 13, 14, 15}) {
    EXPECT_EQ(read(encode({.opcode = static_cast<Opcode>(opcode), .payload = "x"})), fault(CloseCode::kProtocolError))
        << opcode;
  }
}

TEST(FrameReader, RefusesBinaryMessages) {
  EXPECT_EQ(read(encode({.opcode = Opcode::kBinary, .payload = "x"})), fault(CloseCode::kUnsupportedData));
}

TEST(FrameReader, ReadsManyFramesThatArriveTogether) {
  std::string bytes;
  Outcome expected;
  for (int i = 0; i < 1'000; ++i) {
    bytes += text(std::to_string(i));
    expected.events.push_back("text:" + std::to_string(i));
  }
  EXPECT_EQ(read(bytes), expected);
}

TEST(FrameReader, HandsAWholeMessageOutWhereItLies) {
  class Where final : public FrameReader::Events {
   public:
    void on_text(std::string_view text) override { seen = text.data(); }
    void on_ping(std::string_view payload) override { seen = payload.data(); }
    void on_pong() override {}
    void on_close(std::optional<std::uint16_t>) override {}
    const char* seen = nullptr;
  };
  Where where;
  FrameReader reader({}, where);
  std::string bytes = text(std::string(200, 'x'));
  ASSERT_FALSE(reader.feed(bytes));
  EXPECT_EQ(where.seen, bytes.data() + 8);
  bytes = ping("payload");
  ASSERT_FALSE(reader.feed(bytes));
  EXPECT_EQ(where.seen, bytes.data() + 6);
}

TEST(Fragments, OfAMessageAreJoined) {
  EXPECT_EQ(read(text("a", false) + continuation("", false) + continuation("b", false) + continuation("c", true)),
            events({"text:abc"}));
  EXPECT_EQ(read(text("", false) + continuation("", true)), events({"text:"}));
  EXPECT_EQ(read(text("a", false) + continuation("b", true) + text("c") + text("d", false) + continuation("e", true)),
            events({"text:ab", "text:c", "text:de"}));
}

TEST(Fragments, LetControlFramesThroughAtOnce) {
  EXPECT_EQ(read(text("Hel", false) + ping("1") + encode({.opcode = Opcode::kPong}) + continuation("l", false) +
                 ping("2") + continuation("o", true)),
            events({"ping:1", "pong", "ping:2", "text:Hello"}));
  EXPECT_EQ(read(text("Hel", false) + close(1000)), events({"close:1000"}));
}

TEST(Fragments, MustBeginAndEnd) {
  EXPECT_EQ(read(continuation("x", true)), fault(CloseCode::kProtocolError));
  EXPECT_EQ(read(continuation("x", false)), fault(CloseCode::kProtocolError));
  EXPECT_EQ(read(text("a") + continuation("x", true)), fault(CloseCode::kProtocolError, {"text:a"}));
  EXPECT_EQ(read(text("a", false) + text("b")), fault(CloseCode::kProtocolError));
  EXPECT_EQ(read(text("a", false) + continuation("b", true) + continuation("c", true)),
            fault(CloseCode::kProtocolError, {"text:ab"}));
}

TEST(Fragments, AreCounted) {
  const FrameReader::Limits limits{.fragments_max = 4};
  const auto message = [](int fragments) {
    std::string bytes = text("", false);
    for (int i = 2; i < fragments; ++i) bytes += continuation("", false) + ping("");
    return bytes + continuation("x", true);
  };
  EXPECT_EQ(read(message(4), limits), events({"ping:", "ping:", "text:x"}));
  EXPECT_EQ(read(message(4) + message(4), limits).fault, std::nullopt);  // for each message anew
  EXPECT_EQ(read(message(5), limits).fault, CloseCode::kPolicyViolation);
}

TEST(MessageSize, IsBounded) {
  const FrameReader::Limits limits{.message_bytes_max = 1'000};
  const std::string most(1'000, 'x');
  EXPECT_EQ(read(text(most), limits), events({"text:" + most}));
  EXPECT_EQ(read(text(most) + text(most), limits), events({"text:" + most, "text:" + most}));
  EXPECT_EQ(read(text(most + "x"), limits), fault(CloseCode::kTooBig));
}

TEST(MessageSize, IsTheSumOfItsFragments) {
  const FrameReader::Limits limits{.message_bytes_max = 10};
  EXPECT_EQ(read(text("12345", false) + ping("not counted") + continuation("67890", true), limits),
            events({"ping:not counted", "text:1234567890"}));
  EXPECT_EQ(read(text("12345", false) + continuation("678901", true), limits), fault(CloseCode::kTooBig));
  EXPECT_EQ(read(text("1234567890", false) + continuation("", true), limits), events({"text:1234567890"}));
}

TEST(MessageSize, IsRefusedByTheHeaderAlone) {
  for (const std::uint64_t length : {65'537ULL, 1ULL << 32, (1ULL << 63) - 1}) {
    EXPECT_EQ(read(encode({.length_claim = length})), fault(CloseCode::kTooBig)) << length;
  }
  const FrameReader::Limits limits{.message_bytes_max = 10};
  EXPECT_EQ(
      read(text("12345", false) + encode({.opcode = Opcode::kContinuation, .length_claim = (1ULL << 63) - 1}), limits),
      fault(CloseCode::kTooBig));
}

TEST(ControlFrames, HaveAtMost125Bytes) {
  const std::string most(125, 'x');
  EXPECT_EQ(read(ping(most)), events({"ping:" + most}));
  EXPECT_EQ(read(ping(most + "x")), fault(CloseCode::kProtocolError));
  EXPECT_EQ(read(encode({.opcode = Opcode::kPong, .payload = most + "x"})), fault(CloseCode::kProtocolError));
  EXPECT_EQ(read(close(1000, std::string(123, 'x'))), events({"close:1000"}));
  EXPECT_EQ(read(close(1000, std::string(124, 'x'))), fault(CloseCode::kProtocolError));
}

TEST(ControlFrames, AreNotFragmented) {
  for (const Opcode opcode : {Opcode::kPing, Opcode::kPong, Opcode::kClose}) {
    EXPECT_EQ(read(encode({.opcode = opcode, .final = false})), fault(CloseCode::kProtocolError));
  }
}

TEST(ControlFrames, OfPingsMayCarryAnyBytes) {
  EXPECT_EQ(read(ping("\xff\x00\xfe"s)), events({"ping:\xff\x00\xfe"s}));
}

TEST(CloseFrame, TellsItsCodeOrNone) {
  EXPECT_EQ(read(close("")), events({"close"}));
  EXPECT_EQ(read(close(1000)), events({"close:1000"}));
  EXPECT_EQ(read(close(1001, "до свидания")), events({"close:1001"}));
}

TEST(CloseFrame, MayHaveTheCodesOfTheRegistryOnly) {
  for (const unsigned code :
       {1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 3999, 4000, 4999}) {
    EXPECT_EQ(read(close(code)), events({"close:" + std::to_string(code)}));
  }
  for (const unsigned code : {0, 1, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65'535}) {
    EXPECT_EQ(read(close(code)), fault(CloseCode::kProtocolError)) << code;
  }
}

TEST(CloseFrame, HasNoneOrTwoBytesOfCodeAndTextBehind) {
  EXPECT_EQ(read(close("\x03")), fault(CloseCode::kProtocolError));
  EXPECT_EQ(read(close(1000, "\xff")), fault(CloseCode::kInvalidText));
  EXPECT_EQ(read(close(1000, "\xd0")), fault(CloseCode::kInvalidText));
}

TEST(CloseFrame, IsTheLastThatIsRead) {
  Recorder recorder;
  FrameReader reader({}, recorder);
  std::string bytes = text("a") + close(1000) + text("b") + ping("c") + "\x00\x00\x00"s;
  EXPECT_FALSE(reader.feed(bytes));
  bytes = text("d");
  EXPECT_FALSE(reader.feed(bytes));
  EXPECT_EQ(recorder.events, (std::vector<std::string>{"text:a", "close:1000"}));
}

TEST(TextFrames, AreUtf8) {
  for (const char* valid : {"", "привет", "\xF0\x9F\x98\x80", "\xEF\xBF\xBF", "\xF4\x8F\xBF\xBF"}) {
    EXPECT_EQ(read(text(valid)), events({"text:"s + valid}));
  }
  EXPECT_EQ(read(text("\0"s)), events({"text:\0"s}));
  for (const char* invalid :
       {"\x80", "\xC0\xAF", "\xC3", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\xFF", "\xE2\x82", "a\xC3(b"}) {
    EXPECT_EQ(read(text(invalid)), fault(CloseCode::kInvalidText));
  }
}

TEST(TextFrames, MayCutACharacterBetweenFragments) {
  const std::string smile = "\xF0\x9F\x98\x80";
  for (std::size_t cut = 0; cut <= smile.size(); ++cut) {
    EXPECT_EQ(read(text(smile.substr(0, cut), false) + ping("\xff") + continuation(smile.substr(cut), true)),
              events({"ping:\xff", "text:" + smile}));
  }
  EXPECT_EQ(read(text("\xF0", false) + continuation("\x9F", false) + continuation("\x98", false) +
                 continuation("\x80", true)),
            events({"text:" + smile}));
}

TEST(TextFrames, MayNotEndWithinACharacter) {
  EXPECT_EQ(read(text("\xF0\x9F", false) + continuation("\x98", true)), fault(CloseCode::kInvalidText));
  EXPECT_EQ(read(text("\xF0\x9F", false) + continuation("", true)), fault(CloseCode::kInvalidText));
}

TEST(TextFrames, AreRefusedAtTheFirstWrongByte) {
  // Whatever would follow: the message could not become valid any more.
  EXPECT_EQ(read(text("\xF0\x9F", false) + continuation("a", false)), fault(CloseCode::kInvalidText));
  const std::string begun = encode({.payload = "a\xFF", .length_claim = 60'000});
  EXPECT_EQ(read(begun), fault(CloseCode::kInvalidText));
}

TEST(TextFrames, BeginAnewWithEachMessage) {
  EXPECT_EQ(read(text("\xD0", false) + continuation("\xBF", true) + text("a")), events({"text:\xD0\xBF", "text:a"}));
  EXPECT_EQ(read(text("a") + text("\x80")), fault(CloseCode::kInvalidText, {"text:a"}));
}

}  // namespace
}  // namespace vestnik::api::websocket
