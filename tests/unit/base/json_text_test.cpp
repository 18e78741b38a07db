#include "base/json_text.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <simdjson.h>

#include <limits>

namespace vestnik {
namespace {

std::string as_json(std::string_view text) {
  std::string out;
  append_json_string(out, text);
  return out;
}

TEST(JsonString, EscapesWhatMustBeEscapedAndNothingElse) {
  EXPECT_EQ(as_json(""), R"("")");
  EXPECT_EQ(as_json("plain / text"), R"("plain / text")");
  EXPECT_EQ(as_json("say \"hi\" \\ bye"), R"("say \"hi\" \\ bye")");
  EXPECT_EQ(as_json("\b\f\n\r\t"), R"("\b\f\n\r\t")");
  EXPECT_EQ(as_json(std::string_view("\0\x01\x1f\x7f", 4)), "\"\\u0000\\u0001\\u001f\x7f\"");
  EXPECT_EQ(as_json("Привет, мир! 👋"), "\"Привет, мир! 👋\"");
}

TEST(JsonString, FindsTheEscapeAtEveryPlaceOfAWord) {
  for (std::size_t size = 1; size <= 24; ++size) {
    for (std::size_t at = 0; at < size; ++at) {
      for (const char c : {'"', '\\', '\n', '\x1f'}) {
        std::string text(size, 'x');
        text[at] = c;
        EXPECT_GT(as_json(text).size(), size + 2) << "size " << size << ", place " << at;
      }
      for (const char c : {' ', '!', '#', '[', ']', '\x7f'}) {
        std::string text(size, 'x');
        text[at] = c;
        EXPECT_EQ(as_json(text), '"' + text + '"') << "size " << size << ", place " << at;
      }
    }
  }
}

TEST(JsonString, AnyAsciiIsReadBackAsItWas) {
  EXPECT_TRUE(rc::check("a string that is written is read back", [] {
    const auto text = *rc::gen::container<std::string>(rc::gen::inRange<char>(0, 127));
    simdjson::dom::parser parser;
    std::string_view read;
    RC_ASSERT(parser.parse(as_json(text)).get(read) == simdjson::SUCCESS);
    RC_ASSERT(read == text);
  }));
}

TEST(JsonWriter, PutsCommasBetweenMembersAndElements) {
  std::string out;
  JsonWriter json(out);
  json.begin_object().member("a", "b").key("list").begin_array();
  json.integer(std::numeric_limits<std::int64_t>::min()).boolean(true).begin_object().end_object().raw("null");
  json.end_array().key("empty").begin_array().end_array().end_object();
  EXPECT_EQ(out, R"({"a":"b","list":[-9223372036854775808,true,{},null],"empty":[]})");
}

}  // namespace
}  // namespace vestnik
