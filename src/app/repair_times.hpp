// `vestnik repair-times`: dates anew what a stopped server had written while its clock was ahead.
#pragma once

#include <string>

#include "app/config.hpp"

namespace vestnik::app {

struct RepairTimesOptions {
  std::string store = Storage{}.url;
};

// Everything that is dated after this moment is dated at this moment; standard output says how many messages were. The
// exit code: 0, or 1 when it failed (standard error has the sentence).
int repair_times(const RepairTimesOptions& options);

}  // namespace vestnik::app
