#include "base/ids.hpp"

#include <gtest/gtest.h>

#include <map>
#include <set>

namespace vestnik {
namespace {

constexpr std::string_view kExample = "f81d4fae-7dec-41d0-a765-00a0c91e6bf6";

TEST(Uuid, IsOfVersionFourAndLowerCase) {
  for (int i = 0; i < 1'000; ++i) {
    const std::string id = make_uuid();
    ASSERT_TRUE(looks_like_uuid(id)) << id;
    ASSERT_EQ(id[14], '4') << id;
    ASSERT_NE(std::string_view("89ab").find(id[19]), std::string_view::npos) << id;
  }
}

TEST(Uuid, IsNotGivenTwice) {
  std::set<std::string> seen;
  for (int i = 0; i < 10'000; ++i) ASSERT_TRUE(seen.insert(make_uuid()).second);
}

TEST(LooksLikeUuid, LooksAtEveryCharacter) {
  EXPECT_TRUE(looks_like_uuid(kExample));
  EXPECT_TRUE(looks_like_uuid("F81D4FAE-7DEC-41D0-A765-00A0C91E6BF6"));
  for (std::size_t i = 0; i < kExample.size(); ++i) {
    for (const char wrong : {'g', 'G', ' ', '\0', kExample[i] == '-' ? '0' : '-'}) {
      std::string text(kExample);
      text[i] = wrong;
      EXPECT_FALSE(looks_like_uuid(text)) << text;
    }
  }
}

TEST(LooksLikeUuid, LooksAtTheLength) {
  EXPECT_FALSE(looks_like_uuid(""));
  EXPECT_FALSE(looks_like_uuid(kExample.substr(1)));
  EXPECT_FALSE(looks_like_uuid(kExample.substr(0, 35)));
  EXPECT_FALSE(looks_like_uuid(std::string(kExample) + "0"));
  EXPECT_FALSE(looks_like_uuid("{" + std::string(kExample) + "}"));
}

TEST(Token, HasTheLengthThatIsAskedFor) {
  for (std::size_t length = 0; length <= 70; ++length) EXPECT_EQ(make_token(length).size(), length);
}

TEST(Token, UsesEachOfThirtySixCharactersEquallyOften) {
  constexpr int kPerCharacter = 8'000;
  std::map<char, int> counts;
  for (const char c : make_token(36 * kPerCharacter)) ++counts[c];
  ASSERT_EQ(counts.size(), 36u);
  for (const auto& [c, count] : counts) {
    EXPECT_NE(std::string_view("0123456789abcdefghijklmnopqrstuvwxyz").find(c), std::string_view::npos) << c;
    EXPECT_NEAR(count, kPerCharacter, 700) << c;  // eight standard deviations
  }
}

TEST(Token, IsNotGivenTwice) {
  std::set<std::string> seen;
  for (int i = 0; i < 10'000; ++i) ASSERT_TRUE(seen.insert(make_token(16)).second);
}

}  // namespace
}  // namespace vestnik
