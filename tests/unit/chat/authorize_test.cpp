// Who may do what, as one table.
#include "chat/authorize.hpp"

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace vestnik::chat {
namespace {

constexpr UserId kOwner = 20;
constexpr UserId kAuthor = 30;
constexpr UserId kOther = 40;

const std::vector<std::pair<std::string_view, std::optional<UserId>>> kActors = {
    {"nobody", {}}, {"other", kOther}, {"author", kAuthor}, {"owner", kOwner}, {"admin", kAdminId}};

// What each of kActors gets, in their order: + may, u unauthenticated, d permission_denied.
struct Row {
  std::string_view name;
  Action action;
  bool read_only;
  std::string_view open;      // where the server takes a request's word
  std::string_view sessions;  // with a session, where one is required; without one see below
};

const std::vector<Row> kTable = {
    {"open session", Action::kOpenSession, false, "+++++", "+++++"},
    {"register", Action::kRegister, false, "+++++", "u++++"},
    {"read", Action::kRead, false, "+++++", "u++++"},
    {"create room", Action::kCreateRoom, false, "+++++", "u++++"},
    {"update room", Action::kUpdateRoom, false, "udd++", "udd++"},
    {"close room", Action::kCloseRoom, false, "udd++", "udd++"},
    {"write", Action::kWrite, false, "+++++", "u++++"},
    {"write in a read-only room", Action::kWrite, true, "udd++", "udd++"},
    {"edit message", Action::kEditMessage, false, "ud+++", "ud+++"},
    {"edit message of a read-only room", Action::kEditMessage, true, "ud+++", "ud+++"},
    {"delete message", Action::kDeleteMessage, false, "ud+++", "ud+++"},
    {"react", Action::kReact, false, "u++++", "u++++"},
    {"react in a read-only room", Action::kReact, true, "u++++", "u++++"},
    {"join", Action::kJoin, false, "u++++", "u++++"},
    {"read unread", Action::kReadUnread, false, "u++++", "u++++"},
    {"read statistics", Action::kReadStats, false, "+++++", "uddd+"},
    {"remove user", Action::kRemoveUser, false, "uddd+", "uddd+"},
    {"read e-mail of the author", Action::kReadEmail, false, "+++++", "ud+d+"},
    {"deliver", Action::kDeliver, false, "+++++", "uddd+"},
};

char verdict(const Actor& actor, const Row& row, Access access, Subject subject) {
  subject.read_only = row.read_only;
  const auto may = authorize(actor, row.action, subject, access);
  if (may) return '+';
  EXPECT_FALSE(may.error().detail.empty()) << row.name;
  if (may.error().code == ErrorCode::kUnauthenticated) return 'u';
  return may.error().code == ErrorCode::kPermissionDenied ? 'd' : '?';
}

constexpr Subject kAll{.owner_id = kOwner, .read_only = false, .author_id = kAuthor, .user_id = kAuthor};

TEST(Authorize, KnowsEveryAction) {
  std::map<Action, int> rows;
  for (const Row& row : kTable) ++rows[row.action];
  EXPECT_EQ(rows.size(), kActions);
}

TEST(Authorize, FollowsTheTable) {
  for (const Row& row : kTable) {
    for (std::size_t i = 0; i < kActors.size(); ++i) {
      const auto& [name, id] = kActors[i];
      const Actor claimed{.user_id = id, .scopes = scopes_of(id, Access::kOpen)};
      const auto holder = [&](Access access) {
        return Actor{
            .user_id = id, .username = "name", .authenticated = id.has_value(), .scopes = scopes_of(id, access)};
      };
      EXPECT_EQ(verdict(claimed, row, Access::kOpen, kAll), row.open[i]) << row.name << ", open, " << name;
      EXPECT_EQ(verdict(holder(Access::kOpen), row, Access::kOpen, kAll), row.open[i])
          << row.name << ", open, session of " << name;
      EXPECT_EQ(verdict(holder(Access::kSessions), row, Access::kSessions, kAll), row.sessions[i])
          << row.name << ", sessions, " << name;
    }
  }
}

TEST(Authorize, TakesNobodysWordWhereSessionsAreRequired) {
  for (const Row& row : kTable) {
    for (const auto& [name, id] : kActors) {
      EXPECT_EQ(verdict({.user_id = id}, row, Access::kSessions, kAll), row.action == Action::kOpenSession ? '+' : 'u')
          << row.name << ", " << name;
    }
  }
}

TEST(Authorize, TreatsWhatBelongsToNobodyAsTheAdmins) {
  const auto may = [](UserId user, Action action, bool read_only = false) {
    const Actor actor{
        .user_id = user, .username = "name", .authenticated = true, .scopes = scopes_of(user, Access::kSessions)};
    return authorize(actor, action, {.read_only = read_only}, Access::kSessions).has_value();
  };
  for (const Action action : {Action::kUpdateRoom, Action::kCloseRoom, Action::kEditMessage, Action::kDeleteMessage}) {
    EXPECT_TRUE(may(kAdminId, action));
    EXPECT_FALSE(may(kOther, action));
  }
  EXPECT_TRUE(may(kAdminId, Action::kWrite, true));
  EXPECT_FALSE(may(kOther, Action::kWrite, true));
  EXPECT_EQ(authorize({}, Action::kEditMessage, {}, Access::kOpen).error().code, ErrorCode::kUnauthenticated);
}

// An API key acts as its user, but only where one of its scopes is asked for.
TEST(Authorize, HoldsAKeyToItsScopes) {
  for (const Row& row : kTable) {
    const auto with = [&row](Scopes scopes) {
      const Actor key{.user_id = kOther, .username = "bot", .authenticated = true, .scopes = scopes};
      return verdict(key, row, Access::kSessions, kAll);
    };
    const char as_other = row.sessions[1];
    const bool is_open = row.action == Action::kOpenSession;
    const bool of_chat =
        row.action != Action::kReadStats && row.action != Action::kRemoveUser && row.action != Action::kDeliver;
    EXPECT_EQ(with({Scope::kAdmin}), '+') << row.name;
    EXPECT_EQ(with({Scope::kChat}), as_other) << row.name;
    EXPECT_EQ(with({Scope::kOps}), is_open || row.action == Action::kReadStats ? '+' : 'd') << row.name;
    EXPECT_EQ(with({Scope::kDelivery}), is_open || row.action == Action::kDeliver ? '+' : 'd') << row.name;
    EXPECT_EQ(with({}), is_open ? '+' : 'd') << row.name;
    EXPECT_EQ(with({Scope::kChat, Scope::kOps}), of_chat ? as_other : with({Scope::kOps})) << row.name;
  }
}

TEST(Authorize, SaysWhatWouldHelp) {
  const auto detail = [](const Actor& actor, Action action, Access access) {
    return authorize(actor, action, kAll, access).error().detail;
  };
  EXPECT_TRUE(detail({}, Action::kRead, Access::kSessions).contains("POST /api/v1/sessions"));
  EXPECT_TRUE(detail({}, Action::kJoin, Access::kOpen).contains("user_id"));
  EXPECT_TRUE(detail({.user_id = kOther}, Action::kCloseRoom, Access::kOpen).contains("owner"));
}

}  // namespace
}  // namespace vestnik::chat
