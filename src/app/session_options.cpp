#include "app/common_options.hpp"

namespace vestnik::app {
namespace {

std::optional<std::string> needs_session(const std::set<std::string_view>& given) {
  if (given.contains("session")) return std::nullopt;
  return "There is no session: give VESTNIK_SESSION or --session; vestnik session open NAME opens one.";
}

}  // namespace

Command open_session_command(cli::OpenSession& options) {
  return {
      .name = "session open",
      .purpose = "Opens a session and prints its secret, alone, on standard output.",
      .examples = R"(  export VESTNIK_SESSION=$(vestnik session open Anna)
      from now on every command in this terminal acts as the new guest Anna
  vestnik session open --user-id 1
      as an existing user, where the server is open to all
  vestnik session open Anna --json | jq -r .expires_at
      for programs: the whole answer)",
      .options = {url_option(options.server), user_id_option(options.user_id), json_option(options.json)},
      .operand = Option{"name", "", "name of the new guest, as others see it", text(options.display_name, "NAME", 64)},
      .operand_needed = false,
      .complete = [](const std::set<std::string_view>& given) -> std::optional<std::string> {
        if (given.contains("name") != given.contains("user-id")) return std::nullopt;
        return "vestnik session open needs either the NAME of a new guest, or --user-id with an existing user.";
      },
  };
}

Command show_session_command(cli::ShowSession& options) {
  return {
      .name = "session show",
      .purpose = "Shows whom the session acts as, and when it ends.",
      .examples = R"(  vestnik session show
      the session in VESTNIK_SESSION
  vestnik session show --json | jq .user
      for programs: one JSON object)",
      .options = {url_option(options.server), session_option(options.server), json_option(options.json)},
      .complete = needs_session,
  };
}

Command close_session_command(cli::CloseSession& options) {
  return {
      .name = "session close",
      .purpose = "Ends the session: nobody acts as its user with it any more.",
      .examples = R"(  vestnik session close; unset VESTNIK_SESSION
      messages and rooms of the user stay)",
      .options = {url_option(options.server), session_option(options.server)},
      .complete = needs_session,
  };
}

}  // namespace vestnik::app
