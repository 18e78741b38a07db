// Values that are right by themselves but do not go with what is there.
#pragma once

#include <string>
#include <utility>

#include "base/error.hpp"

namespace vestnik::chat {

// One violation, whose detail is "<field>: <reason>"; failed_precondition unless told otherwise.
inline std::unexpected<Error> unfit(std::string field, std::string reason,
                                    ErrorCode code = ErrorCode::kFailedPrecondition) {
  Error error{.code = code, .detail = field + ": " + reason};
  error.violations.push_back({.field = std::move(field), .reason = std::move(reason)});
  return std::unexpected(std::move(error));
}

}  // namespace vestnik::chat
