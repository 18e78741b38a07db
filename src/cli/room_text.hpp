// Rooms, their members and sessions, as the server describes them in JSON, as lines. No I/O.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cli/message_line.hpp"

namespace vestnik::cli {

// What is absent is "-". Times are local in kAligned and as the server wrote them in kColumns; nothing in a line could
// play with the terminal.

// name, owner, created_at, message_count, active_users, last_message_at, expires_at, read_only
std::vector<std::string> room_table(std::span<const std::string> rooms, LineStyle style);

// user_id, username, joined_at
std::vector<std::string> member_table(std::span<const std::string> members, LineStyle style);

// Everything about one room: the name of each field in the contract and its value, one a line.
std::vector<std::string> room_facts(std::string_view room, LineStyle style);

// The same about a session, without its secret.
std::vector<std::string> session_facts(std::string_view session, LineStyle style);

// What to do with a session that was just opened: whom it acts as, when it ends, how to use it.
std::vector<std::string> session_advice(std::string_view session);

// "59m 1s": the two largest units of a duration in the form "3541s"; the text itself when it has another form.
std::string spoken_duration(std::string_view text);

}  // namespace vestnik::cli
