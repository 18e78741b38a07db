#include "api/transcoder/parameters.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "api/transcoder/json_codec.hpp"
#include "unit/api/sample_contract.hpp"
#include "vestnik/chat/v1/chat.pb.h"

namespace vestnik::api {
namespace {

using testing::HasSubstr;
using testing::SizeIs;

// What the query leaves in an `Every`, or "<field>: <reason>" of its error.
std::string after_query(std::string_view query) {
  SampleContract contract(kEveryType);
  const auto message = contract.make("Every");
  if (const auto done = set_query_fields(*message, query); !done) return done.error().detail;
  return message->ShortDebugString();
}

TEST(SetField, SetsEveryTypeFromItsText) {
  EXPECT_EQ(after_query("i32=-5&i64=9223372036854775807&u32=4294967295&u64=18446744073709551615"),
            "i32: -5 i64: 9223372036854775807 u32: 4294967295 u64: 18446744073709551615");
  EXPECT_EQ(after_query("wide=0.25&real=-1e3&flag=true&color=dark_blue"),
            "real: -1000 wide: 0.25 flag: true color: COLOR_DARK_BLUE");
  EXPECT_EQ(after_query("at=1970-01-01T00:00:01Z&text=a%20b+c%2B"), "text: \"a b c+\" at { seconds: 1 }");
  EXPECT_EQ(after_query("at=1970-01-01T03:00:00%2B03:00"), "at { }");
  EXPECT_EQ(after_query("data=AP8%3D"), R"(data: "\000\377")");
}

TEST(SetField, ReachesIntoMessagesAndAddsToLists) {
  EXPECT_EQ(after_query("inner.inner.text=x&inner.i32=1"), R"(inner { i32: 1 inner { text: "x" } })");
  EXPECT_EQ(after_query("words=a&words=b&words="), R"(words: "a" words: "b" words: "")");
  EXPECT_EQ(after_query("inner.numbers=1&inner.numbers=2"), "inner { numbers: 1 numbers: 2 }");
}

TEST(SetField, TakesAnEmptyTextOnlyForStrings) {
  chat::v1::SubscribeRequest request;
  ASSERT_TRUE(set_query_fields(request, "after="));
  EXPECT_TRUE(request.has_after());
  chat::v1::SubscribeRequest other;
  ASSERT_TRUE(set_query_fields(other, "&&after&"));
  EXPECT_TRUE(other.has_after());
  for (const char* query : {"i32=", "i64=", "wide=", "flag=", "color=", "at="})
    EXPECT_THAT(after_query(query), HasSubstr("give "));
}

TEST(SetField, RefusesWhatIsNotAWholeValueInItsRange) {
  for (const char* query : {"i32=2147483648",
                            "i32=-2147483649",
                            "i32=1.0",
                            "i32=1x",
                            "i32=+1",
                            "i32=0x1",
                            "i32=%201",
                            "i32=1e2",
                            "i32=x",
                            "i32=--1",
                            "i64=9223372036854775808",
                            "i64=18446744073709551616",
                            "i64=-9223372036854775809",
                            "u32=-1",
                            "u32=4294967296",
                            "u64=-1",
                            "u64=18446744073709551616",
                            "real=1e39",
                            "wide=1e999",
                            "wide=nan",
                            "wide=inf",
                            "wide=1,5",
                            "flag=1",
                            "flag=True",
                            "flag=yes",
                            "color=green",
                            "color=RED",
                            "color=unspecified",
                            "color=1",
                            "at=now",
                            "at=0",
                            "data=*",
                            "inner.i32=x"}) {
    const std::string error = after_query(query);
    EXPECT_THAT(error, HasSubstr(" was given; give ")) << query;
    EXPECT_EQ(error.find(std::string_view(query).substr(0, std::string_view(query).find('='))), 0U) << error;
  }
}

TEST(SetField, NamesTheParameterAtFault) {
  chat::v1::ListMessagesRequest request;
  const auto done = set_query_fields(request, "limit=2147483648");
  ASSERT_FALSE(done);
  ASSERT_THAT(done.error().violations, SizeIs(1));
  EXPECT_EQ(done.error().violations[0].field, "limit");
  EXPECT_EQ(done.error().violations[0].reason,
            "the text \"2147483648\" was given; give a whole number from -2147483648 to 2147483647");
}

TEST(SetField, RefusesUnknownParametersAndWhatHasNoText) {
  chat::v1::ListUsersRequest request;
  EXPECT_EQ(set_query_fields(request, "limt=5").error().detail,
            "limt: there is no such parameter; known parameters: limit, offset");
  EXPECT_EQ(after_query("inner.x=1").substr(0, 9), "inner.x: ");
  EXPECT_EQ(after_query("i32.x=1"), "i32.x: \"i32\" has no parts");
  EXPECT_EQ(after_query("at.seconds=1"), "at.seconds: \"at\" has no parts");
  for (const char* query : {"inner=1", "items=1", "items.i32=1", "counts=1", "counts.key=1", "by_number.value.i32=1"}) {
    EXPECT_THAT(after_query(query), HasSubstr("is no single value and cannot be a parameter")) << query;
  }
  for (const char* query : {"=1", "=", ".=1", ".inner=1", "inner..i32=1"}) {
    EXPECT_THAT(after_query(query), HasSubstr("there is no such parameter")) << query;
  }
  EXPECT_THAT(after_query(std::string(10'000, 'n')), HasSubstr("(too long): there is no such parameter"));
}

TEST(SetField, RefusesTheSameParameterTwice) {
  EXPECT_EQ(after_query("i32=1&i32=1"), "i32: it is given twice; give it once");
  EXPECT_EQ(after_query("i32=0&i%332=0"), "i32: it is given twice; give it once");
  EXPECT_EQ(after_query("inner.text=&inner.text="), "inner.text: it is given twice; give it once");
}

TEST(SetField, OverwritesWhenItIsCalledItself) {
  chat::v1::GetRoomRequest request;
  EXPECT_TRUE(set_field(request, "room", "a"));
  EXPECT_TRUE(set_field(request, "room", "b"));
  EXPECT_EQ(request.room(), "b");
}

TEST(PercentDecode, UndoesEscapes) {
  EXPECT_EQ(percent_decode("a%2Fb%2fc%25"), "a/b/c%");
  EXPECT_EQ(percent_decode("%D0%BF+"), "п+");
  EXPECT_EQ(percent_decode("a+b", true), "a b");
  EXPECT_EQ(percent_decode("a%2fb%2Fc%20", false, true), "a%2fb%2Fc ");
}

TEST(PercentDecode, RefusesMalformedEscapesNulAndWrongUtf8) {
  for (const char* text : {"%", "%1", "a%", "%zz", "%1g", "%-1", "% 1", "%00", "%ff", "%C3", "%ed%a0%80", "\xff"}) {
    EXPECT_FALSE(percent_decode(text)) << text;
    EXPECT_NE(after_query("text=" + std::string(text)).find("text: "), std::string::npos) << text;
  }
}

}  // namespace
}  // namespace vestnik::api
