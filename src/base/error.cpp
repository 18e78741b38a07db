#include "base/error.hpp"

namespace vestnik {

std::string_view name_of(ErrorCode code) {
  switch (code) {
    case ErrorCode::kCancelled:
      return "cancelled";
    case ErrorCode::kUnknown:
      return "unknown";
    case ErrorCode::kInvalidArgument:
      return "invalid_argument";
    case ErrorCode::kDeadlineExceeded:
      return "deadline_exceeded";
    case ErrorCode::kNotFound:
      return "not_found";
    case ErrorCode::kAlreadyExists:
      return "already_exists";
    case ErrorCode::kPermissionDenied:
      return "permission_denied";
    case ErrorCode::kResourceExhausted:
      return "resource_exhausted";
    case ErrorCode::kFailedPrecondition:
      return "failed_precondition";
    case ErrorCode::kAborted:
      return "aborted";
    case ErrorCode::kOutOfRange:
      return "out_of_range";
    case ErrorCode::kUnimplemented:
      return "unimplemented";
    case ErrorCode::kInternal:
      return "internal";
    case ErrorCode::kUnavailable:
      return "unavailable";
    case ErrorCode::kDataLoss:
      return "data_loss";
    case ErrorCode::kUnauthenticated:
      return "unauthenticated";
  }
  return "unknown";
}

std::unexpected<Error> fail(ErrorCode code, std::string detail) {
  return std::unexpected(Error{.code = code, .detail = std::move(detail)});
}

std::unexpected<Error> over_limit(std::string_view limit, std::string detail) {
  return std::unexpected(Error{.code = ErrorCode::kResourceExhausted, .detail = std::move(detail), .limit = limit});
}

std::unexpected<Error> invalid(std::string field, std::string reason) {
  Error error{.code = ErrorCode::kInvalidArgument, .detail = field + ": " + reason};
  error.violations.push_back({std::move(field), std::move(reason)});
  return std::unexpected(std::move(error));
}

}  // namespace vestnik
