#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "api/websocket/handshake.hpp"

namespace vestnik::api::websocket {
namespace {

class Handshake : public testing::Test {
 protected:
  void set(std::string_view name, std::string_view value) {
    for (auto& field : request_.fields) {
      if (field.first == name) field.second = value;
    }
  }
  void remove(std::string_view name) {
    std::erase_if(request_.fields, [name](const auto& field) { return field.first == name; });
  }
  void expect_error(ErrorCode code) const {
    const auto accept = accept_handshake(request_);
    ASSERT_FALSE(accept);
    EXPECT_EQ(accept.error().code, code);
    EXPECT_FALSE(accept.error().detail.empty());
  }

  // RFC 6455, section 1.3.
  http::Request request_{.method = "GET",
                         .path = "/ws",
                         .fields = {{"Host", "server.example.com"},
                                    {"Upgrade", "websocket"},
                                    {"Connection", "Upgrade"},
                                    {"Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="},
                                    {"Origin", "http://example.com"},
                                    {"Sec-WebSocket-Version", "13"}}};
};

TEST_F(Handshake, AnswersTheExampleOfTheRfc) {
  EXPECT_EQ(accept_handshake(request_), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
}

TEST_F(Handshake, AnswersEachKeyWithItsOwnHash) {
  set("Sec-WebSocket-Key", "x3JJHMbDL1EzLkh9GBhXDw==");
  EXPECT_EQ(accept_handshake(request_), "HSmrc0sMlYUkAGmm5OPpG2HaGWk=");
}

TEST_F(Handshake, TakesTokensInAnyCaseAndAmongOthers) {
  set("Upgrade", "WebSocket");
  set("Connection", "keep-alive, UPGRADE");
  EXPECT_TRUE(accept_handshake(request_));
}

TEST_F(Handshake, IsAGetOfHttp11) {
  request_.method = "POST";
  expect_error(ErrorCode::kFailedPrecondition);
  request_.method = "GET";
  request_.http_1_0 = true;
  expect_error(ErrorCode::kFailedPrecondition);
}

TEST_F(Handshake, AsksForTheUpgradeInBothFields) {
  set("Upgrade", "h2c");
  expect_error(ErrorCode::kFailedPrecondition);
  set("Upgrade", "websockets");
  expect_error(ErrorCode::kFailedPrecondition);
  set("Upgrade", "websocket");
  set("Connection", "keep-alive");
  expect_error(ErrorCode::kFailedPrecondition);
  remove("Connection");
  expect_error(ErrorCode::kFailedPrecondition);
}

TEST_F(Handshake, IsOfVersion13) {
  for (const char* version : {"", "0", "8", "12", "14", "13.0", "013"}) {
    set("Sec-WebSocket-Version", version);
    expect_error(ErrorCode::kFailedPrecondition);
  }
  remove("Sec-WebSocket-Version");
  expect_error(ErrorCode::kFailedPrecondition);
}

TEST_F(Handshake, HasAKeyOf16BytesInBase64) {
  for (const char* key : {"", "=", "dGhlIHNhbXBsZSBub25jZQ", "dGhlIHNhbXBsZSBub25jZQ=", "dGhlIHNhbXBsZSBub25jZQAA",
                          "dGhlIHNhbXBsZSBub25jZSE=", "AAAAdGhlIHNhbXBsZSBub25jZQ==", "dGhlIHNhbXBsZSBub25j====",
                          "dGhl IHNhbXBsZSBub25jZ==", "dGhlIHNhbXBsZSBub25jZ\xFF==", "<script>alert(1)</sc=="}) {
    set("Sec-WebSocket-Key", key);
    expect_error(ErrorCode::kInvalidArgument);
  }
  remove("Sec-WebSocket-Key");
  expect_error(ErrorCode::kInvalidArgument);
}

}  // namespace
}  // namespace vestnik::api::websocket
