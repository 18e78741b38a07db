#include "api/transcoder/base64.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

namespace vestnik::api {
namespace {

std::string encode(std::string_view bytes) {
  std::string out;
  append_base64(out, bytes);
  return out;
}

TEST(Base64, KnowsTheVectorsOfTheRfc) {  // RFC 4648, section 10
  EXPECT_EQ(encode(""), "");
  EXPECT_EQ(encode("f"), "Zg==");
  EXPECT_EQ(encode("fo"), "Zm8=");
  EXPECT_EQ(encode("foo"), "Zm9v");
  EXPECT_EQ(encode("foob"), "Zm9vYg==");
  EXPECT_EQ(encode("foobar"), "Zm9vYmFy");
}

TEST(Base64, TakesBothAlphabetsAndMissingPadding) {
  EXPECT_EQ(parse_base64("+/8="), "\xfb\xff");
  EXPECT_EQ(parse_base64("-_8"), "\xfb\xff");
  EXPECT_EQ(parse_base64("Zg"), "f");
}

TEST(Base64, RefusesEverythingElse) {
  for (const char* text : {"Z", "Zg=", "Zg===", "=Zg=", "Zm 9v", "Zm9v\n", "Zh==", "Zm9*", "===="}) {
    EXPECT_FALSE(parse_base64(text)) << text;
  }
}

TEST(Base64, ReadsBackWhatItWrote) {
  EXPECT_TRUE(rc::check("bytes that are written are read back",
                        [](const std::string& bytes) { RC_ASSERT(parse_base64(encode(bytes)) == bytes); }));
}

}  // namespace
}  // namespace vestnik::api
