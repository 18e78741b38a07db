// Which version this binary is.
#pragma once

#include "api/ops_api.hpp"

namespace vestnik::app {

api::BuildInfo build_info();

}  // namespace vestnik::app
