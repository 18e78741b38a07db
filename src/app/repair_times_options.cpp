#include "app/common_options.hpp"

namespace vestnik::app {

Command repair_times_command(RepairTimesOptions& options) {
  return {
      .name = "repair-times",
      .purpose = "Dates anew what was dated ahead of the clock, while the server is stopped.",
      .examples = R"(  vestnik repair-times
      in data/vestnik.db, after the clock of this machine was set right
  vestnik repair-times --store sqlite:/var/lib/vestnik/chat.db
      in another database)",
      .options = {store_option(options.store)},
      .complete = [&options](const std::set<std::string_view>&) -> std::optional<std::string> {
        if (options.store.starts_with("sqlite:")) return std::nullopt;
        return "vestnik repair-times needs a storage that keeps its messages: give --store sqlite:PATH.";
      },
  };
}

}  // namespace vestnik::app
