#include "cli/narrator.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <simdjson.h>

#include <cstddef>
#include <utility>
#include <vector>

#include "base/visible.hpp"
#include "cli/json_field.hpp"

namespace vestnik::cli {
namespace {

using simdjson::dom::element;

constexpr std::size_t kMessagesMax = 1'000;
constexpr std::size_t kNamesMax = 10'000;
constexpr std::size_t kQuotedMax = 40;  // code points

// The rules that differ from those of an ordinary room.
std::string rules_of(element rules, LineStyle style) {
  std::vector<std::string> parts = {field<bool>(rules, "read_only").value_or(false) ? "only the owner writes"
                                                                                    : "everybody writes"};
  if (const auto limit = field<std::int64_t>(rules, "message_limit")) {
    parts.push_back(fmt::format("the newest {} messages are kept", *limit));
  }
  if (const auto length = field<std::int64_t>(rules, "max_length")) {
    parts.push_back(fmt::format("at most {} characters", *length));
  }
  if (const auto end = field<std::string_view>(rules, "expires_at")) {
    parts.push_back("closes at " + (style == LineStyle::kAligned ? local_second(*end) : visible(*end)));
  }
  return fmt::format("{}", fmt::join(parts, ", "));
}

}  // namespace

// An event in both styles.
struct Narrator::Line {
  std::string_view kind;
  std::string_view pos;
  std::string who;
  std::optional<std::int64_t> message_id = {};
  std::string detail;    // for columns
  std::string sentence;  // for eyes, to follow the name
};

void Narrator::note(const Received& message) {
  messages_[message.id] = {message.user_id, message.username.value_or(""), message.content};
  if (messages_.size() > kMessagesMax) messages_.erase(messages_.begin());
  remember_name(message.user_id, message.username);
}

void Narrator::remember_name(std::optional<std::int64_t> user_id, std::optional<std::string_view> name) {
  if (!user_id || !name) return;
  if (names_.size() >= kNamesMax) names_.clear();
  names_[*user_id] = *name;
}

std::optional<std::string> Narrator::tell(std::string_view kind, std::string_view json) {
  simdjson::dom::parser parser;
  element event;
  if (parser.parse(simdjson::padded_string(json)).get(event) != simdjson::SUCCESS) return std::nullopt;
  const auto pos = field<std::string_view>(event, "pos");
  if (!pos) return std::nullopt;
  const auto user_id = field<std::int64_t>(event, "user_id");
  Line line{.kind = kind, .pos = *pos, .who = name_of(user_id), .detail = {}, .sentence = {}};
  line.message_id = field<std::int64_t>(event, "message_id");
  const std::string quoted = quote(line.message_id.value_or(0), user_id);

  if (kind == "edited") {
    const auto changed = field<element>(event, "message");
    const auto message = parse_message(changed ? simdjson::minify(*changed) : "");
    if (!message) return std::nullopt;
    line.message_id = message->id;
    line.detail = visible(message->content);
    line.sentence =
        fmt::format("edited {}: {}", quote(message->id, user_id), message->deleted ? "(deleted since)" : line.detail);
    note(*message);
  } else if (kind == "deleted") {
    line.sentence = "deleted " + quoted;
    messages_.erase(line.message_id.value_or(0));
  } else if (kind == "reaction") {
    const bool added = field<bool>(event, "added").value_or(true);
    const std::string emoji = visible(field<std::string_view>(event, "emoji").value_or(""));
    const std::int64_t count = field<std::int64_t>(event, "count").value_or(0);
    line.detail = fmt::format("{} {} {}", added ? "added" : "removed", emoji, count);
    line.sentence = added ? fmt::format("gave {} to {} ({} now)", emoji, quoted, count)
                          : fmt::format("took {} back from {} ({} now)", emoji, quoted, count);
  } else if (kind == "member") {
    const bool joined = field<bool>(event, "joined").value_or(true);
    const auto name = field<std::string_view>(event, "username");
    remember_name(user_id, name);
    if (name) line.who = visible(*name);
    line.detail = joined ? "joined" : "left";
    line.sentence = line.detail + " the room";
  } else if (kind == "rules") {
    line.detail = rules_of(event, style_);
    line.sentence = "changed the rules: " + line.detail;
  } else if (kind == "closed") {
    line.detail = visible(field<std::string_view>(event, "reason").value_or(kNothing));
    line.sentence = line.detail == "expired" ? "the time of the room is over" : "closed the room";
  } else {
    return std::nullopt;
  }
  return format(line);
}

std::string Narrator::tell_end(std::string_view json) const {
  simdjson::dom::parser parser;
  element event;
  if (parser.parse(simdjson::padded_string(json)).get(event) != simdjson::SUCCESS) return "was closed";
  if (field<std::string_view>(event, "reason") == "expired") return "was closed, since its time was over";
  const auto user_id = field<std::int64_t>(event, "user_id");
  return user_id ? "was closed by " + name_of(user_id) : "was closed";
}

std::string Narrator::format(const Line& line) const {
  if (style_ == LineStyle::kAligned) return align("", "*", line.who, line.sentence);
  return fmt::format("{}\t{}\t{}\t{}\t{}", line.kind, visible(line.pos), line.who,
                     line.message_id ? std::to_string(*line.message_id) : kNothing,
                     line.detail.empty() ? kNothing : line.detail);
}

std::string Narrator::name_of(std::optional<std::int64_t> user_id) const {
  if (!user_id) return std::string(kNothing);
  const auto known = names_.find(*user_id);
  return known == names_.end() ? fmt::format("user {}", *user_id) : visible(known->second);
}

// The message that was meant; whose it is goes without saying when it is their own.
std::string Narrator::quote(std::int64_t message_id, std::optional<std::int64_t> told_by) const {
  const auto known = messages_.find(message_id);
  if (known == messages_.end()) return fmt::format("message {}", message_id);
  const Remembered& message = known->second;
  const std::string text = fmt::format("\"{}\"", shorten(visible(message.content), kQuotedMax));
  const bool own = message.user_id && message.user_id == told_by;
  return own || message.username.empty() ? text : fmt::format("{} of {}", text, visible(message.username));
}

}  // namespace vestnik::cli
