#include "base/error.hpp"

#include <gtest/gtest.h>

namespace vestnik {
namespace {

// The table of google.rpc.Code.
TEST(ErrorCode, HasTheNumberAndTheNameOfGrpc) {
  constexpr std::string_view kNames[] = {
      "cancelled",      "unknown",           "invalid_argument",   "deadline_exceeded",   "not_found",
      "already_exists", "permission_denied", "resource_exhausted", "failed_precondition", "aborted",
      "out_of_range",   "unimplemented",     "internal",           "unavailable",         "data_loss",
      "unauthenticated"};
  for (std::size_t i = 0; i < std::size(kNames); ++i) {
    EXPECT_EQ(name_of(static_cast<ErrorCode>(i + 1)), kNames[i]) << i + 1;
  }
  EXPECT_EQ(name_of(static_cast<ErrorCode>(0)), "unknown");
  EXPECT_EQ(name_of(static_cast<ErrorCode>(17)), "unknown");
}

TEST(Fail, CarriesTheCodeAndTheSentence) {
  const Result<int> result = fail(ErrorCode::kNotFound, "there is no such room");
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().code, ErrorCode::kNotFound);
  EXPECT_EQ(result.error().detail, "there is no such room");
  EXPECT_TRUE(result.error().violations.empty());
  EXPECT_EQ(result.error().retry_after, std::chrono::seconds(0));
}

TEST(Invalid, NamesTheField) {
  const Result<void> result = invalid("client_seq", "negative; count from 0");
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().code, ErrorCode::kInvalidArgument);
  EXPECT_EQ(result.error().detail, "client_seq: negative; count from 0");
  ASSERT_EQ(result.error().violations.size(), 1u);
  EXPECT_EQ(result.error().violations[0].field, "client_seq");
  EXPECT_EQ(result.error().violations[0].reason, "negative; count from 0");
}

}  // namespace
}  // namespace vestnik
