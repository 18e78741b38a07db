#include <gtest/gtest.h>

#include <limits>

#include "api/transcoder/json_codec.hpp"
#include "unit/api/sample_contract.hpp"
#include "vestnik/chat/v1/chat.pb.h"

namespace vestnik::api {
namespace {

std::string encode(const google::protobuf::Message& message) {
  std::string out;
  append_json(out, message);
  return out;
}

// What a message looks like that was read from `json`.
std::string after_reading(std::string_view json) {
  SampleContract contract(kEveryType);
  const auto message = contract.make("Every");
  const auto done = parse_json(json, *message);
  return done ? encode(*message) : "error: " + done.error().detail;
}

// One member of it.
bool writes(std::string_view json, std::string_view member) {
  return after_reading(json).find(member) != std::string::npos;
}

TEST(JsonEncoder, WritesAMessageAsTheContractShowsIt) {
  chat::v1::Message message;
  message.set_id(1);
  message.set_room("lobby");
  message.set_pos("k3:41");
  message.set_user_id(1);
  message.set_username("admin");
  message.set_content("Привет, \"мир\"!");
  message.set_client_seq(0);
  message.mutable_created_at()->set_seconds(1'704'110'400);
  message.mutable_created_at()->set_nanos(123'456'789);
  EXPECT_EQ(encode(message),
            R"({"id":1,"room":"lobby","pos":"k3:41","user_id":1,"username":"admin","content":"Привет, \"мир\"!",)"
            R"("client_seq":0,"created_at":"2024-01-01T12:00:00.123456Z"})");
}

TEST(JsonEncoder, LeavesOutWhatIsUnsetAndWritesPlainFieldsAlways) {
  EXPECT_EQ(encode(chat::v1::Message()), R"({"id":0,"room":"","pos":"","content":""})");
  EXPECT_EQ(encode(chat::v1::ListMessagesResponse()), R"({"messages":[]})");
  EXPECT_EQ(encode(chat::v1::SubscribeEvent()), "{}");
  EXPECT_EQ(encode(chat::v1::GetStatsRequest()), "{}");
  EXPECT_EQ(after_reading("{}"),
            R"({"i32":0,"i64":0,"u32":0,"u64":0,"s32":0,"f64":0,"real":0,"wide":0,"flag":false,"text":"","data":"",)"
            R"("numbers":[],"words":[],"items":[],"colors":[],"times":[],"counts":{},"by_number":{}})");
}

TEST(JsonEncoder, LeavesOutAnEmptyListThatIsMarkedSo) {
  chat::v1::Message message;
  auto& reaction = *message.add_reactions();
  reaction.set_emoji("👍");
  reaction.set_count(1);
  EXPECT_EQ(encode(message),
            R"({"id":0,"room":"","pos":"","content":"","reactions":[{"emoji":"👍","count":1,"user_ids":[]}]})");
  message.clear_reactions();
  EXPECT_EQ(encode(message), R"({"id":0,"room":"","pos":"","content":""})");
}

TEST(JsonEncoder, WritesEnumsInLowerCaseWithoutTheirPrefix) {
  chat::v1::ListMessagesRequest request;
  request.set_order(chat::v1::ORDER_ASC);
  EXPECT_EQ(encode(request), R"({"room":"","order":"asc"})");
  request.set_order(chat::v1::ORDER_UNSPECIFIED);
  EXPECT_EQ(encode(request), R"({"room":""})");
  EXPECT_TRUE(writes(R"({"color":"dark_blue"})", R"("color":"dark_blue")"));
  EXPECT_TRUE(writes(R"({"kind":"a"})", R"("kind":"a")"));
  EXPECT_TRUE(writes(R"({"kind":"other"})", R"("kind":"other")"));
  EXPECT_TRUE(writes(R"({"colors":["red","dark_blue"]})", R"("colors":["red","dark_blue"])"));
}

TEST(JsonEncoder, WritesTheNumberOfAnEnumValueFromANewerContract) {
  chat::v1::ListMessagesRequest request;
  request.set_order(static_cast<chat::v1::Order>(99));
  EXPECT_EQ(encode(request), R"({"room":"","order":99})");
}

TEST(JsonEncoder, WritesEveryTypeAsItWasRead) {
  for (const char* member : {
           R"("i32":-2147483648)",
           R"("i64":9223372036854775807)",
           R"("u32":4294967295)",
           R"("u64":18446744073709551615)",
           R"("f64":18446744073709551615)",
           R"("real":1.5)",
           R"("wide":0.1)",
           R"("wide":1e+300)",
           R"("flag":true)",
           R"("data":"AP8=")",
           R"("at":"2024-02-29T23:59:59.500Z")",
           R"("maybe":0)",
           R"("numbers":[1,-2,3])",
           R"("words":["a",""])",
           R"("counts":{"k":7})",
           R"("left":"")",
           R"("times":["1970-01-01T00:00:00Z","9999-12-31T23:59:59Z"])",
       }) {
    const std::string json = '{' + std::string(member) + '}';
    EXPECT_TRUE(writes(json, member)) << json << " became " << after_reading(json);
  }
  EXPECT_TRUE(writes(R"({"at":"2024-03-01T02:59:59.123456789+03:00"})", R"("at":"2024-02-29T23:59:59.123456Z")"));
  EXPECT_TRUE(writes(R"({"by_number":{"-5":{"text":"x"}}})", R"("by_number":{"-5":{"i32":0)"));
  EXPECT_TRUE(writes(R"({"items":[{"text":"x"},{}]})", R"("text":"x")"));
}

TEST(JsonEncoder, WritesWhatJsonCannotSayAsNull) {
  chat::v1::Stats stats;
  stats.set_uptime_seconds(std::numeric_limits<double>::infinity());
  EXPECT_NE(encode(stats).find(R"("uptime_seconds":null)"), std::string::npos);
  stats.set_uptime_seconds(std::numeric_limits<double>::quiet_NaN());
  EXPECT_NE(encode(stats).find(R"("uptime_seconds":null)"), std::string::npos);
}

TEST(JsonEncoder, KeepsTimesWithinFourDigitsOfYear) {
  chat::v1::Message message;
  message.mutable_created_at()->set_seconds(std::numeric_limits<std::int64_t>::max());
  message.mutable_created_at()->set_nanos(-1);
  EXPECT_NE(encode(message).find(R"("created_at":"9999-12-31T23:59:59Z")"), std::string::npos);
}

TEST(JsonEncoder, WritesOneFieldAlone) {
  chat::v1::ListUsersResponse response;
  const auto& users = *response.GetDescriptor()->FindFieldByName("users");
  std::string out;
  append_json_field(out, response, users);
  EXPECT_EQ(out, "[]");
  response.add_users()->set_username("a");
  response.add_users()->set_email("b@c");
  out.clear();
  append_json_field(out, response, users);
  EXPECT_EQ(out, R"([{"id":0,"username":"a"},{"id":0,"username":"","email":"b@c"}])");

  out.clear();
  append_json_field(out, chat::v1::User(), *chat::v1::User::descriptor()->FindFieldByName("email"));
  EXPECT_EQ(out, "null");
}

}  // namespace
}  // namespace vestnik::api
