#include "cli/rooms.hpp"

#include <fmt/format.h>

#include <string_view>

#include "base/json_text.hpp"
#include "base/visible.hpp"
#include "cli/answers.hpp"
#include "cli/api_client.hpp"
#include "cli/interrupt.hpp"
#include "cli/room_text.hpp"
#include "cli/terminal.hpp"

namespace vestnik::cli {
namespace {

using UserId = std::optional<std::int64_t>;

std::string shown(const Server& server) {
  return "the room " + visible(server.room);
}

void append_members(JsonWriter& json, const RoomRules& rules, UserId user_id) {
  if (rules.message_limit) json.key("message_limit").integer(*rules.message_limit);
  if (rules.max_length) json.key("max_length").integer(*rules.max_length);
  if (rules.read_only) json.key("read_only").boolean(*rules.read_only);
  if (rules.ttl) json.member("ttl", *rules.ttl);
  if (user_id) json.key("user_id").integer(*user_id);
}

// A call whose body is empty says in the query who asks.
std::string asked_by(std::string url, UserId user_id) {
  return user_id ? fmt::format("{}?user_id={}", url, *user_id) : url;
}

int answer_with_room(const Result<std::string>& room, std::string_view what, const Server& server, bool as_json) {
  if (!room) return refuse(fmt::format("{} {}", what, shown(server)), room.error());
  return as_json ? print_json({*room}) : print_lines(room_facts(*room, output_style()));
}

int answer_with_sentence(const Result<std::string>& done, std::string_view what, const Server& server,
                         std::string_view sentence) {
  if (!done) return refuse(fmt::format("{} {}", what, shown(server)), done.error());
  confirm(sentence);
  return 0;
}

}  // namespace

int run(const ListRooms& options) {
  const InterruptGuard guard;
  const auto rooms = ApiClient(options.server).list(options.server.api_url("/rooms"));
  if (!rooms) return refuse("list the rooms", rooms.error());
  return options.json ? print_json(*rooms) : print_lines(room_table(*rooms, output_style()));
}

int run(const CreateRoom& options) {
  const InterruptGuard guard;
  std::string body;
  JsonWriter json(body);
  json.begin_object().member("name", options.server.room);
  append_members(json, options.rules, options.user_id);
  json.end_object();
  const auto room = ApiClient(options.server).call("POST", options.server.api_url("/rooms"), body);
  return answer_with_room(room, "open", options.server, options.json);
}

int run(const ShowRoom& options) {
  const InterruptGuard guard;
  const auto room = ApiClient(options.server).call("GET", options.server.room_url());
  return answer_with_room(room, "show", options.server, options.json);
}

int run(const SetRoom& options) {
  const InterruptGuard guard;
  std::string body;
  JsonWriter json(body);
  json.begin_object();
  append_members(json, options.rules, options.user_id);
  json.end_object();
  const auto room = ApiClient(options.server).call("PATCH", options.server.room_url(), body);
  return answer_with_room(room, "change", options.server, options.json);
}

int run(const CloseRoom& options) {
  const InterruptGuard guard;
  const auto closed = ApiClient(options.server).call("DELETE", asked_by(options.server.room_url(), options.user_id));
  return answer_with_sentence(closed, "close", options.server, shown(options.server) + " is closed");
}

int run(const JoinRoom& options) {
  const InterruptGuard guard;
  const std::string url = options.server.members_url() + "/me";
  const auto joined = ApiClient(options.server).call("PUT", asked_by(url, options.user_id));
  return answer_with_sentence(joined, "join", options.server, "you are a member of " + shown(options.server));
}

int run(const LeaveRoom& options) {
  const InterruptGuard guard;
  const std::string url = options.server.members_url() + "/me";
  const auto left = ApiClient(options.server).call("DELETE", asked_by(url, options.user_id));
  return answer_with_sentence(left, "leave", options.server, "you are no member of " + shown(options.server));
}

int run(const ListMembers& options) {
  const InterruptGuard guard;
  const auto members = ApiClient(options.server).list(options.server.members_url());
  if (!members) return refuse("list the members of " + shown(options.server), members.error());
  return options.json ? print_json(*members) : print_lines(member_table(*members, output_style()));
}

}  // namespace vestnik::cli
