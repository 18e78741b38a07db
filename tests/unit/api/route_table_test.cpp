#include "api/transcoder/route_table.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <stdexcept>

#include "unit/api/sample_contract.hpp"
#include "vestnik/chat/v1/chat.pb.h"
#include "vestnik/ops/v1/ops.pb.h"

namespace vestnik::api {
namespace {

using testing::HasSubstr;

constexpr std::string_view kFiles = R"(
syntax = "proto3";
package sample;
import "google/api/annotations.proto";
import "vestnik/api/v1/options.proto";
message Part { string a = 1; repeated string b = 2; }
message Request { string id = 1; Part part = 2; repeated string list = 3; string path = 4; }
message Answer { Part part = 1; repeated Part parts = 2; }
service Files {
  rpc Me(Request) returns (Answer) { option (google.api.http) = {get: "/v1/items/me"}; }
  rpc Get(Request) returns (Answer) { option (google.api.http) = {get: "/v1/items/{id}"}; }
  rpc Delete(Request) returns (Answer) { option (google.api.http) = {delete: "/v1/items/{id}"}; }
  rpc Pause(Request) returns (Answer) { option (google.api.http) = {post: "/v1/items/{id}:pause"}; }
  rpc Stats(Request) returns (Answer) { option (google.api.http) = {get: "/v1/items:stats"}; }
  rpc Read(Request) returns (Answer) { option (google.api.http) = {get: "/v1/files/{path=**}" response_body: "parts"}; }
  rpc Raw(Request) returns (Answer) { option (google.api.http) = {get: "/v1/files/{path=**}:raw"}; }
  rpc Book(Request) returns (Answer) { option (google.api.http) = {get: "/v1/{path=shelves/*/books/*}/{part.a}"}; }
  rpc Put(Request) returns (Answer) {
    option (google.api.http) = {put: "/v1/items/{id}" body: "part" additional_bindings {patch: "/v1/items/{id}" body: "*"}};
    option (vestnik.api.v1.http_status) = 202;
  }
  rpc Trace(Request) returns (Answer) { option (google.api.http) = {custom {kind: "TRACE" path: "/v1/items"}}; }
  rpc Inner(Request) returns (Answer);
}
)";

class Routes : public testing::Test {
 protected:
  static RouteTable make(const SampleContract& contract) {
    const std::array services = {contract.service()};
    return RouteTable(services);
  }

  // "Get id=7", or "404", or "405 GET, PUT".
  std::string match(std::string_view verb, std::string_view path) const {
    const auto found = table_.match(verb, path);
    if (!found)
      return std::to_string(found.error().status) + (found.error().allow.empty() ? "" : " " + found.error().allow);
    std::string text = found->route->method->name();
    for (const auto& value : found->values) text += ' ' + std::string(value.field_path) + '=' + value.text;
    return text;
  }

  SampleContract contract_{kFiles};
  RouteTable table_ = make(contract_);
};

TEST_F(Routes, BindPathVariables) {
  EXPECT_EQ(match("GET", "/v1/items/7"), "Get id=7");
  EXPECT_EQ(match("DELETE", "/v1/items/%D0%BF%20%2F"), "Delete id=п /");
  EXPECT_EQ(match("GET", "/v1/shelves/3/books/4/x"), "Book path=shelves/3/books/4 part.a=x");
  EXPECT_EQ(match("GET", "/v1/files/a/b%2Fc/d%20e"), "Read path=a/b%2Fc/d e");
  EXPECT_EQ(match("GET", "/v1/files/a"), "Read path=a");
  EXPECT_EQ(match("GET", "/v1/files"), "Read path=");
  EXPECT_EQ(match("GET", "/v1/files/"), "Read path=");
  EXPECT_EQ(match("TRACE", "/v1/items"), "Trace");
}

TEST_F(Routes, PreferLiteralsAndFallBackForOtherMethods) {
  EXPECT_EQ(match("GET", "/v1/items/me"), "Me");
  EXPECT_EQ(match("GET", "/v1/items/%6De"), "Me");
  EXPECT_EQ(match("DELETE", "/v1/items/me"), "Delete id=me");
  EXPECT_EQ(match("GET", "/v1/items/mee"), "Get id=mee");
}

TEST_F(Routes, TellCustomVerbsFromColonsInValues) {
  EXPECT_EQ(match("POST", "/v1/items/7:pause"), "Pause id=7");
  EXPECT_EQ(match("POST", "/v1/items/k3:41:pause"), "Pause id=k3:41");
  EXPECT_EQ(match("POST", "/v1/items/%3A:pause"), "Pause id=:");
  EXPECT_EQ(match("GET", "/v1/items/k3:41"), "Get id=k3:41");
  EXPECT_EQ(match("GET", "/v1/items/:pause"), "Get id=:pause");
  EXPECT_EQ(match("GET", "/v1/items/7:pause"), "Get id=7:pause");
  EXPECT_EQ(match("POST", "/v1/items/7%3Apause"), "405 DELETE, GET, HEAD, PATCH, PUT");
  EXPECT_EQ(match("GET", "/v1/items:stats"), "Stats");
  EXPECT_EQ(match("GET", "/v1/files/a/b:raw"), "Raw path=a/b");
  EXPECT_EQ(match("GET", "/v1/files/a/b:c"), "Read path=a/b:c");
}

TEST_F(Routes, AnswerUnknownPathsWith404) {
  for (const char* path : {"/", "/v1", "/v1/", "/v1/items/", "/v1/items/7/", "/v1/items//", "//v1/items/7",
                           "/V1/items/7", "/v1/items:other", "/v1/shelves/3/books//x", "/v1/shelves/3/books/4"}) {
    EXPECT_EQ(match("GET", path), "404") << path;
  }
  EXPECT_EQ(table_.match("GET", "/x").error().error.code, ErrorCode::kNotFound);
}

TEST_F(Routes, AnswerWrongMethodsWith405AndWhatIsAllowed) {
  EXPECT_EQ(match("POST", "/v1/items/7"), "405 DELETE, GET, HEAD, PATCH, PUT");
  EXPECT_EQ(match("GET", "/v1/items"), "405 TRACE");
  EXPECT_EQ(match("get", "/v1/items:stats"), "405 GET, HEAD");
  EXPECT_EQ(match("PUT", "/v1/items/7:pause"), "Put id=7:pause");
  EXPECT_THAT(table_.match("POST", "/v1/files/x").error().error.detail,
              HasSubstr("does not have the method POST; it has GET"));
}

TEST_F(Routes, AnswerMalformedPathsWith400) {
  for (const char* path :
       {"", "v1", "*", "/v1/items/%", "/v1/items/%zz", "/v1/items/%00", "/v1/items/%ff", "/x/%ed%a0%80"}) {
    const auto found = table_.match("GET", path);
    ASSERT_FALSE(found) << path;
    EXPECT_EQ(found.error().status, 400) << path;
    EXPECT_EQ(found.error().error.code, ErrorCode::kInvalidArgument) << path;
  }
}

TEST_F(Routes, StayFastOnLongPaths) {
  std::string path;
  for (int i = 0; i < 100'000; ++i) path += "/a";
  EXPECT_EQ(match("GET", path), "404");
  EXPECT_EQ(match("GET", "/v1/files" + path).size(), std::string("Read path=").size() + path.size() - 1);
  EXPECT_EQ(match("GET", std::string(100'000, '/')), "404");
}

TEST_F(Routes, KnowTheirAnnotation) {
  const auto put = table_.match("PUT", "/v1/items/7");
  ASSERT_TRUE(put);
  EXPECT_EQ(put->route->path.text(), "/v1/items/{id}");
  EXPECT_EQ(put->route->success_status, 202);
  EXPECT_FALSE(put->route->whole_body);
  EXPECT_EQ(put->route->body_field->name(), "part");
  EXPECT_EQ(put->route->response_field, nullptr);

  const auto patch = table_.match("PATCH", "/v1/items/7");
  ASSERT_TRUE(patch);
  EXPECT_TRUE(patch->route->whole_body);
  EXPECT_EQ(patch->route->method, put->route->method);

  const auto read = table_.match("GET", "/v1/files/x");
  ASSERT_TRUE(read);
  EXPECT_EQ(read->route->success_status, 200);
  EXPECT_EQ(read->route->response_field->name(), "parts");

  ASSERT_EQ(table_.routes().size(), 11U);
  for (std::size_t i = 0; i < table_.routes().size(); ++i) EXPECT_EQ(table_.routes()[i]->index, i);
}

// A service with one or two annotations.
void build(const std::string& first, const std::string& second = "get: \"/other\"") {
  const SampleContract contract(R"(
syntax = "proto3";
package sample;
import "google/api/annotations.proto";
message Part { string a = 1; }
message Request { string id = 1; Part part = 2; repeated string list = 3; int64 number = 4; }
service Wrong {
  rpc A(Request) returns (Request) { option (google.api.http) = {)" +
                                first + R"(}; }
  rpc B(Request) returns (Request) { option (google.api.http) = {)" +
                                second + R"(}; }
}
)");
  const std::array services = {contract.service()};
  RouteTable{services};
}

TEST(RouteTable, RefusesAWrongContractAtStart) {
  EXPECT_NO_THROW(build(R"(get: "/a/{id}")", R"(get: "/a/b")"));
  EXPECT_NO_THROW(build(R"(get: "/a/{id}")", R"(put: "/a/{number}")"));
  EXPECT_NO_THROW(build(R"(get: "/a/{id}")", R"(get: "/a/{id}:verb")"));
  EXPECT_NO_THROW(build(R"(post: "/a" body: "list" response_body: "part")"));
  EXPECT_THROW(build(R"(get: "/a/{id}")", R"(get: "/a/{number}")"), std::logic_error);
  EXPECT_THROW(build(R"(get: "/a/{id=*}")", R"(get: "/a/*")"), std::logic_error);
  EXPECT_THROW(build(R"(get: "/a")", R"(get: "/a")"), std::logic_error);
  EXPECT_THROW(build(R"(get: "a")"), std::logic_error);
  EXPECT_THROW(build(R"(get: "/a/{name}")"), std::logic_error);
  EXPECT_THROW(build(R"(get: "/a/{part}")"), std::logic_error);
  EXPECT_THROW(build(R"(get: "/a/{list}")"), std::logic_error);
  EXPECT_THROW(build(R"(get: "/a/{id.x}")"), std::logic_error);
  EXPECT_THROW(build(R"(post: "/a" body: "name")"), std::logic_error);
  EXPECT_THROW(build(R"(post: "/a" body: "id")"), std::logic_error);
  EXPECT_THROW(build(R"(get: "/a" response_body: "name")"), std::logic_error);
  EXPECT_THROW(build(R"(body: "*")"), std::logic_error);
}

TEST(RouteTable, HasTheRoutesOfTheContract) {
  const std::array services = {chat::v1::Message::descriptor()->file()->FindServiceByName("Chat"),
                               ops::v1::Version::descriptor()->file()->FindServiceByName("Ops")};
  const RouteTable table(services);
  const auto send = table.match("POST", "/api/v1/rooms/lobby/messages");
  ASSERT_TRUE(send);
  EXPECT_EQ(send->route->method->full_name(), "vestnik.chat.v1.Chat.SendMessage");
  EXPECT_EQ(send->route->success_status, 201);
  EXPECT_TRUE(send->route->whole_body);
  EXPECT_EQ(send->values.at(0).text, "lobby");
  EXPECT_TRUE(table.match("POST", "/api/v1/messages"));
  EXPECT_EQ(table.match("GET", "/api/v1/users")->route->response_field->name(), "users");
  EXPECT_TRUE(table.match("GET", "/api/v1/rooms/lobby/events")->route->method->server_streaming());
  EXPECT_TRUE(table.match("GET", "/health"));
  EXPECT_EQ(table.match("DELETE", "/api/v1/messages").error().allow, "GET, HEAD, POST");
}

}  // namespace
}  // namespace vestnik::api
