// Optional fields of the contract as optional values: VESTNIK_FIELD(request, limit).
#pragma once

#include <optional>
#include <utility>

#include "base/error.hpp"

#define VESTNIK_FIELD(message, name) ((message).has_##name() ? std::optional((message).name()) : std::nullopt)

namespace vestnik::api {

template <typename T>
std::unexpected<Error> error_of(Result<T>& result) {
  return std::unexpected(std::move(result.error()));
}

}  // namespace vestnik::api
