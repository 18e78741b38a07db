#include "api/http/header_value.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <string>

#include "chat/file_name.hpp"

namespace vestnik::api::http {
namespace {

using namespace std::string_literals;

std::string name_in(std::string_view text) {
  const auto value = parse_header_value(text);
  return value ? file_name_of(*value).value_or("none") : "malformed";
}

TEST(HeaderValue, HasAValueAndParameters) {
  const auto type = parse_header_value(" Multipart/Form-Data ; Boundary=\"a b\";; x=1 ");
  ASSERT_TRUE(type);
  EXPECT_EQ(type->value, "multipart/form-data");
  EXPECT_EQ(*type->parameter("boundary"), "a b");
  EXPECT_EQ(*type->parameter("x"), "1");
  EXPECT_EQ(type->parameter("y"), nullptr);
}

TEST(HeaderValue, IsRefusedWhenMalformed) {
  for (const std::string text : {"", "; a=b", "a b", "a; =b", "a; b", "a; b=", "a; b=\"c", "a; b=c d", "a; b=c; B=d"}) {
    EXPECT_FALSE(parse_header_value(text)) << text;
  }
}

TEST(ContentDisposition, NamesTheFile) {
  EXPECT_EQ(name_in("attachment; filename=a.txt"), "a.txt");
  EXPECT_EQ(name_in("form-data; name=\"f\"; filename=\"a \\\"b\\\".txt\""), "a \"b\".txt");
  EXPECT_EQ(name_in("form-data; filename=\"C:\\dir\\a.txt\""), "C:\\dir\\a.txt");
  EXPECT_EQ(name_in("attachment; filename=\"plain\"; filename*=UTF-8'ru'%D1%8F%20b"), "я b");
  EXPECT_EQ(name_in("attachment; filename*=UTF-8''%FF; filename=a"), "a") << "not UTF-8";
  EXPECT_EQ(name_in("attachment; filename*=ISO-8859-1''%E4; filename=a"), "a");
  EXPECT_EQ(name_in("attachment; filename*=UTF-8''%4; filename=a"), "a");
  EXPECT_EQ(name_in("attachment; filename*=UTF-8; filename=a"), "a");
  EXPECT_EQ(name_in("attachment; filename=\"\""), "");
  EXPECT_EQ(name_in("attachment"), "none");
}

TEST(ContentDisposition, IsWrittenForOldAndNewClients) {
  EXPECT_EQ(make_content_disposition("inline", "a b.png"), "inline; filename=\"a b.png\"; filename*=UTF-8''a%20b.png");
  EXPECT_EQ(make_content_disposition("attachment", "я\".txt"),
            "attachment; filename=\"___.txt\"; filename*=UTF-8''%D1%8F%22.txt");
}

RC_GTEST_PROP(ContentDisposition, IsReadBackAsItWas, (const std::string& text)) {
  const std::string name = chat::clean_file_name(text);
  const std::string header = make_content_disposition("attachment", name);
  for (const char c : header) RC_ASSERT(static_cast<unsigned char>(c) >= 0x20 && static_cast<unsigned char>(c) < 0x7F);
  const auto value = parse_header_value(header);
  RC_ASSERT(value && value->value == "attachment");
  RC_ASSERT(file_name_of(*value) == name);
}

}  // namespace
}  // namespace vestnik::api::http
