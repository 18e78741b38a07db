#include "api/transcoder/path_template.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

namespace vestnik::api {
namespace {

using Kind = PathTemplate::Kind;

// "a/*/**:verb {field=0..1}": the template as it was understood.
std::string understood(std::string_view text) {
  const PathTemplate path(text);
  std::string result;
  for (const auto& segment : path.segments()) {
    result += '/';
    result += segment.kind == Kind::kLiteral ? segment.literal : segment.kind == Kind::kOne ? "*" : "**";
  }
  if (!path.verb().empty()) result += ':' + path.verb();
  for (const auto& variable : path.variables()) {
    result +=
        " {" + variable.field_path + "=" + std::to_string(variable.first) + ".." + std::to_string(variable.last) + "}";
  }
  return result;
}

TEST(PathTemplate, ReadsLiteralsVariablesPatternsAndVerbs) {
  EXPECT_EQ(understood("/health"), "/health");
  EXPECT_EQ(understood("/api/v1/rooms/{room}/messages"), "/api/v1/rooms/*/messages {room=3..4}");
  EXPECT_EQ(understood("/v1/{a.b}/{c}"), "/v1/*/* {a.b=1..2} {c=2..3}");
  EXPECT_EQ(understood("/v1/{name=shelves/*/books/*}"), "/v1/shelves/*/books/* {name=1..5}");
  EXPECT_EQ(understood("/files/{path=**}"), "/files/** {path=1..2}");
  EXPECT_EQ(understood("/v1/*/x/**"), "/v1/*/x/**");
  EXPECT_EQ(understood("/campaigns/{id}:pause"), "/campaigns/*:pause {id=1..2}");
  EXPECT_EQ(understood("/campaigns:stats"), "/campaigns:stats");
  EXPECT_EQ(understood("/files/{path=a/**}:raw"), "/files/a/**:raw {path=1..3}");
  EXPECT_EQ(PathTemplate("/a/{b}").text(), "/a/{b}");
}

TEST(PathTemplate, RefusesMistakesOfTheContract) {
  for (const char* text : {"",     "a",     "/",     "//",  "/a/",    "/a//b",  "/{",        "/{a",
                           "/{}",  "/{=a}", "/{a=}", "/a}", "/{a}b",  "/a{b}",  "/{a=**}/b", "/**/b",
                           "/***", "/a*",   "/*a",   "/a:", "/a:b:c", "/a:b/c", "/{a={b}}",  "/a=b"}) {
    EXPECT_THROW(PathTemplate{text}, std::logic_error) << text;
  }
}

TEST(SplitPath, CutsBeforeItDecodes) {
  const auto plain = split_path("/a/b:c/");
  ASSERT_TRUE(plain);
  EXPECT_EQ(plain->raw, (std::vector<std::string_view>{"a", "b:c", ""}));
  EXPECT_TRUE(plain->decoded.empty());
  EXPECT_EQ(plain->text(1), "b:c");

  const auto encoded = split_path("/a%2Fb/%D0%BF");
  ASSERT_TRUE(encoded);
  EXPECT_EQ(encoded->raw.size(), 2U);
  EXPECT_EQ(encoded->text(0), "a/b");
  EXPECT_EQ(encoded->text(1), "п");
  EXPECT_EQ(split_path("/")->raw, std::vector<std::string_view>{""});
}

TEST(SplitPath, RefusesWhatCannotBeDecoded) {
  for (const char* path : {"", "a", "*", "/a%", "/%zz/b", "/a/%00", "/%ff", "/\xff", "/%C3/%A9"}) {
    const auto segments = split_path(path);
    ASSERT_FALSE(segments) << path;
    EXPECT_EQ(segments.error().code, ErrorCode::kInvalidArgument);
  }
  EXPECT_FALSE(split_path(std::string_view("/a\0b", 4)));
}

}  // namespace
}  // namespace vestnik::api
