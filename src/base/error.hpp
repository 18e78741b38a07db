// Expected failures as values: the canonical gRPC codes, a sentence for people, and the fields at fault.
#pragma once

#include <chrono>
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

namespace vestnik {

// The values are those of google.rpc.Code, so that gRPC needs no table.
enum class ErrorCode : std::uint8_t {
  kCancelled = 1,
  kUnknown = 2,
  kInvalidArgument = 3,
  kDeadlineExceeded = 4,
  kNotFound = 5,
  kAlreadyExists = 6,
  kPermissionDenied = 7,
  kResourceExhausted = 8,
  kFailedPrecondition = 9,
  kAborted = 10,
  kOutOfRange = 11,
  kUnimplemented = 12,
  kInternal = 13,
  kUnavailable = 14,
  kDataLoss = 15,
  kUnauthenticated = 16,
};

// The lower-case name used in every transport, such as "invalid_argument".
std::string_view name_of(ErrorCode code);

struct Violation {
  std::string field;   // name in the contract, such as "client_seq"
  std::string reason;  // what is wrong and what would be right
};

struct Error {
  ErrorCode code = ErrorCode::kInternal;
  std::string detail;                      // a whole sentence without secrets
  std::vector<Violation> violations = {};  // empty unless fields are at fault
  std::chrono::seconds retry_after{0};     // 0: not said
  std::string_view limit = {};             // the flag of the limit that was reached, of static storage; for metrics
};

template <typename T>
using Result = std::expected<T, Error>;

// For `return error_of(result)` in a function that returns another Result.
template <typename T>
std::unexpected<Error> error_of(Result<T>& result) {
  return std::unexpected(std::move(result.error()));
}

// For `return fail(ErrorCode::kNotFound, "...")` in a function that returns Result.
std::unexpected<Error> fail(ErrorCode code, std::string detail);

// resource_exhausted, because of the limit that the flag without its dashes sets, such as "max-rooms".
std::unexpected<Error> over_limit(std::string_view limit, std::string detail);

// invalid_argument with one violation; the detail is "<field>: <reason>".
std::unexpected<Error> invalid(std::string field, std::string reason);

}  // namespace vestnik
