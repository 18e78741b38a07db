#include <chrono>

#include "app/common_options.hpp"
#include "chat/scopes.hpp"

namespace vestnik::app {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view kKey = "Key";

std::optional<std::string> check_scope(std::string& name) {
  return chat::parse_scope(name) ? std::nullopt : std::optional("is not a scope");
}

}  // namespace

Command create_key_command(CreateKey& options) {
  return {
      .name = "key create",
      .purpose = "Makes an API key for a program and prints it, alone, on standard output. It is shown only once.",
      .examples = R"(  vestnik key create prometheus --scope ops
      reads /stats and /metrics
  vestnik key create root --scope admin --ttl 1h
      closes any room and removes users, for an hour
  vestnik key create bot --scope chat --user-id 7
      reads and writes as user 7)",
      .options =
          {
              {"scope", kKey, "what it may do; admin includes the others",
               checked(options.scopes, "SCOPE,...", "chat, delivery, ops or admin", check_scope)},
              {"user-id", kKey, "user whom it acts as; 1 is admin", whole(options.user_id, 1, kInt64Max)},
              {"ttl", kKey, "until it expires; 0s: never", duration(options.ttl, 0s, 24h * 3'650)},
              store_option(options.store),
              json_option(options.json),
          },
      .operand = Option{"name", "", "name of the new key, for people", text(options.name, "NAME", 64)},
      .complete = [](const std::set<std::string_view>& given) -> std::optional<std::string> {
        if (given.contains("scope")) return std::nullopt;
        return "vestnik key create needs --scope: give chat, delivery, ops or admin, or several between commas.";
      },
  };
}

Command list_keys_command(ListKeys& options) {
  return {
      .name = "key list",
      .purpose = "Lists the API keys by name, without the secrets, which nobody knows.",
      .examples = R"(  vestnik key list
      a table; in a pipe the same columns between tabs, without a heading
  vestnik key list --store sqlite:/var/lib/vestnik/chat.db --json | jq -r .name
      for programs: one JSON object a line)",
      .options = {store_option(options.store), json_option(options.json)},
  };
}

Command revoke_key_command(RevokeKey& options) {
  return {
      .name = "key revoke",
      .purpose = "Ends an API key: a running server refuses it and cuts its streams within a second.",
      .examples = R"(  vestnik key revoke bot
      there is no way back)",
      .options = {store_option(options.store)},
      .operand = Option{"name", "", "name of the key", text(options.name, "NAME", 64)},
  };
}

}  // namespace vestnik::app
