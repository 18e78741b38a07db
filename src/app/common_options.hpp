// Options that several commands of the terminal have.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

#include "app/options.hpp"
#include "cli/server.hpp"

namespace vestnik::app {

inline constexpr std::int64_t kInt64Max = std::numeric_limits<std::int64_t>::max();

// Where the server is, and who asks.
Option url_option(cli::Server& server);
Option session_option(cli::Server& server);
Option user_id_option(std::optional<std::int64_t>& user_id);

// As --room, or as an operand.
Option room_option(cli::Server& server);

Option json_option(bool& json);

// Where messages live.
Option store_option(std::string& url);

}  // namespace vestnik::app
