#include "base/sha256.hpp"

#include <gtest/gtest.h>

#include <string>

namespace vestnik {
namespace {

std::string digest(std::string_view text) {
  Sha256 hash;
  hash.add(text);
  return hash.finish();
}

TEST(Sha256, GivesTheValuesOfTheStandard) {
  EXPECT_EQ(digest(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(digest("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(Sha256, PiecesMakeNoDifference) {
  Sha256 hash;
  for (const char c : std::string_view("abc")) hash.add(std::string_view(&c, 1));
  EXPECT_EQ(hash.finish(), digest("abc"));
}

TEST(Sha256, KnowsItsOwnForm) {
  EXPECT_TRUE(is_sha256(digest("abc")));
  EXPECT_FALSE(is_sha256(""));
  EXPECT_FALSE(is_sha256(digest("abc").substr(1)));
  EXPECT_FALSE(is_sha256(digest("abc") + "0"));
  EXPECT_FALSE(is_sha256(std::string(64, 'A')));
  EXPECT_FALSE(is_sha256("../" + std::string(61, 'a')));
}

}  // namespace
}  // namespace vestnik
