#include "api/transcoder/openapi.hpp"

#include <google/protobuf/descriptor.h>
#include <gtest/gtest.h>
#include <simdjson.h>

#include <array>
#include <set>
#include <stdexcept>

#include "api/chat_settings.hpp"
#include "api/transcoder/comments.hpp"
#include "api/transcoder/route_table.hpp"
#include "base/embedded.hpp"
#include "vestnik/chat/v1/chat.pb.h"
#include "vestnik/ops/v1/ops.pb.h"

namespace vestnik::api {
namespace {

namespace dom = simdjson::dom;

class OpenApi : public testing::Test {
 protected:
  static RouteTable make_routes() {
    const std::array services = {chat::v1::Message::descriptor()->file()->FindServiceByName("Chat"),
                                 ops::v1::Version::descriptor()->file()->FindServiceByName("Ops")};
    return RouteTable(services);
  }

  void SetUp() override { ASSERT_EQ(parser_.parse(text_).get(document_), simdjson::SUCCESS) << text_; }

  // The value at a JSON pointer (RFC 6901) as text; empty when there is none.
  std::string at(std::string_view pointer) const {
    dom::element value;
    if (document_.at_pointer(pointer).get(value) != simdjson::SUCCESS) return "";
    return simdjson::minify(value);
  }

  RouteTable routes_ = make_routes();
  std::string text_ =
      make_openapi(embedded::contract().front().bytes, routes_, {.version = "1.2.3", .settings = settings_of({})});
  dom::parser parser_;
  dom::element document_;
};

void collect_references(dom::element value, std::set<std::string>& references) {
  if (value.is_object()) {
    for (const auto [key, member] : value.get_object().value()) {
      if (key == "$ref") references.emplace(member.get_string().value());
      collect_references(member, references);
    }
  } else if (value.is_array()) {
    for (const dom::element element : value.get_array().value()) collect_references(element, references);
  }
}

TEST_F(OpenApi, SaysWhatItIs) {
  EXPECT_EQ(at("/openapi"), R"("3.1.0")");
  EXPECT_EQ(at("/info/version"), R"("1.2.3")");
  EXPECT_EQ(at("/tags/0/name"), R"("Chat")");
}

TEST_F(OpenApi, HasEveryRouteOfTheContract) {
  for (const auto& route : routes_.routes()) {
    std::string pointer = "/paths/";
    for (const char c : route->path.text()) pointer += c == '/' ? "~1" : std::string(1, c);
    pointer += '/';
    for (const char c : route->verb) pointer += static_cast<char>(c - 'A' + 'a');
    EXPECT_NE(at(pointer + "/operationId"), "") << route->verb << ' ' << route->path.text();
    EXPECT_NE(at(pointer + "/summary"), "\"\"") << "no comment: " << route->method->full_name();
    EXPECT_NE(at(pointer + "/responses/" + std::to_string(route->success_status)), "") << pointer;
    EXPECT_EQ(at(pointer + "/responses/default/$ref"), R"("#/components/responses/Problem")") << pointer;
  }
}

TEST_F(OpenApi, HasEverythingItRefersTo) {
  std::set<std::string> references;
  collect_references(document_, references);
  EXPECT_GT(references.size(), 5U);
  for (const std::string& reference : references) {
    ASSERT_EQ(reference.substr(0, 2), "#/");
    EXPECT_NE(at(reference.substr(1)), "") << reference;
  }
}

TEST_F(OpenApi, NamesEveryOperationOnce) {
  std::set<std::string> ids;
  std::size_t count = 0;
  for (const auto [path, methods] : document_["paths"].get_object().value()) {
    for (const auto [verb, operation] : methods.get_object().value()) {
      ids.emplace(operation["operationId"].get_string().value());
      ++count;
    }
  }
  EXPECT_EQ(count, routes_.routes().size());
  EXPECT_EQ(ids.size(), count);
}

TEST_F(OpenApi, DescribesParameters) {
  const std::string room = "/paths/~1api~1v1~1rooms~1{room}~1messages/get/parameters/0";
  EXPECT_EQ(at(room + "/name"), R"("room")");
  EXPECT_EQ(at(room + "/in"), R"("path")");
  EXPECT_EQ(at(room + "/required"), "true");
  const std::string limit = "/paths/~1api~1v1~1users/get/parameters/0";
  EXPECT_EQ(at(limit + "/name"), R"("limit")");
  EXPECT_EQ(at(limit + "/in"), R"("query")");
  EXPECT_EQ(at(limit + "/description"), R"("How many users to return.")");
  EXPECT_EQ(at(limit + "/schema"), R"({"type":"integer","format":"int32","minimum":1,"maximum":500,"default":50})");
  const std::string key = "/paths/~1api~1v1~1messages/post/parameters/0";
  EXPECT_EQ(at(key + "/name"), R"("Idempotency-Key")");
  EXPECT_EQ(at(key + "/in"), R"("header")");
}

TEST_F(OpenApi, DescribesBodiesAndAnswers) {
  const std::string send = "/paths/~1api~1v1~1rooms~1{room}~1messages/post";
  EXPECT_EQ(at(send + "/requestBody/content/application~1json/schema/$ref"),
            R"("#/components/schemas/SendMessageBody")");
  EXPECT_EQ(at("/components/schemas/SendMessageBody/properties/room"), "");
  EXPECT_EQ(at("/paths/~1api~1v1~1messages/post/requestBody/content/application~1json/schema/$ref"),
            R"("#/components/schemas/SendMessageRequest")");
  EXPECT_EQ(at(send + "/requestBody/content/application~1json/example/content"), R"("Hello World!")");
  EXPECT_EQ(at(send + "/responses/201/content/application~1json/schema/$ref"), R"("#/components/schemas/Message")");
  const std::string list = "/paths/~1api~1v1~1users/get/responses/200/content/application~1json/schema";
  EXPECT_EQ(at(list + "/type"), R"("array")");
  EXPECT_EQ(at(list + "/items/$ref"), R"("#/components/schemas/User")");
  EXPECT_NE(at("/paths/~1api~1v1~1rooms~1{room}~1events/get/responses/200/content/text~1event-stream"), "");
  EXPECT_EQ(at("/components/responses/Problem/content/application~1problem+json/schema/$ref"),
            R"("#/components/schemas/Problem")");
}

TEST_F(OpenApi, DescribesSchemas) {
  const std::string message = "/components/schemas/Message";
  EXPECT_EQ(
      at(message + "/properties/id"),
      R"({"type":"integer","format":"int64","description":"Number of the message, given by the server.","examples":[1]})");
  EXPECT_EQ(at(message + "/properties/created_at/format"), R"("date-time")");
  EXPECT_EQ(at(message + "/required/0"), R"("id")");
  EXPECT_EQ(at("/components/schemas/SendMessageRequest/additionalProperties"), "false");
  EXPECT_EQ(at("/components/schemas/Order/enum"), R"(["asc","desc"])");
  EXPECT_EQ(at("/components/schemas/SendMessageRequest/properties/room/default"), R"("lobby")");
}

TEST_F(OpenApi, TellsTheRulesOfRequests) {
  const std::string send = "/components/schemas/SendMessageRequest";
  EXPECT_EQ(at(send + "/properties/nonce/type"), R"(["string","null"])");
  EXPECT_EQ(at(send + "/properties/nonce/maxLength"), "128");
  EXPECT_EQ(at(send + "/properties/nonce/pattern"), R"("^(?:[!-~]+)$")");
  EXPECT_EQ(at(send + "/properties/content/maxLength"), "16384");
  EXPECT_EQ(at(send + "/properties/attachment_ids/maxItems"), "10");
  EXPECT_EQ(at(send + "/properties/attachment_ids/items"), R"({"type":"string","format":"uuid"})");
  EXPECT_EQ(at(send + "/properties/user_id/minimum"), "1");
  EXPECT_EQ(at(send + "/properties/user_id/type"), R"(["integer","string","null"])");
  EXPECT_EQ(at(send + "/allOf/0/not/required"), R"(["content","text"])");
  EXPECT_EQ(at(send + "/allOf/1/anyOf/2/properties"), R"({"attachment_ids":{"type":"array","minItems":1}})");
  EXPECT_EQ(at("/components/schemas/CreateRoomRequest/required"), R"(["name"])");
  EXPECT_EQ(at("/components/schemas/CreateRoomRequest/properties/name/type"), R"("string")");
}

TEST_F(OpenApi, TellsTheSettingsOfTheServer) {
  const Settings settings = settings_of({.max_message_length = 300, .max_page = 20, .max_attachments = 3});
  text_ = make_openapi(embedded::contract().front().bytes, routes_, {.version = "1", .settings = settings});
  ASSERT_EQ(parser_.parse(text_).get(document_), simdjson::SUCCESS);
  EXPECT_EQ(at("/paths/~1api~1v1~1users/get/parameters/0/schema"),
            R"({"type":"integer","format":"int32","minimum":1,"maximum":20,"default":20})");
  EXPECT_EQ(at("/components/schemas/SendMessageRequest/properties/text/maxLength"), "300");
  EXPECT_EQ(at("/components/schemas/SendMessageRequest/properties/attachment_ids/maxItems"), "3");
}

TEST_F(OpenApi, TellsWhoNeedsASession) {
  const std::string users = "/paths/~1api~1v1~1users/get/security";
  EXPECT_EQ(at("/components/securitySchemes/session/scheme"), R"("bearer")");
  EXPECT_EQ(at(users), R"([{},{"session":[]}])");
  EXPECT_EQ(at("/paths/~1api~1v1~1sessions~1me/get/security"), R"([{"session":[]}])");
  EXPECT_EQ(at("/paths/~1api~1v1~1sessions/post/security"), "[]");
  const DescribedPath beside{"/files", R"({"get":{"security":"$session"}})"};
  text_ = make_openapi(embedded::contract().front().bytes, routes_,
                       {.version = "1", .wants_sessions = true, .beside = {beside}});
  ASSERT_EQ(parser_.parse(text_).get(document_), simdjson::SUCCESS);
  EXPECT_EQ(at(users), R"([{"session":[]}])");
  EXPECT_EQ(at("/paths/~1files/get/security"), R"([{"session":[]}])");
  EXPECT_EQ(at("/paths/~1api~1v1~1sessions/post/security"), "[]");
}

TEST_F(OpenApi, TellsTheErrorsOfEachOperation) {
  const std::string send = "/paths/~1api~1v1~1messages/post/responses";
  for (const char* status : {"400", "401", "403", "404", "409", "413", "415", "429", "503"}) {
    EXPECT_NE(at(send + "/" + status), "") << status;
  }
  EXPECT_EQ(at("/paths/~1livez/get/responses/401"), "");
  EXPECT_EQ(at("/paths/~1livez/get/responses/415"), "");
  EXPECT_NE(at("/components/responses/TooManyRequests/headers/Retry-After"), "");
}

TEST(OpenApiInput, MustHoldTheContract) {
  const std::array services = {chat::v1::Message::descriptor()->file()->FindServiceByName("Chat")};
  const RouteTable routes(services);
  EXPECT_THROW(make_openapi("", routes, {.version = "1"}), std::logic_error);
  EXPECT_THROW(make_openapi("\xff\xff", routes, {.version = "1"}), std::logic_error);
}

TEST(Comments, GiveUpTheirMarkers) {
  const Comment comment = parse_comment(" How many, 1 to 500.\n Really. Default: 50 Example: {\"a\": [1]}\n");
  EXPECT_EQ(comment.text, "How many, 1 to 500. Really.");
  EXPECT_EQ(comment.first_sentence(), "How many, 1 to 500");
  EXPECT_EQ(comment.default_value, "50");
  EXPECT_EQ(comment.example, "{\"a\": [1]}");
  EXPECT_EQ(parse_comment(" What. Default: `disconnect`\n").default_value, "\"disconnect\"");
}

TEST(Comments, KeepMarkersThatAreProse) {
  const Comment comment = parse_comment(" Name. Default: the name of the user.\n");
  EXPECT_EQ(comment.text, "Name. Default: the name of the user.");
  EXPECT_EQ(comment.default_value, "");
  EXPECT_EQ(parse_comment(" Order. Default: `desc`, or `asc` with `after`\n").default_value, "");
}

TEST(Comments, KeepParagraphs) {
  EXPECT_EQ(parse_comment(" One\n two.\n\n Three.\n").text, "One two.\n\nThree.");
  EXPECT_EQ(parse_comment("").text, "");
}

}  // namespace
}  // namespace vestnik::api
