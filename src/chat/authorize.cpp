#include "chat/authorize.hpp"

#include <array>
#include <string_view>

namespace vestnik::chat {
namespace {

// Whom an action is for. Whoever is named further down may as well, but for kSelf.
enum class For : std::uint8_t {
  kAll,       // whoever reaches the server
  kVisitors,  // nobody in particular where the server is open, otherwise users
  kUsers,
  kWriters,  // visitors; in a read-only room the room's owner
  kAuthor,   // the author, the room's owner
  kOwner,    // the room's owner
  kSelf,     // whoever reaches an open server; otherwise the user it is about
};

struct Row {
  Action action;
  Scope scope;
  For whom;
  std::string_view otherwise;  // told to those who may not
};

constexpr std::array<Row, kActions> kTable = {{
    {Action::kOpenSession, Scope::kChat, For::kAll, ""},
    {Action::kRegister, Scope::kChat, For::kVisitors, ""},
    {Action::kRead, Scope::kChat, For::kVisitors, ""},
    {Action::kCreateRoom, Scope::kChat, For::kVisitors, ""},
    {Action::kUpdateRoom, Scope::kChat, For::kOwner, "only the owner of the room may change its rules"},
    {Action::kCloseRoom, Scope::kChat, For::kOwner, "only the owner of the room may close it"},
    {Action::kWrite, Scope::kChat, For::kWriters, "the room is read-only: only its owner writes there"},
    {Action::kEditMessage, Scope::kChat, For::kAuthor,
     "only the author and the owner of the room may edit the message"},
    {Action::kDeleteMessage, Scope::kChat, For::kAuthor,
     "only the author and the owner of the room may delete the message"},
    {Action::kReact, Scope::kChat, For::kUsers, ""},
    {Action::kJoin, Scope::kChat, For::kUsers, ""},
    {Action::kReadUnread, Scope::kChat, For::kUsers, ""},
    {Action::kReadStats, Scope::kOps, For::kVisitors, ""},
    {Action::kRemoveUser, Scope::kAdmin, For::kUsers, ""},
    {Action::kReadEmail, Scope::kChat, For::kSelf, "only the user and the operator may see the e-mail address"},
    {Action::kDeliver, Scope::kDelivery, For::kVisitors, ""},
}};

// Told to those whose credentials do not have the scope; every session has kChat.
std::string_view lack_of(Scope scope) {
  switch (scope) {
    case Scope::kChat:
      return "the API key lacks the scope chat";
    case Scope::kDelivery:
      return "this is for admin, and for API keys with the scope delivery";
    case Scope::kOps:
      return "statistics are for the operator: send Authorization: Bearer with an API key that has the scope ops";
    case Scope::kAdmin:
      break;
  }
  return "this is for admin, and for API keys with the scope admin";
}

const Row& row_of(Action action) {
  for (const Row& row : kTable) {
    if (row.action == action) return row;
  }
  return kTable.back();
}

}  // namespace

Scopes scopes_of(std::optional<UserId> user, Access access) {
  if (user == kAdminId) return {Scope::kAdmin};
  if (access == Access::kOpen) return {Scope::kChat, Scope::kDelivery, Scope::kOps};
  return {Scope::kChat};
}

Result<void> authorize(const Actor& actor, Action action, const Subject& subject, Access access) {
  const Row& row = row_of(action);
  if (row.whom == For::kAll) return {};
  if (access == Access::kSessions && !actor.authenticated) {
    return fail(
        ErrorCode::kUnauthenticated,
        "a session is needed: open one with POST /api/v1/sessions, then send Authorization: Bearer <session_id>");
  }
  const bool for_visitors = row.whom == For::kVisitors || (row.whom == For::kWriters && !subject.read_only) ||
                            (row.whom == For::kSelf && access == Access::kOpen);
  if (!for_visitors && !actor.user_id) {
    return fail(ErrorCode::kUnauthenticated,
                "this is done by a user: send Authorization: Bearer <session_id>, or user_id where the server is open");
  }
  if (!actor.scopes.has(row.scope)) return fail(ErrorCode::kPermissionDenied, std::string(lack_of(row.scope)));
  if (for_visitors) return {};
  const auto is = [&actor](const std::optional<UserId>& user) { return user && *user == *actor.user_id; };
  const bool concerns = row.whom == For::kSelf ? is(subject.user_id) : is(subject.owner_id);
  const bool may = row.whom == For::kUsers || actor.scopes.has(Scope::kAdmin) || concerns ||
                   (row.whom == For::kAuthor && is(subject.author_id));
  if (!may) return fail(ErrorCode::kPermissionDenied, std::string(row.otherwise));
  return {};
}

}  // namespace vestnik::chat
