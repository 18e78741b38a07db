#include "base/sha256.hpp"

#include <gtest/gtest.h>

#include <string>

namespace vestnik {
namespace {

// The examples of FIPS 180 for SHA-256.
TEST(Sha256, GivesThePublishedDigests) {
  EXPECT_EQ(sha256_hex(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(sha256_hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(sha256_hex("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  EXPECT_EQ(sha256_hex(std::string(1'000'000, 'a')),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST(Sha256, ReadsEveryByte) {
  EXPECT_NE(sha256_hex(std::string("a\0b", 3)), sha256_hex(std::string("a\0c", 3)));
  EXPECT_NE(sha256_hex(std::string(1, '\0')), sha256_hex(""));
}

TEST(Sha256, PiecesMakeNoDifference) {
  Sha256 hash;
  for (const char c : std::string_view("abc")) hash.add(std::string_view(&c, 1));
  EXPECT_EQ(hash.finish(), sha256_hex("abc"));
}

TEST(Sha256, KnowsItsOwnForm) {
  EXPECT_TRUE(is_sha256(sha256_hex("abc")));
  EXPECT_FALSE(is_sha256(""));
  EXPECT_FALSE(is_sha256(sha256_hex("abc").substr(1)));
  EXPECT_FALSE(is_sha256(sha256_hex("abc") + "0"));
  EXPECT_FALSE(is_sha256(std::string(64, 'A')));
  EXPECT_FALSE(is_sha256("../" + std::string(61, 'a')));
}

}  // namespace
}  // namespace vestnik
