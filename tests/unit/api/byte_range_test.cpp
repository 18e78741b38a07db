#include "api/http/byte_range.hpp"

#include <gtest/gtest.h>

#include <string>

namespace vestnik::api::http {
namespace {

constexpr std::string_view kTag = "\"abc\"";

// "whole", "none", or "first+size" of 100 bytes.
std::string asked(std::string_view range, std::string_view if_range = "", std::string_view method = "GET") {
  Request request{.method = method};
  request.fields.emplace_back("range", range);
  if (!if_range.empty()) request.fields.emplace_back("If-Range", if_range);
  const ByteRange found = find_range(request, 100, kTag);
  if (found.kind == ByteRange::Kind::kWhole) return "whole";
  if (found.kind == ByteRange::Kind::kUnsatisfiable) return "none";
  return std::to_string(found.first) + "+" + std::to_string(found.size);
}

TEST(ByteRange, OneRange) {
  EXPECT_EQ(asked("bytes=0-0"), "0+1");
  EXPECT_EQ(asked("bytes=10-19"), "10+10");
  EXPECT_EQ(asked("bytes=99-"), "99+1");
  EXPECT_EQ(asked("bytes=0-"), "0+100");
  EXPECT_EQ(asked("bytes=90-1000"), "90+10");
  EXPECT_EQ(asked("bytes=-10"), "90+10");
  EXPECT_EQ(asked("bytes=-1000"), "0+100");
  EXPECT_EQ(asked("Bytes= 1 - 2 "), "1+2");
  EXPECT_EQ(asked("bytes=0-99999999999999999999999"), "0+100");
}

TEST(ByteRange, NothingThere) {
  EXPECT_EQ(asked("bytes=100-"), "none");
  EXPECT_EQ(asked("bytes=100-200"), "none");
  EXPECT_EQ(asked("bytes=-0"), "none");
  EXPECT_EQ(asked("bytes=99999999999999999999999-"), "none");
}

TEST(ByteRange, WhatIsNoSingleRangeIsIgnored) {
  for (const std::string range :
       {"", "bytes", "bytes=", "bytes=-", "bytes=5", "bytes=5-4", "bytes=a-b", "bytes=1-2,4-5", "bytes=+1-2",
        "bytes=1--2", "bytes=0x1-2", "items=1-2", "bytes 1-2", "bytes=1-2x"}) {
    EXPECT_EQ(asked(range), "whole") << range;
  }
  EXPECT_EQ(asked("bytes=1-2", "", "HEAD"), "whole") << "only GET has ranges";
}

TEST(ByteRange, OnlyOfTheStateThatTheClientKnows) {
  EXPECT_EQ(asked("bytes=1-2", kTag), "1+2");
  EXPECT_EQ(asked("bytes=1-2", "\"other\""), "whole");
  EXPECT_EQ(asked("bytes=1-2", "W/\"abc\""), "whole") << "a weak tag does not match";
  EXPECT_EQ(asked("bytes=1-2", "Sat, 29 Oct 1994 19:43:31 GMT"), "whole");
}

TEST(ByteRange, HasAlready) {
  const auto has = [](std::string_view value) {
    Request request{.method = "GET"};
    request.fields.emplace_back("If-None-Match", value);
    return has_already(request, kTag);
  };
  EXPECT_TRUE(has("\"abc\""));
  EXPECT_TRUE(has("*"));
  EXPECT_TRUE(has("\"x\", W/\"abc\""));
  EXPECT_FALSE(has("\"x\""));
  EXPECT_FALSE(has("abc"));
  EXPECT_FALSE(has(""));
}

}  // namespace
}  // namespace vestnik::api::http
