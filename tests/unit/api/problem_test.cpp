#include "api/transcoder/problem.hpp"

#include <gtest/gtest.h>

namespace vestnik::api {
namespace {

TEST(Problem, HasTheShapeOfTheContract) {
  std::string out;
  append_problem_json(out, invalid("content", "it is \"empty\"; give 1 character or more").error(), 400, "r-1");
  EXPECT_EQ(
      out,
      R"({"type":"about:blank","title":"Bad Request","status":400,)"
      R"("detail":"content: it is \"empty\"; give 1 character or more","code":"invalid_argument",)"
      R"("violations":[{"field":"content","reason":"it is \"empty\"; give 1 character or more"}],"request_id":"r-1"})");
}

TEST(Problem, LeavesOutAnUnknownRequestAndTakesAnExactStatus) {
  std::string out;
  append_problem_json(out, Error{.code = ErrorCode::kUnimplemented, .detail = "No."}, 405, "");
  EXPECT_EQ(
      out,
      R"({"type":"about:blank","title":"Method Not Allowed","status":405,"detail":"No.","code":"unimplemented","violations":[]})");
}

TEST(Problem, MapsCodesAsTheContractSays) {
  EXPECT_EQ(http_status(ErrorCode::kInvalidArgument), 400);
  EXPECT_EQ(http_status(ErrorCode::kOutOfRange), 400);
  EXPECT_EQ(http_status(ErrorCode::kUnauthenticated), 401);
  EXPECT_EQ(http_status(ErrorCode::kPermissionDenied), 403);
  EXPECT_EQ(http_status(ErrorCode::kNotFound), 404);
  EXPECT_EQ(http_status(ErrorCode::kAlreadyExists), 409);
  EXPECT_EQ(http_status(ErrorCode::kAborted), 409);
  EXPECT_EQ(http_status(ErrorCode::kFailedPrecondition), 409);
  EXPECT_EQ(http_status(ErrorCode::kResourceExhausted), 429);
  EXPECT_EQ(http_status(ErrorCode::kInternal), 500);
  EXPECT_EQ(http_status(ErrorCode::kUnavailable), 503);
  EXPECT_EQ(http_status(ErrorCode::kDeadlineExceeded), 504);
}

TEST(Problem, HasATitleForEveryStatusOfTheMap) {
  for (int code = 1; code <= 16; ++code) EXPECT_NE(title(http_status(static_cast<ErrorCode>(code))), "Error") << code;
  EXPECT_EQ(title(299), "Error");
}

}  // namespace
}  // namespace vestnik::api
