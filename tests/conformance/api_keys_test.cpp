// API keys, and the removal of users, which ends them.
#include <fmt/core.h>

#include "conformance/support.hpp"

namespace vestnik::conformance {
namespace {

class ApiKeys : public StoreTest {
 protected:
  Result<chat::ApiKey> make(std::string_view name, chat::UserId user, std::optional<Time> expires_at = {}) {
    return store().create_key({.name = std::string(name),
                               .hash = fmt::format("hash of {}", name),
                               .scopes = {chat::Scope::kChat, chat::Scope::kOps},
                               .user_id = user,
                               .created_at = at(1s),
                               .expires_at = expires_at});
  }
  std::string keys() { return describe(must(store().list_keys())); }
};
VESTNIK_FOR_EVERY_STORAGE(ApiKeys);

TEST_P(ApiKeys, AreListedByName) {
  make_users(2);
  EXPECT_EQ(keys(), "");
  const auto b = must(make("b", 2, at(9s)));
  const auto a = must(make("a", 1));
  EXPECT_EQ(describe(b),
            "key b 'hash of b' chat,ops of user 2 'user 2' email none created 2024-01-01T00:00:01Z expires "
            "2024-01-01T00:00:09Z");
  reopen();
  EXPECT_EQ(keys(), describe(std::vector{a, b}));
}

TEST_P(ApiKeys, HaveOneNameEachAndAUser) {
  make_users(1);
  must(make("a", 1));
  EXPECT_EQ(code_of(make("a", 1)), ErrorCode::kAlreadyExists);
  EXPECT_EQ(code_of(make("b", 2)), ErrorCode::kNotFound);
  EXPECT_EQ(must(store().list_keys()).size(), 1U);
}

TEST_P(ApiKeys, AreRevokedOnce) {
  make_users(1);
  must(make("a", 1));
  must(store().revoke_key("a"));
  EXPECT_EQ(code_of(store().revoke_key("a")), ErrorCode::kNotFound);
  reopen();
  EXPECT_EQ(keys(), "");
  must(make("a", 1));
}

TEST_P(ApiKeys, FollowTheNameOfTheirUser) {
  const auto guest = make_guest("session", at(0s));
  must(make("a", guest));
  must(store().promote_guest(guest, {.username = "anna", .email = {}}));
  EXPECT_EQ(must(store().list_keys()).front().user.username, "anna");
}

TEST_P(ApiKeys, EndWithTheirUser) {
  make_users(2);
  must(make("a", 1));
  must(make("b", 2));
  must(store().create_session({.key = "s", .user_id = 2, .display_name = ""}, at(0s)));
  const auto room = make_room("room");
  auto draft = draft_for(room, "text");
  draft.user_id = 2;
  draft.username = "user 2";
  post(draft, at(2s));
  must(store().remove_user(2));
  reopen();
  EXPECT_EQ(must(store().list_keys()).size(), 1U);
  EXPECT_TRUE(must(store().list_sessions("", 10)).empty());
  EXPECT_EQ(describe(must(store().list_users(0, 10))), "user 1 'user 1' email none\n");
  EXPECT_EQ(describe(must(store().get_user(2))), "guest 2 'user 2' email none");
  EXPECT_EQ(all_messages(room).front().username, "user 2");
  EXPECT_EQ(must(store().create_user({.username = "user 2", .email = {}})).id, 3) << "the name is free";
  must(store().remove_user(2));
  EXPECT_EQ(code_of(store().remove_user(9)), ErrorCode::kNotFound);
}

}  // namespace
}  // namespace vestnik::conformance
