#include "chat/authorize.hpp"

#include <array>
#include <string_view>

namespace vestnik::chat {
namespace {

constexpr UserId kAdminId = 1;  // the first user of every store

// Whom an action is for. Whoever is named further down may as well.
enum class For : std::uint8_t {
  kAll,       // whoever reaches the server
  kVisitors,  // nobody in particular where the server is open, otherwise users
  kUsers,
  kWriters,  // visitors; in a read-only room the room's owner
  kAuthor,   // the author, the room's owner
  kOwner,    // the room's owner
};

struct Row {
  Action action;
  For whom;
  std::string_view otherwise;  // told to those who may not
};

constexpr std::array<Row, kActions> kTable = {{
    {Action::kOpenSession, For::kAll, ""},
    {Action::kRegister, For::kVisitors, ""},
    {Action::kRead, For::kVisitors, ""},
    {Action::kCreateRoom, For::kVisitors, ""},
    {Action::kUpdateRoom, For::kOwner, "only the owner of the room may change its rules"},
    {Action::kCloseRoom, For::kOwner, "only the owner of the room may close it"},
    {Action::kWrite, For::kWriters, "the room is read-only: only its owner writes there"},
    {Action::kEditMessage, For::kAuthor, "only the author and the owner of the room may edit the message"},
    {Action::kDeleteMessage, For::kAuthor, "only the author and the owner of the room may delete the message"},
    {Action::kReact, For::kUsers, ""},
    {Action::kJoin, For::kUsers, ""},
    {Action::kReadUnread, For::kUsers, ""},
}};

const Row& row_of(Action action) {
  for (const Row& row : kTable) {
    if (row.action == action) return row;
  }
  return kTable.back();
}

}  // namespace

Result<void> authorize(const Actor& actor, Action action, const Subject& subject, Access access) {
  const Row& row = row_of(action);
  if (row.whom == For::kAll) return {};
  if (access == Access::kSessions && !actor.authenticated) {
    return fail(
        ErrorCode::kUnauthenticated,
        "a session is needed: open one with POST /api/v1/sessions, then send Authorization: Bearer <session_id>");
  }
  if (row.whom == For::kVisitors || (row.whom == For::kWriters && !subject.read_only)) return {};
  if (!actor.user_id) {
    return fail(ErrorCode::kUnauthenticated,
                "this is done by a user: send Authorization: Bearer <session_id>, or user_id where the server is open");
  }
  const auto is = [&actor](const std::optional<UserId>& user) { return user && *user == *actor.user_id; };
  const bool may = row.whom == For::kUsers || is(subject.owner_id) || is(kAdminId) ||
                   (row.whom == For::kAuthor && is(subject.author_id));
  if (!may) return fail(ErrorCode::kPermissionDenied, std::string(row.otherwise));
  return {};
}

}  // namespace vestnik::chat
