// API keys: what a server knows of those in the store.
#include "chat/api_keys.hpp"

#include <gtest/gtest.h>

#include "base/ids.hpp"
#include "chat/sessions.hpp"
#include "unit/chat/fake_keys.hpp"
#include "unit/chat/service_fixture.hpp"

namespace vestnik::chat {
namespace {

class ApiKeysTest : public testing::Test {
 protected:
  Actor actor(std::string_view secret, std::optional<UserId> claimed = {}) {
    auto found = sessions_.identify(secret, claimed);
    if (!found) throw std::runtime_error(found.error().detail);
    return *found;
  }
  void refresh() { ASSERT_TRUE(keys_.refresh()); }

  Time now_ = kNow;
  FakeStore store_;
  FakeKeyStore key_store_;
  RoomDirectory rooms_;
  ApiKeys keys_{key_store_, [this] { return now_; }};
  Sessions sessions_{
      store_, keys_, rooms_, kSessionTtl, Access::kSessions, [this] { return now_; }, [this] { return now_; }};
};

TEST_F(ApiKeysTest, ActAsTheirUserWithinTheirScopes) {
  key_store_.add("vk_a", {Scope::kOps}, 7);
  EXPECT_EQ(code_of(sessions_.identify("vk_a", {})), ErrorCode::kUnauthenticated) << "not read yet";
  refresh();
  EXPECT_EQ(actor("vk_a").user_id, 7);
  EXPECT_TRUE(actor("vk_a", 7).authenticated);
  EXPECT_EQ(actor("vk_a").scopes, Scopes{Scope::kOps});
  EXPECT_EQ(code_of(sessions_.identify("vk_a", 8)), ErrorCode::kPermissionDenied);
  EXPECT_EQ(code_of(sessions_.identify("vk_b", {})), ErrorCode::kUnauthenticated);
  EXPECT_EQ(code_of(sessions_.find("vk_a")), ErrorCode::kPermissionDenied) << "a key is no session";
}

TEST_F(ApiKeysTest, EndWhenTheyAreRevoked) {
  key_store_.add("vk_a", {Scope::kChat}, 7);
  key_store_.add("vk_b", {Scope::kChat}, 8);
  refresh();
  const SessionEnd a = sessions_.end_of("vk_a");
  const SessionEnd b = sessions_.end_of("vk_b");
  ASSERT_TRUE(key_store_.revoke_key("vk_a"));
  refresh();
  EXPECT_TRUE(*a);
  EXPECT_FALSE(*b);
  EXPECT_TRUE(*sessions_.end_of("vk_a"));
  EXPECT_EQ(code_of(sessions_.identify("vk_a", {})), ErrorCode::kUnauthenticated);
  EXPECT_EQ(actor("vk_b").user_id, 8);
}

TEST_F(ApiKeysTest, ExpireToTheMicrosecond) {
  key_store_.add("vk_a", {Scope::kChat}, 7, kNow + 1min);
  refresh();
  const SessionEnd end = sessions_.end_of("vk_a");
  now_ = kNow + 1min - 1us;
  EXPECT_TRUE(sessions_.identify("vk_a", {}));
  now_ = kNow + 1min;
  EXPECT_EQ(code_of(sessions_.identify("vk_a", {})), ErrorCode::kUnauthenticated) << "whether or not it was read anew";
  EXPECT_FALSE(*end);
  refresh();
  EXPECT_TRUE(*end);
}

TEST_F(ApiKeysTest, StayWhenTheStoreFails) {
  key_store_.add("vk_a", {Scope::kChat}, 7);
  refresh();
  const SessionEnd end = sessions_.end_of("vk_a");
  key_store_.failure = kClosed;
  EXPECT_EQ(code_of(keys_.refresh()), ErrorCode::kUnavailable);
  EXPECT_TRUE(sessions_.identify("vk_a", {}));
  EXPECT_FALSE(*end);
}

TEST(ApiKeySecrets, AreLongAndToldFromSessions) {
  const std::string secret = make_api_key();
  EXPECT_EQ(secret.size(), 53u);
  EXPECT_NE(secret, make_api_key());
  EXPECT_TRUE(is_api_key(secret));
  EXPECT_FALSE(is_api_key(make_uuid()));
  EXPECT_FALSE(is_api_key(""));
}

TEST(ScopeNames, AreReadBackAsWritten) {
  EXPECT_EQ(to_string(Scopes{Scope::kOps, Scope::kChat}), "chat,ops");
  EXPECT_EQ(to_string(Scopes{}), "none");
  for (const Scope scope : {Scope::kChat, Scope::kDelivery, Scope::kOps, Scope::kAdmin}) {
    EXPECT_EQ(parse_scope(to_string(Scopes{scope})), scope);
  }
  EXPECT_EQ(fault_of(parse_scope("root")), "scopes");
  EXPECT_TRUE(Scopes{Scope::kAdmin}.has(Scope::kOps)) << "admin includes the others";
  EXPECT_FALSE(Scopes{Scope::kChat}.has(Scope::kOps));
  EXPECT_EQ(Scopes::from_bits(-1), Scopes::from_bits(15));
}

}  // namespace
}  // namespace vestnik::chat
