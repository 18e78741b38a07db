// What every storage answers about recipients, in the same words.
#pragma once

#include <fmt/core.h>

#include <expected>
#include <string_view>

#include "base/error.hpp"
#include "delivery/types.hpp"

namespace vestnik::storage::answers {

inline std::unexpected<Error> no_recipient(delivery::RecipientId id) {
  return fail(ErrorCode::kNotFound, fmt::format("There is no recipient {}.", id));
}
inline std::unexpected<Error> phone_taken(delivery::RecipientId id) {
  return fail(ErrorCode::kAlreadyExists, fmt::format("The recipient {} has this phone.", id));
}

}  // namespace vestnik::storage::answers
