#include "app/common_options.hpp"

#include "base/ids.hpp"
#include "chat/api_keys.hpp"

namespace vestnik::app {
namespace {

constexpr std::string_view kServer = "Server";
constexpr std::string_view kOutput = "Output";

std::optional<std::string> check_url(std::string& url) {
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (!url.starts_with(scheme)) continue;
    const std::string_view rest = std::string_view(url).substr(scheme.size());
    if (rest.empty() || rest.starts_with('/') || rest.find_first_of("?#\\ \t\r\n") != rest.npos) break;
    while (url.ends_with('/')) url.pop_back();
    return {};
  }
  return "is not the address of a server";
}

std::optional<std::string> check_secret(std::string& secret) {
  return looks_like_uuid(secret) || chat::is_api_key(secret) ? std::nullopt
                                                             : std::optional("is not the secret of a session");
}

}  // namespace

// clang-format off: one line for each option
Option url_option(cli::Server& server) {
  return {"url", kServer, "address of the server", checked(server.url, "URL", "http://HOST:PORT or https://HOST", check_url)};
}

Option session_option(cli::Server& server) {
  Value secret = checked(server.session, "SECRET", "what vestnik session open or vestnik key create printed", check_secret);
  secret.secret = true;
  return {"session", kServer, "act as its user; the variable hides it from other users of this machine", std::move(secret)};
}

Option user_id_option(std::optional<std::int64_t>& user_id) {
  return {"user-id", kServer, "act as this user, without a session; where the server is open to all", whole(user_id, 1, kInt64Max)};
}

Option room_option(cli::Server& server) {
  return {"room", kServer, "name or UUID of the room", text(server.room, "ROOM", 64)};
}

Option json_option(bool& json) {
  return {"json", kOutput, "one JSON object a line", yes_or_no(json)};
}
// clang-format on

}  // namespace vestnik::app
