// What may be written: limits and text rules, without a storage and without a clock. Any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "chat/types.hpp"

namespace vestnik::chat {

struct Limits {
  std::int32_t max_message_length = 16'384;  // code points; rooms may have less
  std::int64_t max_rooms = 10'000;
  std::int64_t max_users = 1'000'000;
  std::int64_t max_room_messages = 100'000'000;  // rooms may keep less
  std::int32_t max_page = 500;
  std::int64_t max_rooms_per_user = 50;       // open ones that a user owns, where sessions are required
  std::int64_t max_rooms_joined = 1'000;      // open ones that a user is a member of
  std::int64_t max_cursors_per_user = 5'000;  // in open rooms, whatever their names
  std::size_t max_attachments = 10;           // of one message
};

// What a client asks to write, before the rules were applied; by whom is decided before.
struct NewMessage {
  std::optional<UserId> user_id;
  std::optional<std::string> username;
  std::string content;
  std::string_view content_field = "content";  // the name it was given under, for errors
  std::optional<std::int64_t> client_seq;
  std::optional<std::string> nonce;
  std::optional<MessageId> reply_to;
  std::vector<AttachmentId> attachment_ids;
};

// The rules of a room as a client asks for them; absent: not said, zero: none of its own.
struct RulesRequest {
  std::optional<std::int32_t> max_length;
  std::optional<std::int64_t> message_limit;
  std::optional<bool> read_only;
  std::optional<std::string> ttl;  // a duration
};

// The message as it may be committed to the room. Errors: invalid_argument with the field.
Result<Draft> check_message(NewMessage message, const RoomInfo& room, const RoomRules& rules, const Limits& limits);
// The text may be empty where a message has something besides. Errors: invalid_argument with the field.
Result<void> check_text(std::string_view field, std::string_view text, bool may_be_empty, const RoomRules& rules,
                        const Limits& limits);
// The rules of a new room, where zero is no value. Errors: invalid_argument with the field.
Result<RoomRules> new_rules(const RulesRequest& request, const Limits& limits, Time now);
// What is asked to be changed. Errors: invalid_argument with the field.
Result<RulesPatch> check_rules(const RulesRequest& request, const Limits& limits, Time now);

// Errors: invalid_argument with the field.
Result<void> check_new_user(const NewUser& user);
Result<void> check_room_name(std::string_view name);
Result<void> check_display_name(std::string_view name);
Result<void> check_cursor_name(std::string_view name);
// The emoji in the one form in which it is kept.
Result<std::string> check_emoji(std::string_view emoji);
Result<std::int32_t> check_page_limit(std::optional<std::int32_t> limit, const Limits& limits);
Result<std::int64_t> check_page_offset(std::optional<std::int64_t> offset);
// A time as clients write it: RFC 3339, or a duration back from `now` such as "-10m".
Result<Time> parse_time(std::string_view field, std::string_view text, Time now);

}  // namespace vestnik::chat
