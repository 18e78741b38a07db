// Values that are right by themselves but do not go with what is there.
#pragma once

#include <string>
#include <utility>

#include "base/error.hpp"

namespace vestnik::chat {

// failed_precondition with one violation; the detail is "<field>: <reason>".
inline std::unexpected<Error> unfit(std::string field, std::string reason) {
  Error error{.code = ErrorCode::kFailedPrecondition, .detail = field + ": " + reason};
  error.violations.push_back({.field = std::move(field), .reason = std::move(reason)});
  return std::unexpected(std::move(error));
}

}  // namespace vestnik::chat
