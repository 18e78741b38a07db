#include <array>
#include <initializer_list>

#include "app/common_options.hpp"
#include "base/clock.hpp"

namespace vestnik::app {
namespace {

constexpr std::string_view kRules = "Rules";
constexpr std::int64_t kLengthMax = 65'536;

std::optional<std::string> check_ttl(std::string& text) {
  return parse_duration(text) ? std::nullopt : std::optional("is not a duration");
}

// clang-format off: one line for each option
// Those of a new room (`least` 1), and what they are changed to (0: as in an ordinary room).
std::vector<Option> rule_options(cli::RoomRules& rules, std::int64_t least) {
  const bool is_new = least > 0;
  return {
    {"message-limit", kRules, is_new ? "how many messages are kept; the oldest beyond it are removed" : "how many messages are kept; 0: as many as the server allows", whole(rules.message_limit, least, kInt64Max)},
    {"max-length", kRules, is_new ? "longest message, in characters" : "longest message, in characters; 0: as long as the server allows", whole(rules.max_length, least, kLengthMax)},
    {"read-only", kRules, is_new ? "only the owner writes" : "only the owner writes; --read-only=false: everybody does", yes_or_no(rules.read_only)},
    {"ttl", kRules, is_new ? "after this time the room is closed" : "after this time the room is closed; 0s: never", checked(rules.ttl, "DURATION", "a duration such as 90s, 10m, 1h or 7d", check_ttl)},
  };
}
// clang-format on

// Where the server is, and as whom.
template <typename Options>
std::vector<Option> caller_options(Options& options) {
  return {url_option(options.server), session_option(options.server), user_id_option(options.user_id)};
}

std::vector<Option> joined(std::initializer_list<std::vector<Option>> parts) {
  std::vector<Option> options;
  for (const auto& part : parts) options.insert(options.end(), part.begin(), part.end());
  return options;
}

// What somebody does to a room without more to say about it.
template <typename Options>
Command one_room_command(std::string_view name, std::string_view purpose, std::string_view examples, Options& options) {
  return {
      .name = name,
      .purpose = purpose,
      .examples = examples,
      .options = caller_options(options),
      .operand = room_option(options.server),
  };
}

constexpr std::array kGroups = {
    Group{.name = "key",
          .purpose = "Makes, lists and revokes API keys, with which programs act on a server that requires sessions.",
          .examples = R"(  vestnik key create prometheus --scope ops
      reads /stats and /metrics
  vestnik key list
      what there is, and until when
  vestnik key revoke prometheus
      ends it within a second)"},
    Group{.name = "room",
          .purpose = "Lists, opens, changes and closes rooms; joins and leaves them.",
          .examples = R"(  vestnik room list
      every open room: who owns it, how much is in it, when it closes
  vestnik room create team --message-limit 1000 --ttl 7d
      a room of your own for a week; `vestnik write --room team` and `vestnik watch --room team` use it
  vestnik room set team --read-only
      from now on only you write there)"},
    Group{.name = "session",
          .purpose = "Opens, shows and closes a session, with which the other commands act as a user.",
          .examples = R"(  export VESTNIK_SESSION=$(vestnik session open Anna)
      from now on every command in this terminal acts as Anna
  vestnik session show
      whom the session acts as, and when it ends
  vestnik session close; unset VESTNIK_SESSION
      nobody acts as Anna any more)"},
};

}  // namespace

std::span<const Group> groups() {
  return kGroups;
}

Command list_rooms_command(cli::ListRooms& options) {
  return {
      .name = "room list",
      .purpose = "Lists the open rooms, oldest first.",
      .examples = R"(  vestnik room list
      a table; in a pipe the same columns between tabs, without a heading and with times in UTC
  vestnik room list | cut -f 1
      the names alone
  vestnik room list --json | jq -r 'select(.message_count > 1000).name'
      for programs: one JSON object a line)",
      .options = {url_option(options.server), session_option(options.server), json_option(options.json)},
  };
}

Command create_room_command(cli::CreateRoom& options) {
  return {
      .name = "room create",
      .purpose = "Opens a room, which belongs to who opens it.",
      .examples = R"(  vestnik room create team
      a room without rules of its own
  vestnik room create news --read-only --message-limit 1000
      everybody reads, the owner writes, the newest 1000 messages are kept
  vestnik room create standup --ttl 1h --max-length 280
      short messages, gone after an hour)",
      .options = joined({caller_options(options), rule_options(options.rules, 1), {json_option(options.json)}}),
      .operand = Option{"name", "", "name of the new room, without / ? # :", text(options.server.room, "NAME", 64)},
  };
}

Command show_room_command(cli::ShowRoom& options) {
  return {
      .name = "room show",
      .purpose = "Shows a room and its rules.",
      .examples = R"(  vestnik room show lobby
      a line for each field; in a pipe its name and value between tabs
  vestnik watch --room lobby --after $(vestnik room show lobby --json | jq -r .pos)
      what happens after this moment)",
      .options = {url_option(options.server), session_option(options.server), json_option(options.json)},
      .operand = room_option(options.server),
  };
}

Command set_room_command(cli::SetRoom& options) {
  return {
      .name = "room set",
      .purpose = "Changes the rules of a room; what is not given stays. For its owner.",
      .examples = R"(  vestnik room set team --message-limit 100
      the oldest messages beyond 100 are removed
  vestnik room set team --read-only=false --ttl 0s
      everybody writes, and nothing closes the room but you)",
      .options = joined({caller_options(options), rule_options(options.rules, 0), {json_option(options.json)}}),
      .operand = room_option(options.server),
      .complete = [&options](const std::set<std::string_view>&) -> std::optional<std::string> {
        const cli::RoomRules& rules = options.rules;
        if (rules.message_limit || rules.max_length || rules.read_only || rules.ttl) return std::nullopt;
        return "vestnik room set has nothing to change: give --message-limit, --max-length, --read-only or --ttl.";
      },
  };
}

Command close_room_command(cli::CloseRoom& options) {
  return one_room_command("room close",
                          "Closes a room: who watches it is told, and it is gone with its messages. For its owner.",
                          R"(  vestnik room close team
      there is no way back)",
                          options);
}

Command join_room_command(cli::JoinRoom& options) {
  return one_room_command("room join", "Becomes a member of a room; who watches it is told.",
                          R"(  vestnik room join team
      again changes nothing)",
                          options);
}

Command leave_room_command(cli::LeaveRoom& options) {
  return one_room_command("room leave", "Ends the membership in a room; who watches it is told.",
                          R"(  vestnik room leave team
      again changes nothing)",
                          options);
}

Command list_members_command(cli::ListMembers& options) {
  return {
      .name = "room members",
      .purpose = "Lists the members of a room in the order in which they joined.",
      .examples = R"(  vestnik room members team
      a table; in a pipe the same columns between tabs, without a heading
  vestnik room members team --json | jq -r .username
      for programs: one JSON object a line)",
      .options = {url_option(options.server), session_option(options.server), json_option(options.json)},
      .operand = room_option(options.server),
  };
}

}  // namespace vestnik::app
