#include "app/keys.hpp"

#include <fmt/format.h>

#include <utility>

#include "base/clock.hpp"
#include "base/json_text.hpp"
#include "base/sha256.hpp"
#include "base/visible.hpp"
#include "chat/api_keys.hpp"
#include "cli/answers.hpp"
#include "cli/table.hpp"
#include "cli/terminal.hpp"
#include "storage/open_store.hpp"

namespace vestnik::app {
namespace {

Result<chat::Scopes> scopes_of(const std::vector<std::string>& names) {
  std::int64_t bits = 0;
  for (const std::string& name : names) {
    const auto scope = chat::parse_scope(name);
    if (!scope) return std::unexpected(scope.error());
    bits |= static_cast<std::int64_t>(*scope);
  }
  return chat::Scopes::from_bits(bits);
}

// One line of JSON; with the secret only when it was made just now.
std::string json_of(const chat::ApiKey& key, std::string_view secret) {
  std::string text;
  JsonWriter json(text);
  json.begin_object().member("name", key.name);
  if (!secret.empty()) json.member("key", secret);
  json.member("scopes", chat::to_string(key.scopes));
  json.key("user_id").integer(key.user.id).member("username", key.user.username);
  json.member("created_at", format_rfc3339(key.created_at));
  if (key.expires_at) json.member("expires_at", format_rfc3339(*key.expires_at));
  json.end_object();
  return text;
}

}  // namespace

int run(const CreateKey& options) {
  const auto scopes = scopes_of(options.scopes);
  if (!scopes) return cli::refuse("make the API key", scopes.error());
  auto keys = storage::open_keys(options.store);
  if (!keys) return cli::refuse("make the API key", keys.error());
  const std::string secret = chat::make_api_key();
  const Time now = system_now();
  const auto key =
      (*keys)->create_key({.name = options.name,
                           .hash = sha256_hex(secret),
                           .scopes = *scopes,
                           .user_id = options.user_id,
                           .created_at = now,
                           .expires_at = options.ttl.count() > 0 ? std::optional(now + options.ttl) : std::nullopt});
  if (!key) return cli::refuse("make the API key", key.error());
  if (options.json) return cli::print_json({json_of(*key, secret)});
  // First what another program waits for.
  const int code = cli::print_lines({secret});
  cli::confirm(
      fmt::format("this is the only time that the key is shown. It acts as {} with {}; send it as "
                  "Authorization: Bearer. vestnik key revoke {} ends it.",
                  visible(key->user.username), chat::to_string(key->scopes), visible(key->name)));
  return code;
}

int run(const ListKeys& options) {
  auto keys = storage::open_keys(options.store);
  if (!keys) return cli::refuse("list the API keys", keys.error());
  const auto list = (*keys)->list_keys();
  if (!list) return cli::refuse("list the API keys", list.error());
  if (options.json) {
    std::vector<std::string> lines;
    for (const chat::ApiKey& key : *list) lines.push_back(json_of(key, ""));
    return cli::print_json(lines);
  }
  if (list->empty()) {
    cli::confirm("there is no API key; vestnik key create NAME makes one");
    return 0;
  }
  const Time now = system_now();
  cli::Table table(
      {{.title = "NAME"}, {.title = "SCOPES"}, {.title = "ACTS AS"}, {.title = "MADE"}, {.title = "ENDS"}});
  for (const chat::ApiKey& key : *list) {
    const std::string end = !key.expires_at          ? "-"
                            : *key.expires_at <= now ? "expired"
                                                     : format_rfc3339(*key.expires_at);
    table.add({visible(key.name), chat::to_string(key.scopes), visible(key.user.username),
               format_rfc3339(key.created_at), end});
  }
  return cli::print_lines(table.lines(cli::output_style()));
}

int run(const RevokeKey& options) {
  auto keys = storage::open_keys(options.store);
  if (!keys) return cli::refuse("revoke the API key", keys.error());
  const auto revoked = (*keys)->revoke_key(options.name);
  if (!revoked) return cli::refuse("revoke the API key", revoked.error());
  cli::confirm("the API key is revoked; a running server refuses it within a second");
  return 0;
}

}  // namespace vestnik::app
