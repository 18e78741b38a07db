#include "api/transcoder/transcoder.hpp"

#include <gmock/gmock.h>
#include <google/protobuf/descriptor.h>
#include <gtest/gtest.h>

#include <array>

#include "unit/api/sample_contract.hpp"
#include "vestnik/chat/v1/chat.pb.h"

namespace vestnik::api {
namespace {

using testing::HasSubstr;

class Transcoder : public testing::Test {
 protected:
  static RouteTable make() {
    const std::array services = {chat::v1::Message::descriptor()->file()->FindServiceByName("Chat")};
    return RouteTable(services);
  }

  // The error's detail; empty when the request was taken.
  std::string decode(std::string_view verb, std::string_view path, std::string_view query, std::string_view body,
                     google::protobuf::Message& request) const {
    const auto match = table_.match(verb, path);
    if (!match) return match.error().error.detail;
    const auto done = decode_request(*match, query, body, request);
    if (done) return "";
    EXPECT_EQ(done.error().code, ErrorCode::kInvalidArgument);
    return done.error().detail;
  }

  RouteTable table_ = make();
};

TEST_F(Transcoder, TakesTheBodyAndThePath) {
  chat::v1::SendMessageRequest request;
  EXPECT_EQ(decode("POST", "/api/v1/rooms/%D1%83/messages", "", R"({"content":"a","client_seq":1})", request), "");
  EXPECT_EQ(request.room(), "у");
  EXPECT_EQ(request.content(), "a");
  EXPECT_EQ(request.client_seq(), 1);
}

TEST_F(Transcoder, RefusesAValueThatThePathHas) {
  chat::v1::SendMessageRequest request;
  EXPECT_THAT(decode("POST", "/api/v1/rooms/lobby/messages", "", R"({"room":"lobby"})", request),
              HasSubstr("room: the path has it"));
  chat::v1::ListMessagesRequest list;
  EXPECT_THAT(decode("GET", "/api/v1/rooms/lobby/messages", "room=stream", "", list),
              HasSubstr("room: the path has it"));
}

TEST_F(Transcoder, TakesTheQueryAndThePath) {
  chat::v1::ListMessagesRequest list;
  EXPECT_EQ(decode("GET", "/api/v1/rooms/lobby/messages", "limit=5&order=asc", "", list), "");
  EXPECT_EQ(list.room(), "lobby");
  EXPECT_EQ(list.limit(), 5);
  EXPECT_EQ(list.order(), chat::v1::ORDER_ASC);
}

TEST_F(Transcoder, RefusesWhatItWouldNotRead) {
  chat::v1::SendMessageRequest request;
  EXPECT_EQ(decode("POST", "/api/v1/messages", "", "", request), "") << "as if it were {}";
  EXPECT_THAT(decode("POST", "/api/v1/messages", "content=a", "{}", request), HasSubstr("takes no query parameters"));
  chat::v1::ListMessagesRequest list;
  EXPECT_THAT(decode("GET", "/api/v1/messages", "", "{}", list), HasSubstr("takes no body"));
}

TEST_F(Transcoder, NamesTheParameterAtFault) {
  chat::v1::GetUserRequest request;
  EXPECT_THAT(decode("GET", "/api/v1/users/x", "", "", request),
              HasSubstr("user_id: the text \"x\" was given; give a whole number"));
  EXPECT_THAT(decode("GET", "/api/v1/users/9223372036854775808", "", "", request), HasSubstr("user_id: "));
  chat::v1::ListMessagesRequest list;
  EXPECT_THAT(decode("GET", "/api/v1/messages", "limit=x", "", list), HasSubstr("limit: "));
  EXPECT_THAT(decode("GET", "/api/v1/messages", "page=1", "", list), HasSubstr("page: there is no such parameter"));
}

TEST_F(Transcoder, AnswersTheMessageOrItsField) {
  std::string out;
  chat::v1::User user;
  user.set_id(1);
  user.set_username("admin");
  encode_response(*table_.match("GET", "/api/v1/users/1")->route, user, out);
  EXPECT_EQ(out, R"({"id":1,"username":"admin"})");

  out.clear();
  chat::v1::ListUsersResponse users;
  *users.add_users() = user;
  encode_response(*table_.match("GET", "/api/v1/users")->route, users, out);
  EXPECT_EQ(out, R"([{"id":1,"username":"admin"}])");
}

TEST(TranscoderBodyField, TakesOneFieldFromTheBodyAndTheRestFromTheQuery) {
  SampleContract contract(R"(
syntax = "proto3";
package sample;
import "google/api/annotations.proto";
message Part { string a = 1; }
message Request { string id = 1; Part part = 2; repeated int32 list = 3; bool flag = 4; }
service S {
  rpc A(Request) returns (Request) { option (google.api.http) = {put: "/a/{id}" body: "part"}; }
  rpc B(Request) returns (Request) { option (google.api.http) = {put: "/b/{id}" body: "list"}; }
}
)");
  const std::array services = {contract.service()};
  const RouteTable table(services);
  auto request = contract.make("Request");
  ASSERT_TRUE(decode_request(*table.match("PUT", "/a/7"), "flag=true&list=1&list=2", R"({"a":"x"})", *request));
  EXPECT_EQ(request->ShortDebugString(), R"(id: "7" part { a: "x" } list: 1 list: 2 flag: true)");
  request = contract.make("Request");
  ASSERT_TRUE(decode_request(*table.match("PUT", "/b/7"), "part.a=y", "[3,4]", *request));
  EXPECT_EQ(request->ShortDebugString(), R"(id: "7" part { a: "y" } list: 3 list: 4)");
  EXPECT_FALSE(decode_request(*table.match("PUT", "/a/7"), "", "", *request));
}

}  // namespace
}  // namespace vestnik::api
