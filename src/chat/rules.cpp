#include "chat/rules.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <span>
#include <utility>

#include "base/ids.hpp"
#include "base/text.hpp"
#include "chat/emoji.hpp"
#include "chat/names.hpp"
#include "chat/unicode.hpp"

namespace vestnik::chat {
namespace {

constexpr std::size_t kNameLengthMax = 64;    // code points
constexpr std::size_t kEmailLengthMax = 254;  // bytes, RFC 5321 section 4.5.3.1.3
constexpr std::size_t kNonceLengthMax = 128;  // bytes
constexpr std::int32_t kPageDefault = 50;

// The control characters U+0080 to U+009F, some of which move the cursor of a terminal. `text` is valid UTF-8.
bool has_c1(std::string_view text) {
  for (std::size_t at = text.find('\xC2'); at != std::string_view::npos; at = text.find('\xC2', at + 1)) {
    if (static_cast<unsigned char>(text[at + 1]) < 0xA0) return true;
  }
  return false;
}

// A line of text: UTF-8 without control characters, 1 to `length_max` code points.
Result<void> check_line(std::string_view field, std::string_view line, std::size_t length_max) {
  if (!is_valid_utf8(line)) return invalid(std::string(field), "not valid UTF-8");
  if (find_control_character(line) || line.find_first_of("\n\t") != std::string_view::npos || has_c1(line)) {
    return invalid(std::string(field), "control characters are not allowed");
  }
  if (line.find_first_not_of(' ') == std::string_view::npos) {
    return invalid(std::string(field), "empty; give at least one character");
  }
  if (const auto length = count_code_points(line); length > length_max) {
    return invalid(std::string(field), fmt::format("{} characters; at most {} are allowed", length, length_max));
  }
  return {};
}

// A line by which people know somebody or something.
Result<void> check_name(std::string_view field, std::string_view name) {
  if (auto ok = check_line(field, name, kNameLengthMax); !ok) return ok;
  if (has_blank_edge(name)) return invalid(std::string(field), "begins or ends with white space; leave that out");
  if (const auto deceptive = find_deceptive(name)) {
    return invalid(std::string(field),
                   fmt::format("U+{:04X} cannot be seen or turns the direction of writing; leave it out",
                               static_cast<std::uint32_t>(*deceptive)));
  }
  return {};
}

Result<void> check_content(std::string_view field, std::string_view content, bool may_be_empty,
                           std::size_t length_max) {
  if (content.empty() && !may_be_empty) return invalid(std::string(field), "empty; give at least one character");
  if (!is_valid_utf8(content)) return invalid(std::string(field), "not valid UTF-8");
  if (const auto control = find_control_character(content)) {
    return invalid(std::string(field),
                   fmt::format("control character U+{:04X}; only newline and tab are allowed", *control));
  }
  if (!may_be_empty && !has_visible(content)) {
    return invalid(std::string(field), "only white space and invisible characters; give at least one visible one");
  }
  if (content.size() > length_max) {  // otherwise it cannot have more code points than allowed
    if (const auto length = count_code_points(content); length > length_max) {
      return invalid(std::string(field), fmt::format("{} characters; at most {} are allowed", length, length_max));
    }
  }
  return {};
}

Result<void> check_attachments(std::span<const AttachmentId> ids, std::size_t count_max) {
  constexpr std::string_view kField = "attachment_ids";
  if (ids.size() > count_max) {
    return invalid(
        std::string(kField),
        fmt::format("{} of them; a message has at most {} (--max-attachments-per-message)", ids.size(), count_max));
  }
  for (auto id = ids.begin(); id != ids.end(); ++id) {
    if (!looks_like_uuid(*id)) {
      return invalid(std::string(kField), "not all are UUIDs; give those that POST /api/v1/attachments has answered");
    }
    if (std::find(ids.begin(), id, *id) != id)
      return invalid(std::string(kField), fmt::format("{} is twice in it", *id));
  }
  return {};
}

}  // namespace

Result<void> check_text(std::string_view field, std::string_view text, bool may_be_empty, const RoomRules& rules,
                        const Limits& limits) {
  return check_content(field, text, may_be_empty,
                       static_cast<std::size_t>(
                           std::min(rules.max_length.value_or(limits.max_message_length), limits.max_message_length)));
}

Result<Draft> check_message(NewMessage message, const RoomInfo& room, const RoomRules& rules, const Limits& limits) {
  for (AttachmentId& id : message.attachment_ids) id = to_lower(id);
  if (auto ok = check_attachments(message.attachment_ids, limits.max_attachments); !ok) {
    return std::unexpected(std::move(ok.error()));
  }
  const bool may_be_empty = !message.attachment_ids.empty();
  if (auto ok = check_text(message.content_field, message.content, may_be_empty, rules, limits); !ok) {
    return std::unexpected(std::move(ok.error()));
  }
  if (message.client_seq && *message.client_seq < 0) return invalid("client_seq", "negative; count from 0");
  if (!message.client_seq && rules.client_seq_required) {
    return invalid("client_seq",
                   fmt::format("missing; the room {} wants the client's own number of each message", room.name));
  }
  if (message.username) {
    if (auto ok = check_name("username", *message.username); !ok) {
      return std::unexpected(std::move(ok.error()));
    }
  }
  if (message.user_id && *message.user_id <= 0) return invalid("user_id", "not a user's number; they count from 1");
  if (message.nonce) {
    const bool visible = std::ranges::all_of(*message.nonce, [](char c) { return c > ' ' && c < 0x7F; });
    if (message.nonce->empty() || message.nonce->size() > kNonceLengthMax || !visible) {
      return invalid("nonce", fmt::format("must be 1 to {} visible ASCII characters", kNonceLengthMax));
    }
  }
  if (message.reply_to && *message.reply_to <= 0) {
    return invalid("reply_to", "not a message's number; they count from 1");
  }
  return Draft{
      .room_id = room.id,
      .user_id = message.user_id,
      .username = std::move(message.username),
      .content = std::move(message.content),
      .client_seq = message.client_seq,
      .nonce = std::move(message.nonce),
      .reply_to = message.reply_to,
      .message_limit = std::min(rules.message_limit.value_or(limits.max_room_messages), limits.max_room_messages),
      .attachment_ids = std::move(message.attachment_ids)};
}

Result<RoomRules> new_rules(const RulesRequest& request, const Limits& limits, Time now) {
  const auto patch = check_rules(request, limits, now);
  if (!patch) return std::unexpected(patch.error());
  const RoomRules rules = patched({}, *patch);
  if (request.max_length && !rules.max_length)
    return invalid("max_length", "0 is no length; leave it out or give more");
  if (request.message_limit && !rules.message_limit) {
    return invalid("message_limit", "0 is no limit; leave it out or give more");
  }
  if (request.ttl && !rules.expires_at) return invalid("ttl", "0 is no time to live; leave it out or give more");
  return rules;
}

Result<RulesPatch> check_rules(const RulesRequest& request, const Limits& limits, Time now) {
  RulesPatch patch{.read_only = request.read_only};
  if (const auto length = request.max_length) {
    if (*length < 0 || *length > limits.max_message_length) {
      return invalid("max_length", fmt::format("{} is out of range; give 1 to {}", *length, limits.max_message_length));
    }
    patch.max_length.emplace(*length == 0 ? std::nullopt : length);
  }
  if (const auto limit = request.message_limit) {
    if (*limit < 0 || *limit > limits.max_room_messages) {
      return invalid("message_limit",
                     fmt::format("{} is out of range; give 1 to {}", *limit, limits.max_room_messages));
    }
    patch.message_limit.emplace(*limit == 0 ? std::nullopt : limit);
  }
  if (request.ttl) {
    const auto ttl = parse_duration(*request.ttl);
    if (!ttl) return invalid("ttl", "not a duration; write it like 90s, 10m, 1h or 7d");
    patch.expires_at.emplace(ttl->count() == 0 ? std::nullopt : std::optional<Time>(now + *ttl));
  }
  return patch;
}

Result<void> check_new_user(const NewUser& user) {
  if (auto ok = check_name("username", user.username); !ok) return ok;
  if (!user.email) return {};
  if (auto ok = check_line("email", *user.email, kEmailLengthMax); !ok) return ok;
  const auto at = user.email->find('@');
  const bool plausible = at != std::string::npos && at > 0 && at + 1 < user.email->size() &&
                         user.email->find('@', at + 1) == std::string::npos &&
                         user.email->find(' ') == std::string::npos;
  if (!plausible || user.email->size() > kEmailLengthMax) {
    return invalid("email", "not an e-mail address; write it like user@example.com");
  }
  return {};
}

Result<void> check_room_name(std::string_view name) {
  if (auto ok = check_name("name", name); !ok) return ok;
  if (name.find_first_of("/?#:") != std::string_view::npos) {
    return invalid("name", "the characters / ? # : are not allowed, since the name stands in addresses");
  }
  if (name == "." || name == "..") return invalid("name", "means a step in an address; give another name");
  if (looks_like_uuid(name)) return invalid("name", "looks like a UUID; those are given by the server");
  return {};
}

Result<void> check_display_name(std::string_view name) {
  return check_name("display_name", name);
}

Result<void> check_cursor_name(std::string_view name) {
  return check_line("cursor", name, kNameLengthMax);
}

Result<std::string> check_emoji(std::string_view emoji) {
  if (auto normalized = normalized_emoji(emoji)) return *std::move(normalized);
  return invalid("emoji", "not one emoji; give one such as 👍");
}

Result<std::int32_t> check_page_limit(std::optional<std::int32_t> limit, const Limits& limits) {
  if (limit && (*limit < 1 || *limit > limits.max_page)) {
    return invalid("limit", fmt::format("{} is out of range; give 1 to {}", *limit, limits.max_page));
  }
  return limit.value_or(std::min(kPageDefault, limits.max_page));
}

Result<std::int64_t> check_page_offset(std::optional<std::int64_t> offset) {
  if (offset && *offset < 0) return invalid("offset", fmt::format("{} is negative; count from 0", *offset));
  return offset.value_or(0);
}

Result<Time> parse_time(std::string_view field, std::string_view text, Time now) {
  if (text.starts_with('-')) {
    if (const auto back = parse_duration(text.substr(1))) return now - *back;
  } else if (const auto time = parse_rfc3339(text)) {
    return *time;
  }
  return invalid(std::string(field),
                 "not a time; write RFC 3339 such as 2024-01-01T12:00:00Z, or -10m for ten "
                 "minutes ago");
}

}  // namespace vestnik::chat
