// How a storage tells of what it could not do.
#pragma once

#include <functional>

#include "base/error.hpp"

namespace vestnik::storage {

// Called for each failure, with a sentence for the operator, by the thread that met it. May be empty.
using OnFailure = std::function<void(const Error&)>;

}  // namespace vestnik::storage
