// `vestnik reindex`: makes the search index of a stopped server anew.
#pragma once

#include <string>

#include "app/config.hpp"

namespace vestnik::app {

struct ReindexOptions {
  std::string store = Storage{}.url;
};

// Empties the index and fills it again from the messages, with its progress on standard error: a bar on a terminal, a
// line every few seconds otherwise. The exit code: 0, or 1 when it failed (standard error has the sentence).
int reindex(const ReindexOptions& options);

}  // namespace vestnik::app
