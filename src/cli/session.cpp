#include "cli/session.hpp"

#include <fmt/format.h>
#include <simdjson.h>
#include <unistd.h>

#include "base/json_text.hpp"
#include "base/visible.hpp"
#include "cli/answers.hpp"
#include "cli/api_client.hpp"
#include "cli/interrupt.hpp"
#include "cli/json_field.hpp"
#include "cli/room_text.hpp"
#include "cli/terminal.hpp"

namespace vestnik::cli {
namespace {

std::string own_url(const Server& server) {
  return server.api_url("/sessions/me");
}

}  // namespace

int run(const OpenSession& options) {
  const InterruptGuard guard;
  std::string body;
  JsonWriter json(body);
  json.begin_object();
  if (options.display_name) json.member("display_name", *options.display_name);
  if (options.user_id) json.key("user_id").integer(*options.user_id);
  json.end_object();

  const auto session = ApiClient(options.server).call("POST", options.server.api_url("/sessions"), body);
  if (!session) return refuse("open a session", session.error());
  if (options.json) return print_json({*session});
  simdjson::dom::parser parser;
  simdjson::dom::element object;
  static_cast<void>(parser.parse(*session).get(object));
  const auto secret = field<std::string_view>(object, "session_id");
  if (!secret) return refuse("open a session", Error{.detail = "the server gave none"});
  // First what the other program waits for; people see it above the advice.
  const int code = print_lines({visible(*secret)});
  for (const std::string& sentence : session_advice(*session)) tell(sentence);
  return code;
}

int run(const ShowSession& options) {
  const InterruptGuard guard;
  const auto session = ApiClient(options.server).call("GET", own_url(options.server));
  if (!session) return refuse("show the session", session.error());
  return options.json ? print_json({*session}) : print_lines(session_facts(*session, output_style()));
}

int run(const CloseSession& options) {
  const InterruptGuard guard;
  const auto closed = ApiClient(options.server).call("DELETE", own_url(options.server));
  if (!closed) return refuse("close the session", closed.error());
  confirm("the session is closed; unset VESTNIK_SESSION");
  return 0;
}

}  // namespace vestnik::cli
