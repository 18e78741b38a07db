#include "api/bearer.hpp"

#include <gtest/gtest.h>

namespace vestnik::api {
namespace {

TEST(BearerToken, IsWhatFollowsTheScheme) {
  EXPECT_EQ(bearer_token("Bearer f81d4fae-7dec-41d0-a765-00a0c91e6bf6"), "f81d4fae-7dec-41d0-a765-00a0c91e6bf6");
  for (const auto* text : {"bearer x", "BEARER x", "bEaReR x"}) EXPECT_EQ(bearer_token(text), "x") << text;
  EXPECT_EQ(bearer_token("Bearer a b"), "a b");
  EXPECT_EQ(bearer_token("Bearer \xFF"), "\xFF");
}

TEST(BearerToken, IsEmptyForAnythingElse) {
  for (const auto* text : {"", "x", "Bearer", "Bearer ", "Bearerx", "Bearer\tx", " Bearer x", "Basic YTpi", "Bearex x",
                           "Token bearer x"}) {
    EXPECT_EQ(bearer_token(text), "") << text;
  }
}

}  // namespace
}  // namespace vestnik::api
