#include "api/rules/request_rules.hpp"

#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include <functional>
#include <stdexcept>

#include "api/chat_settings.hpp"
#include "unit/api/sample_contract.hpp"
#include "vestnik/chat/v1/chat.pb.h"

namespace vestnik::api {
namespace {

using chat::v1::SendMessageRequest;

// The violation of a request, or "" when it keeps the rules.
std::string violation_of(const google::protobuf::Message& request, const chat::Limits& limits = {}) {
  RuleBook book(settings_of(limits));
  const auto right = book.of(*request.GetDescriptor()).check(request);
  if (right) return "";
  EXPECT_EQ(right.error().code, ErrorCode::kInvalidArgument);
  EXPECT_EQ(right.error().violations.size(), 1U);
  return right.error().violations.front().field + ": " + right.error().violations.front().reason;
}

std::string violation_of(const std::function<void(SendMessageRequest&)>& change, const chat::Limits& limits = {}) {
  SendMessageRequest request;
  request.set_content("a");
  change(request);
  return violation_of(request, limits);
}

TEST(RequestRules, LetThroughWhatIsRight) {
  EXPECT_EQ(violation_of([](auto&) {}), "");
  EXPECT_EQ(violation_of([](auto& request) {
              request.set_room("lobby");
              request.set_user_id(1);
              request.set_username("anna");
              request.set_client_seq(0);
              request.set_nonce("~!");
              request.set_reply_to(1);
              request.add_attachment_ids("4D5AB1B5-2c5f-4b2e-9d7c-0f3f4b1f6c1e");
            }),
            "");
}

TEST(RequestRules, BoundNumbers) {
  EXPECT_EQ(violation_of([](auto& request) { request.set_user_id(0); }), "user_id: 0 is out of range; give 1 or more");
  EXPECT_EQ(violation_of([](auto& request) { request.set_client_seq(-1); }),
            "client_seq: -1 is out of range; give 0 or more");
  chat::v1::ListUsersRequest page;
  page.set_limit(21);
  EXPECT_EQ(violation_of(page, {.max_page = 20}), "limit: 21 is out of range; give 1 to 20 (--max-page)");
  EXPECT_EQ(violation_of(page, {.max_page = 21}), "");
}

TEST(RequestRules, BoundTextsInCharacters) {
  const chat::Limits limits{.max_message_length = 3};
  EXPECT_EQ(violation_of([](auto& request) { request.set_content("яяя"); }, limits), "");
  EXPECT_EQ(violation_of([](auto& request) { request.set_content("яяяя"); }, limits),
            "content: 4 characters; at most 3 are allowed (--max-message-length)");
  EXPECT_EQ(violation_of([](auto& request) { request.set_username(""); }),
            "username: empty; give at least one character");
}

TEST(RequestRules, KnowFormatsOfTheContract) {
  EXPECT_EQ(violation_of([](auto& request) { request.set_nonce("two words"); }),
            "nonce: give visible ASCII characters");
  EXPECT_EQ(violation_of([](auto& request) { request.add_attachment_ids("a"); }), "attachment_ids: give a UUID");
  EXPECT_EQ(violation_of([](auto& request) { request.set_room("a\n"); }).substr(0, 5), "room:");
}

TEST(RequestRules, KnowWhatMayBeEmpty) {
  chat::v1::UpdateRoomRequest update;
  update.set_room("team");
  update.set_ttl("");
  EXPECT_EQ(violation_of(update), "ttl: give a duration such as 90s, 10m, 1h or 7d");
  chat::v1::SubscribeRequest subscribe;
  subscribe.set_after("");
  EXPECT_EQ(violation_of(subscribe), "");
}

TEST(RequestRules, BoundLists) {
  const std::string id = "4d5ab1b5-2c5f-4b2e-9d7c-0f3f4b1f6c1e";
  const auto add_two = [&id](SendMessageRequest& request) {
    request.add_attachment_ids(id);
    request.add_attachment_ids("4D" + id.substr(2));
  };
  EXPECT_EQ(violation_of(add_two, {.max_attachments = 1}),
            "attachment_ids: 2 of them; give at most 1 (--max-attachments-per-message)");
  EXPECT_EQ(violation_of(add_two), "attachment_ids: 4D" + id.substr(2) + " is twice in it; give it once");
}

TEST(RequestRules, KnowWhatGoesTogether) {
  EXPECT_EQ(violation_of([](auto& request) { request.set_text(""); }),
            "text: excludes content, which was given too; give one of content or text");
  EXPECT_EQ(violation_of([](auto& request) { request.clear_content(); }),
            "content: missing; give content, text or attachment_ids");
  EXPECT_EQ(violation_of([](auto& request) {
              request.clear_content();
              request.set_text("");
            }),
            "text: empty; give at least one character");
  EXPECT_EQ(violation_of([](auto& request) { request.set_content(" \u200B"); }),
            "content: nothing that can be seen; give at least one such character");
  EXPECT_EQ(violation_of([](auto& request) {
              request.set_content("");
              request.add_attachment_ids("4d5ab1b5-2c5f-4b2e-9d7c-0f3f4b1f6c1e");
            }),
            "");
}

TEST(RequestRules, MissWhatIsRequired) {
  EXPECT_EQ(violation_of(chat::v1::CreateRoomRequest()), "name: missing; give a string");
  EXPECT_EQ(violation_of(chat::v1::GetUserRequest()), "");  // 0 is a number, though of nobody
  EXPECT_EQ(violation_of(chat::v1::EditMessageRequest()), "content: missing; give a string");
}

TEST(RequestRules, KnowEnumValues) {
  chat::v1::ListMessagesRequest request;
  request.set_order(static_cast<chat::v1::Order>(7));
  EXPECT_EQ(violation_of(request), "order: there is no such value; give one of: asc, desc");
}

constexpr std::string_view kNested = R"(
syntax = "proto3";
package sample;
import "vestnik/api/v1/options.proto";

message Outer {
  Inner one = 1 [(vestnik.api.v1.rules) = {required: true}];
  repeated Inner many = 2 [(vestnik.api.v1.rules) = {max_items: 2}];
}
message Inner {
  optional int32 size = 1 [(vestnik.api.v1.rules) = {minimum: 5 maximum: 7}];
  Inner deeper = 2;
}
message Wrong {
  option (vestnik.api.v1.message_rules) = {at_most_one: {field: "nothing"}};
}
)";

TEST(RequestRules, ReachIntoMessages) {
  SampleContract contract(kNested);
  const auto parsed = [&contract](const std::string& text) {
    auto message = contract.make("Outer");
    EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, message.get()));
    return violation_of(*message);
  };
  EXPECT_EQ(parsed("one {size: 5}"), "");
  EXPECT_EQ(parsed(""), "one: missing; give an object");
  EXPECT_EQ(parsed("one {deeper {deeper {size: 8}}}"), "one.deeper.deeper.size: 8 is out of range; give 5 to 7");
  EXPECT_EQ(parsed("one {} many {size: 7} many {size: 4}"), "many[1].size: 4 is out of range; give 5 to 7");
  EXPECT_EQ(parsed("one {} many {} many {} many {}"), "many: 3 of them; give at most 2");
  RuleBook book({});
  EXPECT_THROW(book.of(*contract.make("Wrong")->GetDescriptor()), std::logic_error);
}

}  // namespace
}  // namespace vestnik::api
