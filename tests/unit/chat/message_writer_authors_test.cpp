// Who wrote a message: what the writer asks the storage about users before the commit.
#include <gmock/gmock.h>

#include "unit/chat/writer_fixture.hpp"

namespace vestnik::chat {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

class AuthorsTest : public WriterTest {
 protected:
  AuthorsTest() {
    admin_ = store_.create_user({.username = "admin"})->id;
    start();
  }

  Draft by(UserId user, std::optional<std::string> name = {}) const {
    return {.room_id = room_->id, .user_id = user, .username = std::move(name), .content = "x"};
  }

  UserId admin_ = 0;
};

TEST_F(AuthorsTest, AMissingNameIsTheUsers) {
  const auto answer = must(send(by(admin_)));
  EXPECT_EQ(message_of(answer).user_id, admin_);
  EXPECT_EQ(message_of(answer).username, "admin");
}

TEST_F(AuthorsTest, AGivenNameIsKept) {
  EXPECT_EQ(message_of(must(send(by(admin_, "load_test")))).username, "load_test");
}

TEST_F(AuthorsTest, NobodyNeedsToBeTheAuthor) {
  const auto answer = must(send("x"));
  EXPECT_FALSE(message_of(answer).user_id || message_of(answer).username);
  EXPECT_EQ(store_.calls(Call::kGetUser), 0u);
}

TEST_F(AuthorsTest, AreReadFromTheStorageOnce) {
  for (int i = 0; i < 5; ++i) EXPECT_TRUE(must(send(by(admin_))).has_value());
  EXPECT_EQ(store_.calls(Call::kGetUser), 1u);
}

TEST_F(AuthorsTest, WhoBecomeAccountsWriteUnderTheirNewName) {
  const UserId guest = store_.create_session({.key = "key", .display_name = "Ann"}, kNow)->user.id;
  EXPECT_EQ(message_of(must(send(by(guest)))).username, "Ann");
  ASSERT_TRUE(store_.promote_guest(guest, {.username = "anna"}).has_value());
  EXPECT_EQ(message_of(must(send(by(guest)))).username, "anna");
  const auto calls = store_.calls(Call::kGetUser);
  EXPECT_EQ(message_of(must(send(by(guest)))).username, "anna");
  EXPECT_EQ(store_.calls(Call::kGetUser), calls);
}

TEST_F(AuthorsTest, GuestsWithTheirNameAreReadFromTheStorageOnce) {
  const UserId guest = store_.create_session({.key = "key", .display_name = "Ann"}, kNow)->user.id;
  for (int i = 0; i < 5; ++i) EXPECT_TRUE(must(send(by(guest, "Ann"))).has_value());
  EXPECT_EQ(store_.calls(Call::kGetUser), 1u);
}

TEST_F(AuthorsTest, MustExist) {
  auto hold = send_and_hold("hold");
  auto unknown = send(by(77, "somebody"));
  auto known = send(by(admin_));
  store_.let_appends_go();
  const auto answer = must(std::move(unknown));
  ASSERT_FALSE(answer.has_value());
  EXPECT_EQ(answer.error().code, ErrorCode::kNotFound);
  ASSERT_THAT(answer.error().violations, SizeIs(1));
  EXPECT_EQ(answer.error().violations[0].field, "user_id");
  EXPECT_EQ(message_of(must(std::move(known))).n, 2);
  EXPECT_THAT(published_contents(), ElementsAre("hold", "x"));
}

TEST_F(AuthorsTest, AreFoundOnceTheyExist) {
  EXPECT_FALSE(must(send(by(2))).has_value());
  ASSERT_TRUE(store_.create_user({.username = "ann"}).has_value());
  EXPECT_EQ(message_of(must(send(by(2)))).username, "ann");
}

TEST_F(AuthorsTest, WhoCannotBeReadNowMayTryAgain) {
  store_.fail_next(Call::kGetUser, {.code = ErrorCode::kDeadlineExceeded, .detail = "slow disk"});
  auto hold = send_and_hold("hold");
  auto unlucky = send(by(admin_));
  auto other = send("other");
  store_.let_appends_go();
  EXPECT_EQ(must(std::move(unlucky)).error().code, ErrorCode::kDeadlineExceeded);
  EXPECT_TRUE(must(std::move(other)).has_value());
  EXPECT_TRUE(must(send(by(admin_))).has_value());
}

TEST_F(AuthorsTest, NothingIsCommittedWhenNobodyIsKnown) {
  EXPECT_FALSE(must(send(by(77))).has_value());
  EXPECT_THAT(store_.batches(), IsEmpty());
  EXPECT_THAT(published(), IsEmpty());
  EXPECT_EQ(metrics_.counter("commit_batches_total", "").value(), 0);
}

}  // namespace
}  // namespace vestnik::chat
