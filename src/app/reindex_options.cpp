#include "app/common_options.hpp"

namespace vestnik::app {

Command reindex_command(ReindexOptions& options) {
  return {
      .name = "reindex",
      .purpose = "Makes the search index anew, while the server is stopped.",
      .examples = R"(  vestnik reindex
      the index of data/vestnik.db
  vestnik reindex --store sqlite:/var/lib/vestnik/chat.db
      that of another database)",
      .options = {store_option(options.store)},
      .complete = [&options](const std::set<std::string_view>&) -> std::optional<std::string> {
        if (options.store.starts_with("sqlite:")) return std::nullopt;
        return "vestnik reindex needs a storage that keeps its messages: give --store sqlite:PATH.";
      },
  };
}

}  // namespace vestnik::app
