// Sessions, guests and accounts as the service gives them.
#include <gmock/gmock.h>

#include <thread>

#include "base/ids.hpp"
#include "unit/chat/service_fixture.hpp"

namespace vestnik::chat {
namespace {

using testing::HasSubstr;
using testing::SizeIs;

const Actor kNobody;

class ServiceSessionsTest : public OpenedTest {};

TEST_F(ServiceSessionsTest, AreOpenedFoundAndClosed) {
  const auto opened = chat_->open_session({}, "Ann");
  ASSERT_TRUE(opened.has_value());
  EXPECT_TRUE(looks_like_uuid(*opened->secret));
  EXPECT_EQ(opened->session.user.username, "Ann");
  EXPECT_EQ(opened->expires_at, kNow + kSessionTtl);
  const auto found = chat_->find_session(*opened->secret);
  EXPECT_EQ(found->session.user.id, opened->session.user.id);
  EXPECT_EQ(found->expires_at, kNow + kSessionTtl);
  EXPECT_FALSE(found->secret.has_value());  // said once
  EXPECT_TRUE(chat_->close_session(*opened->secret).has_value());
  EXPECT_EQ(fault_of(chat_->find_session(*opened->secret)), "unauthenticated");
  EXPECT_EQ(fault_of(chat_->close_session(*opened->secret)), "unauthenticated");
}

TEST_F(ServiceSessionsTest, AreForAGuestOrForAUser) {
  EXPECT_EQ(fault_of(chat_->open_session({}, {})), "display_name");
  EXPECT_EQ(fault_of(chat_->open_session(1, "Ann")), "display_name");
  EXPECT_EQ(fault_of(chat_->open_session({}, "")), "display_name");
  EXPECT_EQ(fault_of(chat_->open_session({}, "a\nb")), "display_name");
  EXPECT_EQ(store_.calls(Call::kCreateSession), 0u);
  EXPECT_EQ(chat_->open_session(1, {})->session.user.username, "admin");
  EXPECT_EQ(fault_of(chat_->open_session(77, {})), "not_found");
}

TEST_F(ServiceSessionsTest, AreForGuestsAloneWhereSessionsAreRequired) {
  reopen({}, Access::kSessions);
  EXPECT_EQ(fault_of(chat_->open_session(1, {})), "permission_denied");
  EXPECT_TRUE(chat_->open_session({}, "Ann").has_value());
}

TEST_F(ServiceSessionsTest, AreAtMostAsManyAsUsersAreAllowed) {
  reopen({.max_users = 2});
  const Guest ann = guest("Ann");  // the admin is the first
  const auto refused = chat_->open_session({}, "Bob");
  EXPECT_EQ(code_of(refused), ErrorCode::kResourceExhausted);
  EXPECT_THAT(refused.error().detail, HasSubstr("--max-users"));
  EXPECT_TRUE(chat_->open_session(ann.id(), {}).has_value());  // no new user
  EXPECT_EQ(fault_of(chat_->create_user(kNobody, {.username = "bob"})), "resource_exhausted");
}

TEST_F(ServiceSessionsTest, GiveTheirPlaceBackWhenTheyEnd) {
  reopen({.max_users = 2});
  const Guest ann = guest("Ann");
  ASSERT_TRUE(chat_->close_session(ann.secret).has_value());
  guest("Bob");
  EXPECT_EQ(fault_of(chat_->open_session({}, "Cid")), "resource_exhausted");
  now_ += kSessionTtl;
  process_->sessions.end_expired();
  EXPECT_TRUE(chat_->open_session({}, "Cid").has_value());
}

TEST_F(ServiceSessionsTest, HaveTheirUsersCountedInMemory) {
  const Guest old = guest("Old");
  reopen({.max_users = 6});  // the admin and Old
  const auto counted = store_.calls(Call::kStats);
  const auto users = [&] { return chat_->list_users(kNobody, {}, {})->size(); };
  const Guest ann = guest("Ann");
  ASSERT_TRUE(chat_->open_session(ann.id(), {}).has_value());
  ASSERT_TRUE(chat_->create_user(ann.actor, {.username = "anna"}).has_value());
  ASSERT_TRUE(chat_->close_session(ann.secret).has_value());  // an account stays
  ASSERT_TRUE(chat_->close_session(old.secret).has_value());
  const Guest bob = guest("Bob");
  const auto again = chat_->open_session(bob.id(), {});
  ASSERT_TRUE(chat_->close_session(bob.secret).has_value());  // the other one keeps the guest
  guest("Cid");
  EXPECT_EQ(users(), 4u);
  guest("Dan");
  ASSERT_TRUE(chat_->create_user(kNobody, {.username = "eve"}).has_value());
  EXPECT_EQ(users(), 6u);
  EXPECT_EQ(fault_of(chat_->open_session({}, "Fay")), "resource_exhausted");
  EXPECT_EQ(fault_of(chat_->create_user(kNobody, {.username = "fay"})), "resource_exhausted");
  ASSERT_TRUE(chat_->close_session(*again->secret).has_value());
  guest("Fay");
  EXPECT_EQ(store_.calls(Call::kStats), counted);
}

TEST_F(ServiceSessionsTest, AreAtMostAsManyWhenTwoAskAtOnce) {
  reopen({.max_users = 2});
  store_.let_meet(Call::kCreateSession);
  {
    std::jthread ann([&] { chat_->open_session({}, "Ann"); });
    std::jthread bob([&] { chat_->open_session({}, "Bob"); });
  }
  EXPECT_THAT(*chat_->list_users(kNobody, {}, {}), SizeIs(2));
}

TEST_F(ServiceSessionsTest, FailWithTheStorage) {
  store_.fail_next(Call::kCreateSession, kClosed);
  EXPECT_EQ(fault_of(chat_->open_session({}, "Ann")), "unavailable");
  EXPECT_EQ(process_->sessions.size(), 0u);
}

TEST_F(ServiceSessionsTest, SurviveARestart) {
  const Guest ann = guest("Ann");
  ASSERT_TRUE(chat_->create_room(ann.actor, "kitchen", {}).has_value());
  now_ += 1h;
  reopen({});
  EXPECT_EQ(chat_->find_session(ann.secret)->session.user.id, ann.id());
  EXPECT_EQ(chat_->find_session(ann.secret)->expires_at, std::nullopt);
}

class PromotionTest : public OpenedTest {};

TEST_F(PromotionTest, MakesAnAccountOfTheGuestWhoAsks) {
  const Guest ann = guest("Ann");
  say("mine", ann.id());
  const auto account = chat_->create_user(ann.actor, {.username = "anna", .email = "anna@example.com"});
  ASSERT_TRUE(account.has_value());
  EXPECT_EQ(account->id, ann.id());
  EXPECT_FALSE(account->guest);
  const auto actor = process_->sessions.identify(ann.secret, {});
  EXPECT_EQ(actor->user_id, ann.id());  // the same author, the same cursors
  EXPECT_EQ(actor->username, "anna");
  EXPECT_EQ(chat_->get_user(kNobody, ann.id())->email, "anna@example.com");
}

TEST_F(PromotionTest, NeedsNoPlaceAmongTheUsers) {
  reopen({.max_users = 2});
  const Guest ann = guest("Ann");
  EXPECT_TRUE(chat_->create_user(ann.actor, {.username = "anna"}).has_value());
}

TEST_F(PromotionTest, TakesAFreeName) {
  const Guest ann = guest("Ann");
  EXPECT_EQ(fault_of(chat_->create_user(ann.actor, {.username = "admin"})), "already_exists");
  EXPECT_EQ(fault_of(chat_->create_user(ann.actor, {.username = ""})), "username");
  EXPECT_EQ(process_->sessions.identify(ann.secret, {})->username, "Ann");
}

TEST_F(PromotionTest, IsOnce) {
  const Guest ann = guest("Ann");
  ASSERT_TRUE(chat_->create_user(ann.actor, {.username = "anna"}).has_value());
  const auto another = chat_->create_user(ann.actor, {.username = "anya"});
  ASSERT_TRUE(another.has_value());
  EXPECT_NE(another->id, ann.id());
}

TEST_F(PromotionTest, IsNotForTheGuestWhomSomebodyClaimsToBe) {
  const Guest ann = guest("Ann");
  const auto made = chat_->create_user({.user_id = ann.id()}, {.username = "anna"});
  ASSERT_TRUE(made.has_value());
  EXPECT_NE(made->id, ann.id());
  EXPECT_EQ(process_->sessions.identify(ann.secret, {})->username, "Ann");
}

}  // namespace
}  // namespace vestnik::chat
