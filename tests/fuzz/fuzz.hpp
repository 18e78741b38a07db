// What the fuzz targets share.
#pragma once

#include <cstdlib>

// Ends the process, and so reports the input, when a property does not hold.
inline void require(bool holds) {
  if (!holds) std::abort();
}
