#include "app/repair_times.hpp"

#include <fmt/format.h>

#include <chrono>

#include "cli/terminal.hpp"
#include "storage/open_store.hpp"

namespace vestnik::app {
namespace {

// It reads every message, and nobody waits for another call.
constexpr std::chrono::hours kTimeout{24};

int failed(const Error& error) {
  cli::tell(error.detail);
  return 1;
}

}  // namespace

int repair_times(const RepairTimesOptions& options) {
  auto store = storage::open_store(options.store, {.timeout = kTimeout, .must_exist = true});
  if (!store) return failed(store.error());
  const Time now = system_now();
  const auto repaired = (*store)->repair_times(now);
  if (!repaired) return failed(repaired.error());
  cli::print_line(fmt::format("{} messages were dated after {}; they are dated at this moment now.", *repaired,
                              format_rfc3339(std::chrono::floor<std::chrono::seconds>(now))));
  return 0;
}

}  // namespace vestnik::app
