#include "cli/room_text.hpp"

#include <fmt/format.h>
#include <simdjson.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <utility>

#include "base/clock.hpp"
#include "base/visible.hpp"
#include "cli/json_field.hpp"
#include "cli/table.hpp"

namespace vestnik::cli {
namespace {

// One object of the server, and its fields as cells.
class Fields {
 public:
  Fields(std::string_view json, LineStyle style) : style_(style) {
    simdjson::dom::element object;
    if (parser_.parse(simdjson::padded_string(json)).get(object) == simdjson::SUCCESS) object_ = object;
  }

  std::string text(std::string_view name) const { return visible(get<std::string_view>(name).value_or(kNothing)); }
  std::string number(std::string_view name) const {
    const auto value = get<std::int64_t>(name);
    return value ? std::to_string(*value) : std::string(kNothing);
  }
  std::string yes_or_no(std::string_view name) const {
    const auto value = get<bool>(name);
    return std::string(!value ? kNothing : *value ? "yes" : "no");
  }
  std::string time(std::string_view name) const {
    const auto value = get<std::string_view>(name);
    if (!value) return std::string(kNothing);
    return style_ == LineStyle::kAligned ? local_second(*value) : visible(*value);
  }
  // A limit that the room may leave to the server.
  std::string limit(std::string_view name) const {
    const bool left_out = !get<std::int64_t>(name);
    return left_out && style_ == LineStyle::kAligned ? "as the server allows" : number(name);
  }
  std::string owner() const {
    if (const auto name = get<std::string_view>("owner")) return visible(*name);
    const auto id = get<std::int64_t>("owner_id");
    return id ? fmt::format("user {}", *id) : std::string(kNothing);
  }
  // For eyes also how long that is from now on.
  std::string room_end() const {
    const auto left = get<std::string_view>("ttl");
    const std::string end = time("expires_at");
    return left && style_ == LineStyle::kAligned ? fmt::format("{} (in {})", end, spoken_duration(*left)) : end;
  }
  std::string session_end() const {
    const std::string end = time("expires_at");
    return end == kNothing && style_ == LineStyle::kAligned ? "not while an own room is open" : end;
  }
  std::string room_end_soon() const {
    const auto left = get<std::string_view>("ttl");
    return left && style_ == LineStyle::kAligned ? "in " + spoken_duration(*left) : time("expires_at");
  }
  // The user of a session.
  std::string user(std::string_view name) const {
    const auto user = get<simdjson::dom::element>("user");
    if (!user) return std::string(kNothing);
    if (const auto text = field<std::string_view>(*user, name)) return visible(*text);
    const auto id = field<std::int64_t>(*user, name);
    return id ? std::to_string(*id) : std::string(kNothing);
  }
  bool is_guest() const {
    const auto user = get<simdjson::dom::element>("user");
    return user && field<bool>(*user, "guest").value_or(false);
  }

 private:
  template <typename T>
  std::optional<T> get(std::string_view name) const {
    return object_ ? field<T>(*object_, name) : std::nullopt;
  }

  simdjson::dom::parser parser_;
  std::optional<simdjson::dom::element> object_;  // absent: it was no JSON
  LineStyle style_;
};

std::vector<std::string> facts(LineStyle style, std::vector<std::pair<std::string, std::string>> pairs) {
  Table table({{}, {}});
  for (auto& [name, value] : pairs) table.add({std::move(name), std::move(value)});
  return table.lines(style);
}

}  // namespace

std::vector<std::string> room_table(std::span<const std::string> rooms, LineStyle style) {
  Table table({{.title = "NAME"},
               {.title = "OWNER"},
               {.title = "OPENED"},
               {.title = "MESSAGES", .number = true},
               {.title = "ACTIVE", .number = true},
               {.title = "LAST MESSAGE"},
               {.title = "CLOSES"},
               {.title = "READ-ONLY"}});
  for (const std::string& json : rooms) {
    const Fields room(json, style);
    table.add({room.text("name"), room.owner(), room.time("created_at"), room.number("message_count"),
               room.number("active_users"), room.time("last_message_at"), room.room_end_soon(),
               room.yes_or_no("read_only")});
  }
  return table.lines(style);
}

std::vector<std::string> member_table(std::span<const std::string> members, LineStyle style) {
  Table table({{.title = "USER", .number = true}, {.title = "NAME"}, {.title = "SINCE"}});
  for (const std::string& json : members) {
    const Fields member(json, style);
    table.add({member.number("user_id"), member.text("username"), member.time("joined_at")});
  }
  return table.lines(style);
}

std::vector<std::string> room_facts(std::string_view json, LineStyle style) {
  const Fields room(json, style);
  return facts(style, {{"name", room.text("name")},
                       {"id", room.text("id")},
                       {"owner", room.owner()},
                       {"created_at", room.time("created_at")},
                       {"message_count", room.number("message_count")},
                       {"last_message_at", room.time("last_message_at")},
                       {"active_users", room.number("active_users")},
                       {"pos", room.text("pos")},
                       {"message_limit", room.limit("message_limit")},
                       {"max_length", room.limit("max_length")},
                       {"client_seq_required", room.yes_or_no("client_seq_required")},
                       {"read_only", room.yes_or_no("read_only")},
                       {"expires_at", room.room_end()}});
}

std::vector<std::string> session_facts(std::string_view json, LineStyle style) {
  const Fields session(json, style);
  return facts(style, {{"user_id", session.user("id")},
                       {"username", session.user("username")},
                       {"guest", session.is_guest() ? "yes" : "no"},
                       {"created_at", session.time("created_at")},
                       {"expires_at", session.session_end()}});
}

std::vector<std::string> session_advice(std::string_view json) {
  const Fields session(json, LineStyle::kAligned);
  const std::string name = session.user("username");
  const std::string end = session.time("expires_at");
  return {fmt::format("this session acts as {} (user {}) for whoever has it", name, session.user("id")),
          end == kNothing ? fmt::format("it does not end while {} owns an open room", name)
                          : fmt::format("it ends at {}; each message and each own room puts that off", end),
          "the other commands find it in VESTNIK_SESSION; in one step: export VESTNIK_SESSION=$(vestnik session open "
          "NAME)"};
}

std::string spoken_duration(std::string_view text) {
  struct Unit {
    std::int64_t seconds;
    char name;
  };
  constexpr Unit kUnits[] = {{86'400, 'd'}, {3'600, 'h'}, {60, 'm'}, {1, 's'}};
  const auto parsed = parse_duration(text);
  if (!parsed) return visible(text);
  std::int64_t left = *parsed / std::chrono::seconds(1);
  std::string out;
  int shown = 0;
  for (const Unit& unit : kUnits) {
    const std::int64_t count = std::exchange(left, left % unit.seconds) / unit.seconds;
    if (shown == 0 && count == 0 && unit.seconds != 1) continue;
    if (++shown > 2) break;
    if (shown == 1 || count != 0)
      fmt::format_to(std::back_inserter(out), "{}{}{}", shown == 1 ? "" : " ", count, unit.name);
  }
  return out;
}

}  // namespace vestnik::cli
