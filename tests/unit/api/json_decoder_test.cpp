#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "api/transcoder/json_codec.hpp"
#include "unit/api/sample_contract.hpp"
#include "vestnik/chat/v1/chat.pb.h"

namespace vestnik::api {
namespace {

using testing::HasSubstr;
using testing::SizeIs;

// The error of reading an `Every`; the test fails when there is none.
Error error_of(std::string_view json) {
  SampleContract contract(kEveryType);
  const auto message = contract.make("Every");
  const auto done = parse_json(json, *message);
  if (done) {
    ADD_FAILURE() << "was taken: " << json;
    return {};
  }
  EXPECT_EQ(done.error().code, ErrorCode::kInvalidArgument) << json;
  return done.error();
}

bool is_taken(std::string_view json) {
  SampleContract contract(kEveryType);
  return parse_json(json, *contract.make("Every")).has_value();
}

std::string nested(int depth) {
  std::string json;
  for (int i = 1; i < depth; ++i) json += R"({"inner":)";
  json += "{}";
  json.append(static_cast<std::size_t>(depth - 1), '}');
  return json;
}

TEST(JsonDecoder, ReadsARequest) {
  chat::v1::SendMessageRequest request;
  ASSERT_TRUE(parse_json(
      R"( {"user_id":1, "username":"user","content":"Hello \u043c\ud83d\udc4b\n","client_seq":"9223372036854775807"} )",
      request));
  EXPECT_EQ(request.user_id(), 1);
  EXPECT_EQ(request.username(), "user");
  EXPECT_EQ(request.content(), "Hello м👋\n");
  EXPECT_EQ(request.client_seq(), 9'223'372'036'854'775'807);
  EXPECT_FALSE(request.has_nonce());
}

TEST(JsonDecoder, TakesWholeNumbersInAnyForm) {
  EXPECT_TRUE(is_taken(R"({"i32":1.0,"i64":1e2,"u32":4294967295.0,"u64":1.8446744073709551615e19,"s32":-2.5e1})"));
  EXPECT_TRUE(is_taken(R"({"i64":-9.223372036854775808e18,"f64":-0.0})"));
  chat::v1::SendMessageRequest request;
  ASSERT_TRUE(parse_json(R"({"client_seq":120e-1})", request));
  EXPECT_EQ(request.client_seq(), 12);
}

TEST(JsonDecoder, IgnoresAByteOrderMark) {
  chat::v1::SendMessageRequest request;
  ASSERT_TRUE(parse_json("\xEF\xBB\xBF{\"content\":\"a\"}", request));
  EXPECT_EQ(request.content(), "a");
  EXPECT_FALSE(is_taken("\xEF\xBB\xBF\xEF\xBB\xBF{}"));
  EXPECT_FALSE(is_taken("\xEF\xBB\xBF"));
}

TEST(JsonDecoder, NullMeansAbsent) {
  chat::v1::SendMessageRequest request;
  ASSERT_TRUE(parse_json(R"({"room":null,"content":"a","nonce":null})", request));
  EXPECT_EQ(request.room(), "");
  EXPECT_FALSE(request.has_nonce());
  EXPECT_TRUE(is_taken(R"({"numbers":null,"counts":null,"inner":null,"left":null,"right":{}})"));
}

TEST(JsonDecoder, NamesTheUnknownFieldAndTheKnownOnes) {
  chat::v1::CreateUserRequest request;
  const auto done = parse_json(R"({"username":"a","mail":"b"})", request);
  ASSERT_FALSE(done);
  ASSERT_THAT(done.error().violations, SizeIs(1));
  EXPECT_EQ(done.error().violations[0].field, "mail");
  EXPECT_EQ(done.error().violations[0].reason, "there is no such field; known fields: username, email");
  EXPECT_EQ(error_of(R"({"items":[{},{"inner":{"tex":1}}]})").violations[0].field, "items[1].inner.tex");
  EXPECT_EQ(error_of(R"({"by_number":{"3":{"x":1}}})").violations[0].field, "by_number.3.x");
  EXPECT_EQ(error_of(R"({"":1})").violations[0].field, "(empty)");
  EXPECT_EQ(error_of("{\"" + std::string(100'000, 'n') + "\":1}").violations[0].field, "(too long)");
  EXPECT_EQ(error_of(R"({"maybeColor":"red"})").violations[0].field, "maybeColor");
}

struct Refusal {
  const char* json;
  const char* field;
  const char* reason;
};

TEST(JsonDecoder, SaysWhatWasGivenAndWhatIsRight) {
  const Refusal refusals[] = {
      {R"({"i32":"1"})", "i32", "the text \"1\" was given; give a whole number from -2147483648 to 2147483647"},
      {R"({"i32":2147483648})", "i32",
       "the number 2147483648 was given; give a whole number from -2147483648 to 2147483647"},
      {R"({"i32":-2147483649})", "i32", "the number -2147483649 was given"},
      {R"({"i32":1.5})", "i32", "the number 1.5 was given; give a whole number"},
      {R"({"i32":1e10})", "i32", "the number 1e10 was given"},
      {R"({"i32":01})", "i32", "the number 01 was given"},
      {R"({"i64":"01"})", "i64", "was given"},
      {R"({"u64":-1.0})", "u64", "the number -1.0 was given"},
      {R"({"i32":true})", "i32", "a boolean was given; give a whole number"},
      {R"({"i32":[1]})", "i32", "an array was given; give a whole number"},
      {R"({"i64":9223372036854775808})", "i64", "the number 9223372036854775808 was given; give a whole number"},
      {R"({"i64":18446744073709551616})", "i64", "the number 18446744073709551616 was given"},
      {R"({"i64":-9223372036854775809})", "i64", "the number -9223372036854775809 was given"},
      {R"({"i64":1e400})", "i64", "the number 1e400 was given"},
      {R"({"i64":"9223372036854775808"})", "i64", "the text \"9223372036854775808\" was given"},
      {R"({"i64":" 1"})", "i64", "the text \" 1\" was given"},
      {R"({"i64":"1 "})", "i64", "was given"},
      {R"({"i64":"+1"})", "i64", "was given"},
      {R"({"i64":"1.0"})", "i64", "was given"},
      {R"({"i64":""})", "i64", "the text \"\" was given"},
      {R"({"i64":99999999999999999999999999999999999999})", "i64", "a number was given"},
      {R"({"u32":-1})", "u32", "the number -1 was given; give a whole number from 0 to 4294967295"},
      {R"({"u32":4294967296})", "u32", "the number 4294967296 was given"},
      {R"({"u64":-1})", "u64", "the number -1 was given; give a whole number from 0 to 18446744073709551615"},
      {R"({"u64":18446744073709551616})", "u64", "was given"},
      {R"({"real":3.5e38})", "real", "the number 3.5e38 was given; give a number"},
      {R"({"wide":1e999})", "wide", "the number 1e999 was given; give a number"},
      {R"({"wide":"1"})", "wide", "the text \"1\" was given; give a number"},
      {R"({"wide":"NaN"})", "wide", "the text \"NaN\" was given; give a number"},
      {R"({"flag":1})", "flag", "the number 1 was given; give true or false"},
      {R"({"flag":"true"})", "flag", "the text \"true\" was given; give true or false"},
      {R"({"text":5})", "text", "the number 5 was given; give a string"},
      {R"({"text":{}})", "text", "an object was given; give a string"},
      {R"({"data":"?"})", "data", "give a string of base64"},
      {R"({"color":"green"})", "color", "the text \"green\" was given; give one of: red, dark_blue"},
      {R"({"color":"unspecified"})", "color", "give one of: red, dark_blue"},
      {R"({"color":"RED"})", "color", "give one of: red, dark_blue"},
      {R"({"color":1})", "color", "the number 1 was given; give one of: red, dark_blue"},
      {R"({"at":"yesterday"})", "at", "give a time such as \"2024-01-01T12:00:00Z\" (RFC 3339)"},
      {R"({"at":"0000-01-01T00:00:00Z"})", "at", "give a time"},
      {R"({"at":"9999-12-31T23:59:59-01:00"})", "at", "give a time"},
      {R"({"at":1704110400})", "at", "the number 1704110400 was given; give a time"},
      {R"({"at":{"seconds":1}})", "at", "an object was given; give a time"},
      {R"({"inner":"x"})", "inner", "the text \"x\" was given; give an object"},
      {R"({"inner":[]})", "inner", "an array was given; give an object"},
      {R"({"numbers":1})", "numbers", "the number 1 was given; give an array"},
      {R"({"numbers":[1,"x"]})", "numbers[1]", "the text \"x\" was given; give a whole number"},
      {R"({"numbers":[1,null]})", "numbers[1]", "null was given; give a whole number"},
      {R"({"numbers":[[1]]})", "numbers[0]", "an array was given; give a whole number"},
      {R"({"words":["a",[]]})", "words[1]", "an array was given; give a string"},
      {R"({"counts":[]})", "counts", "an array was given; give an object"},
      {R"({"counts":{"a":"b"}})", "counts.a", "the text \"b\" was given; give a whole number"},
      {R"({"counts":{"a":null}})", "counts.a", "null was given; give a whole number"},
      {R"({"counts":{"a":1,"a":2}})", "counts.a", "the name appears twice; give it once"},
      {R"({"by_number":{"x":{}}})", "by_number.x", "the name must be a whole number from -2147483648 to 2147483647"},
      {R"({"text":"a","text":"b"})", "text", "the name appears twice; give it once"},
      {R"({"text":null,"text":"b"})", "text", "the name appears twice; give it once"},
      {R"({"text":"a","te\u0078t":"b"})", "text", "the name appears twice; give it once"},
      {R"({"inner":{"i32":1,"i32":1}})", "inner.i32", "the name appears twice; give it once"},
      {R"({"left":"","right":{}})", "right", "it excludes \"left\", which was given too; give one of them"},
  };
  for (const Refusal& refusal : refusals) {
    const Error error = error_of(refusal.json);
    ASSERT_THAT(error.violations, SizeIs(1)) << refusal.json << ": " << error.detail;
    EXPECT_EQ(error.violations[0].field, refusal.field) << refusal.json;
    EXPECT_THAT(error.violations[0].reason, HasSubstr(refusal.reason)) << refusal.json;
  }
}

TEST(JsonDecoder, DoesNotRepeatLongTexts) {
  EXPECT_THAT(error_of(R"({"color":")" + std::string(100, 'x') + "\"}").detail,
              HasSubstr("a text of 100 bytes was given"));
}

TEST(JsonDecoder, RefusesWhatIsNoJsonObject) {
  const char* const texts[] = {
      "",
      " ",
      "{",
      "}",
      "[]",
      "[{}]",
      "null",
      "true",
      "1",
      "\"a\"",
      "{}{}",
      "{} x",
      "{},",
      "{}]",
      "[",
      "{\"text\"}",
      "{\"text\":}",
      "{\"text\":\"a\",}",
      "{,}",
      "{\"text\":\"a\" \"flag\":true}",
      "{text:1}",
      "{'text':1}",
      "{\"text\" \"a\"}",
      "{\"text\":\"a\":1}",
      "{\"text\":\"a}",
      "{\"text\":\"a\\\"}",
      "{\"text\":\"\\x\"}",
      "{\"text\":\"\\u12\"}",
      "{\"text\":\"\\u12G4\"}",
      "{\"text\":\"a\tb\"}",
      "{\"text\":\"a\nb\"}",
      "{\"flag\":tru}",
      "{\"flag\":truex}",
      "{\"flag\":True}",
      "{\"text\":nul}",
      "{\"text\":nullx}",
      "{\"numbers\":[1,]}",
      "{\"numbers\":[,1]}",
      "{\"numbers\":[1 2]}",
      "{\"numbers\":[1}",
      "{\"numbers\":[1]]}",
      "{\"numbers\":[1",
      "{\"i32\":01}",
      "{\"i32\":+1}",
      "{\"i32\":-}",
      "{\"i32\":1x}",
      "{\"i32\":0x1}",
      "{\"wide\":1.}",
      "{\"wide\":.5}",
      "{\"wide\":1e}",
      "{\"wide\":NaN}",
      "{\"wide\":Infinity}",
      "{\"i32\":1\"a\"}",
      "{\"text\":\"a\"} // comment",
      "{/**/}",
      "{\"items\":[{}}]",
      "{\"inner\":{]}",
      "{\"counts\":{\"a\":1,}}",
      "{\"counts\":{\"a\" 1}}",
      "\xff",
      "{\"text\":\"a\"",
      "{\"text\":\"a\"]",
      "{\"inner\":{\"text\":\"a\"}",
      "{\"flag\":true\"text\":\"a\"}",
  };
  for (const char* text : texts) {
    EXPECT_FALSE(error_of(text).detail.empty()) << text;
  }
  EXPECT_FALSE(is_taken(std::string_view("{}\0", 3)));
  EXPECT_FALSE(is_taken(std::string_view("{\"text\":\"a\0\"}", 13)));
  EXPECT_FALSE(is_taken(std::string_view("{\"text\":\0}", 10)));
}

TEST(JsonDecoder, RefusesTextThatIsNotUtf8) {
  for (const char* bytes : {"\xff", "\xc0\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xc3", "\xe2\x82", "\x80"}) {
    EXPECT_FALSE(is_taken("{\"text\":\"" + std::string(bytes) + "\"}")) << bytes;
    EXPECT_FALSE(is_taken("{\"" + std::string(bytes) + "\":1}")) << bytes;
  }
}

TEST(JsonDecoder, RefusesLoneSurrogates) {
  for (const char* escape : {R"(\ud800)", R"(\udc00)", R"(\udfff)", R"(\ud800\ud800)", R"(\ud800x)", R"(\ud83d\u0041)",
                             R"(\udc4b\ud83d)", R"(\ud800\n)", R"(a\ud800)"}) {
    EXPECT_FALSE(is_taken("{\"text\":\"" + std::string(escape) + "\"}")) << escape;
    EXPECT_FALSE(is_taken("{\"counts\":{\"" + std::string(escape) + "\":1}}")) << escape;
  }
}

TEST(JsonDecoder, SaysWhereTheTextIsMalformed) {
  EXPECT_EQ(error_of(R"({"text":"a","flag":tru})").detail.substr(0, 26), "The JSON is malformed near");
  EXPECT_EQ(error_of("").detail, "The JSON is malformed: it is empty.");
  EXPECT_EQ(error_of("[]").detail, "The JSON must be an object.");
  EXPECT_EQ(error_of("{} {}").detail, "The JSON is malformed near byte 3: something follows its end.");
  EXPECT_EQ(error_of("{\"text\":\"\xff\"}").detail, "The JSON is malformed: it is not valid UTF-8.");
}

TEST(JsonDecoder, TakesThirtyTwoLevelsAndNoMore) {
  EXPECT_TRUE(is_taken(nested(32)));
  EXPECT_THAT(error_of(nested(33)).detail, HasSubstr("the nesting is deeper than 32"));
  EXPECT_THAT(error_of(nested(10'000)).detail, HasSubstr("the nesting is deeper than 32"));
  EXPECT_FALSE(is_taken(std::string(10'000, '[')));
  EXPECT_FALSE(is_taken(R"({"numbers":)" + std::string(10'000, '[') + std::string(10'000, ']') + '}'));
  EXPECT_FALSE(is_taken(R"({"unknown":)" + std::string(1'000'000, '[')));
}

TEST(JsonDecoder, IsReadyForTheNextTextAfterAnError) {
  for (int i = 0; i < 3; ++i) {
    EXPECT_FALSE(is_taken(R"({"text":"a)"));
    EXPECT_TRUE(is_taken(R"({"text":")" + std::string(100'000, 'a') + "\"}"));
    EXPECT_TRUE(is_taken("{}"));
  }
}

TEST(JsonDecoder, ReadsABodyThatIsOneField) {
  SampleContract contract(kEveryType);
  const auto message = contract.make("Every");
  const auto field = [&](const char* name) -> const auto& { return *message->GetDescriptor()->FindFieldByName(name); };
  EXPECT_TRUE(parse_json_field("[1,2]", *message, field("numbers")));
  EXPECT_TRUE(parse_json_field(R"({"text":"x"})", *message, field("inner")));
  EXPECT_TRUE(parse_json_field(R"({"a":1})", *message, field("counts")));
  std::string out;
  append_json_field(out, *message, field("numbers"));
  append_json_field(out, *message, field("counts"));
  EXPECT_EQ(out, R"([1,2]{"a":1})");

  EXPECT_EQ(parse_json_field("{}", *message, field("numbers")).error().detail, "The JSON must be an array.");
  EXPECT_EQ(parse_json_field("[]", *message, field("inner")).error().detail, "The JSON must be an object.");
  EXPECT_EQ(parse_json_field(R"([1,"x"])", *message, field("numbers")).error().violations[0].field, "numbers[1]");
  EXPECT_EQ(parse_json_field(R"({"x":1})", *message, field("inner")).error().violations[0].field, "inner.x");
  EXPECT_FALSE(parse_json_field("[1] 2", *message, field("numbers")));
}

TEST(JsonDecoder, KeepsWhatItReadBeforeAnError) {
  chat::v1::SendMessageRequest request;
  EXPECT_FALSE(parse_json(R"({"client_seq":7,"nonce":"n","content":5})", request));
  EXPECT_EQ(request.client_seq(), 7);
  EXPECT_EQ(request.nonce(), "n");
}

}  // namespace
}  // namespace vestnik::api
