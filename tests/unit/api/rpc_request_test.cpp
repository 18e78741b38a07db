#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "api/rpc/request.hpp"
#include "base/json_text.hpp"
#include "base/text.hpp"

namespace vestnik::api::rpc {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr std::size_t kBatchMax = 3;

Calls parse(std::string_view text) {
  return parse_calls(text, kBatchMax);
}

Request call(std::string id, std::string method, std::string params = "") {
  return {std::move(id), std::move(method), std::move(params)};
}

std::string quoted(const std::string& text) {
  std::string json;
  append_json_string(json, text);
  return json;
}

// The only item, which is a call.
Request only_call(std::string_view text) {
  const Calls calls = parse(text);
  EXPECT_EQ(calls.items.size(), 1u);
  EXPECT_TRUE(calls.items.front().has_value()) << text;
  return calls.items.front().value_or(Request{});
}

// The only item, which is refused.
Refusal only_refusal(std::string_view text) {
  const Calls calls = parse(text);
  EXPECT_EQ(calls.items.size(), 1u);
  EXPECT_FALSE(calls.batch);
  EXPECT_FALSE(calls.items.front().has_value()) << text;
  return calls.items.front().has_value() ? Refusal{} : calls.items.front().error();
}

TEST(RpcRequest, ReadsACall) {
  EXPECT_EQ(only_call(R"({"jsonrpc":"2.0","method":"chat.SendMessage","params":{"content":"x"},"id":1})"),
            call("1", "chat.SendMessage", R"({"content":"x"})"));
  EXPECT_EQ(only_call(R"( { "id" : "a\u0062" , "params" : {"a" : [1, {}]} , "method" : "p" , "jsonrpc" : "2.0" } )"),
            call(R"("a\u0062")", "p", R"({"a" : [1, {}]})"));
}

TEST(RpcRequest, TellsANotificationFromACallWithoutAName) {
  EXPECT_EQ(only_call(R"({"jsonrpc":"2.0","method":"p"})"), call("", "p"));
  EXPECT_EQ(only_call(R"({"jsonrpc":"2.0","method":"p","id":null})"), call("null", "p"));
}

TEST(RpcRequest, KeepsIdsAsTheyWereWritten) {
  for (const std::string id : {"0", "-0.5e+10", "99999999999999999999999999", R"("")", R"("é\n")"}) {
    EXPECT_EQ(only_call(R"({"jsonrpc":"2.0","method":"p","id":)" + id + "}").id, id);
  }
}

TEST(RpcRequest, TakesNullParamsAsAbsent) {
  EXPECT_EQ(only_call(R"({"jsonrpc":"2.0","method":"p","params":null,"id":1})"), call("1", "p"));
}

TEST(RpcRequest, ReadsABatchInItsOrder) {
  const Calls calls = parse(R"([{"jsonrpc":"2.0","method":"a","id":1},7,{"jsonrpc":"2.0","method":"b"}])");
  ASSERT_EQ(calls.items.size(), 3u);
  EXPECT_TRUE(calls.batch);
  EXPECT_EQ(calls.items[0], call("1", "a"));
  ASSERT_FALSE(calls.items[1].has_value());
  EXPECT_EQ(calls.items[1].error().code, Code::kInvalidRequest);
  EXPECT_EQ(calls.items[2], call("", "b"));
}

TEST(RpcRequest, RefusesABatchOfNothingAndOneOfTooMany) {
  EXPECT_EQ(only_refusal("[]").code, Code::kInvalidRequest);
  const std::string one = R"({"jsonrpc":"2.0","method":"a"})";
  EXPECT_EQ(parse("[" + one + "," + one + "," + one + "]").items.size(), kBatchMax);
  const Refusal refusal = only_refusal("[" + one + "," + one + "," + one + "," + one + "]");
  EXPECT_EQ(refusal.code, Code::kInvalidRequest);
  EXPECT_EQ(refusal.error.code, ErrorCode::kResourceExhausted);
  EXPECT_THAT(refusal.error.detail, HasSubstr("3"));
}

TEST(RpcRequest, RefusesWhatIsNoJson) {
  for (const std::string text : {"",
                                 " ",
                                 "{",
                                 "[",
                                 "]",
                                 "nul",
                                 "tru",
                                 "\"a",
                                 "01",
                                 "1.",
                                 "-",
                                 "1e",
                                 "+1",
                                 "{} {}",
                                 "1 2",
                                 "[1,]",
                                 "{\"a\":}",
                                 R"({"jsonrpc":"2.0","method":"p","id":1,})",
                                 R"({"jsonrpc":"2.0","method":"p","params":{"a":1.},"id":1})",
                                 R"({"jsonrpc":"2.0","method":"p","params":{"a":"\ud800"},"id":1})",
                                 "{\"\xff\":1}",
                                 "\"\x01\"",
                                 R"([{"jsonrpc":"2.0","method":"p"},{"a":nope}])"}) {
    EXPECT_EQ(only_refusal(text).code, Code::kParseError) << text;
  }
}

TEST(RpcRequest, RefusesWhatIsNotACall) {
  for (const std::string text : {"1", " -2.5e3 ", "\"a\"", "null", "true", "{}", R"({"jsonrpc":"2.0"})"}) {
    EXPECT_EQ(only_refusal(text).code, Code::kInvalidRequest) << text;
  }
}

TEST(RpcRequest, NamesTheMemberAtFaultAndTheIdWhereverItStands) {
  const std::vector<std::pair<std::string, std::string>> faults = {
      {R"("jsonrpc":"2.1","method":"p")", "jsonrpc"},
      {R"("method":"p")", "jsonrpc"},
      {R"("jsonrpc":"2.0")", "method"},
      {R"("jsonrpc":"2.0","method":[])", "method"},
      {R"("jsonrpc":"2.0","method":"p","method":"p")", "method"},
      {R"("jsonrpc":"2.0","method":"p","params":[])", "params"},
      {R"("jsonrpc":"2.0","method":"p","params":"x")", "params"},
      {R"("jsonrpc":"2.0","method":"p","params":{},"params":{})", "params"},
      {R"("jsonrpc":"2.0","method":"p","Id":1)", "Id"},
  };
  for (const auto& [members, field] : faults) {
    for (const std::string& text : {"{\"id\":7," + members + "}", "{" + members + ",\"id\":7}"}) {
      const Refusal refusal = only_refusal(text);
      EXPECT_EQ(refusal.code,
                text.contains("\"params\":[]") || text.contains("\"x\"") ? Code::kInvalidParams : Code::kInvalidRequest)
          << text;
      EXPECT_EQ(refusal.id, "7") << text;
      ASSERT_EQ(refusal.error.violations.size(), 1u) << text;
      EXPECT_EQ(refusal.error.violations[0].field, field) << text;
    }
  }
}

TEST(RpcRequest, RefusesIdsThatAreNone) {
  for (const std::string& id : std::vector<std::string>{"true", "{}", "[1]", quoted(std::string(300, 'i'))}) {
    const Refusal refusal = only_refusal(R"({"jsonrpc":"2.0","method":"p","id":)" + id + "}");
    EXPECT_EQ(refusal.code, Code::kInvalidRequest);
    EXPECT_EQ(refusal.id, "null");
  }
}

std::string nested(int levels) {
  return R"({"jsonrpc":"2.0","method":"p","params":{"a":)" + std::string(static_cast<std::size_t>(levels - 1), '[') +
         std::string(static_cast<std::size_t>(levels - 1), ']') + "}}";
}

TEST(RpcRequest, BoundsTheNesting) {
  EXPECT_TRUE(parse(nested(32)).items.front().has_value());
  EXPECT_TRUE(parse("[" + nested(32) + "]").items.front().has_value());
  EXPECT_EQ(only_refusal(nested(35)).code, Code::kParseError);
  EXPECT_EQ(only_refusal(std::string(100'000, '[')).code, Code::kParseError);
  EXPECT_EQ(only_refusal(std::string(50'000, '[') + std::string(50'000, ']')).code, Code::kParseError);
}

// Any white space that RFC 8259 allows.
rc::Gen<std::string> gap() {
  return rc::gen::container<std::string>(rc::gen::element(' ', '\t', '\n', '\r'));
}

RC_GTEST_PROP(RpcRequestProperty, WhatIsWrittenIsRead, ()) {
  const auto ascii = rc::gen::container<std::string>(rc::gen::inRange<char>(1, 127));
  const auto calls = *rc::gen::container<std::vector<Request>>(rc::gen::apply(
      [](const std::string& id, bool named, const std::string& method, const std::string& value, bool params) {
        return Request{named ? quoted(id.substr(0, 20)) : "", method.substr(0, 60),
                       params ? "{\"a\":" + quoted(value) + "}" : ""};
      },
      ascii, rc::gen::arbitrary<bool>(), ascii, ascii, rc::gen::arbitrary<bool>()));
  RC_PRE(!calls.empty());
  std::string text = *gap() + "[";
  for (const Request& each : calls) {
    std::vector<std::string> members = {"\"jsonrpc\"" + *gap() + ":\"2.0\"",
                                        "\"method\":" + *gap() + quoted(each.method)};
    if (!each.id.empty()) members.push_back("\"id\":" + each.id + *gap());
    if (!each.params.empty()) members.push_back("\"params\":" + *gap() + each.params);
    const auto at = *rc::gen::inRange<std::size_t>(0, members.size());
    std::swap(members[0], members[at]);
    text += text.ends_with('[') ? "{" : ",{";
    for (const std::string& member : members) text += (text.ends_with('{') ? "" : ",") + *gap() + member;
    text += "}" + *gap();
  }
  text += "]" + *gap();
  const Calls read = parse_calls(text, calls.size());
  RC_ASSERT(read.batch);
  RC_ASSERT(read.items.size() == calls.size());
  for (std::size_t i = 0; i < calls.size(); ++i) RC_ASSERT(read.items[i].value() == calls[i]);
}

RC_GTEST_PROP(RpcRequestProperty, ACutTextIsNoJson, ()) {
  const std::string text =
      R"([{"jsonrpc":"2.0","method":"chat.SendMessage","params":{"content":"é\n","n":[1,2.5]},"id":"x"}])";
  const auto cut = *rc::gen::inRange<std::size_t>(0, text.size());
  const Refusal refusal = only_refusal(text.substr(0, cut));
  RC_ASSERT(refusal.code == Code::kParseError);
  RC_ASSERT(refusal.id == "null");
  RC_ASSERT(is_valid_utf8(refusal.error.detail));
}

}  // namespace
}  // namespace vestnik::api::rpc
