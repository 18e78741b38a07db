// Attachments: kept, sent, let go of, removed.
#include <fmt/core.h>

#include <algorithm>
#include <atomic>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "conformance/support.hpp"

namespace vestnik::conformance {
namespace {

using Ids = std::vector<chat::AttachmentId>;

class Attachments : public StoreTest {
 protected:
  chat::Draft draft_with(const Ids& ids, std::string_view content = "text") {
    auto draft = draft_for(room_, content);
    draft.attachment_ids = ids;
    return draft;
  }
  // So many bytes of a user, whose content has the id's name.
  Result<void> add_for(std::optional<chat::UserId> user, std::string_view id, std::uint64_t size,
                       std::uint64_t user_bytes_max = kNoLimit) {
    return store().add_attachment({.id = std::string(id),
                                   .sha256 = std::string(id),
                                   .size = size,
                                   .name = "a",
                                   .content_type = "text/plain",
                                   .user_id = user,
                                   .created_at = at(0s)},
                                  user_bytes_max);
  }
  std::uint64_t bytes_of(chat::UserId user) { return must(store().attachment_bytes(user)); }
  chat::MessageId send_with(const Ids& ids) { return post(draft_with(ids), at(1s)).id; }
  void erase(chat::MessageId id) {
    append_one(chat::Deletion{.room_id = room_, .message_id = id, .user_id = {}}, at(2s));
  }

  // The ids of those that no message refers to, at any age.
  Ids unused() {
    Ids ids;
    for (const auto& attachment : must(store().list_unused(at(1h), 100))) ids.push_back(attachment.id);
    std::ranges::sort(ids);
    return ids;
  }
  // Of those the ones that a message has let go of.
  Ids let_go() {
    Ids ids;
    for (const auto& attachment : must(store().list_unused(at(-1h), 100))) ids.push_back(attachment.id);
    std::ranges::sort(ids);
    return ids;
  }

  chat::RoomId room_ = make_room("room");
};
VESTNIK_FOR_EVERY_STORAGE(Attachments);

TEST_P(Attachments, AreKeptAsTheyAre) {
  chat::Attachment attachment{.id = "a",
                              .sha256 = "content",
                              .size = 5'000'000'000,
                              .name = "отчёт \"1\".txt",
                              .content_type = "text/plain; charset=utf-8",
                              .user_id = 3,
                              .created_at = at(1us)};
  must(store().add_attachment(attachment, kNoLimit));
  const auto other = add_attachment("b", "content", at(2s));
  reopen();
  EXPECT_EQ(describe(store().get_attachment("a")), describe(attachment));
  EXPECT_EQ(describe(store().get_attachment("b")), describe(other));
  EXPECT_EQ(code_of(store().get_attachment("c")), ErrorCode::kNotFound);
  EXPECT_TRUE(must(store().has_content("content")));
  EXPECT_FALSE(must(store().has_content("other")));
}

TEST_P(Attachments, ComeWithTheirMessageInTheirOrder) {
  const auto b = add_attachment("b", "two", at(0s));
  const auto a = add_attachment("a", "one", at(0s));
  const auto sent = append_one(draft_with({"b", "a"}, ""), at(1s));
  const auto expected = "message 1 n 1 at 2024-01-01T00:00:01Z user none none seq none nonce none content '', " +
                        describe(b) + ", " + describe(a);
  EXPECT_EQ(describe(message_of(sent)), expected);
  reopen();
  EXPECT_EQ(describe(all_messages(room_)), expected + "\n");
  EXPECT_EQ(describe(must(store().get_message(1)).second), expected);
  EXPECT_EQ(describe(std::get<chat::MessageSent>(all_events(room_).at(0).what).message), expected);
  EXPECT_EQ(unused(), Ids{});
}

TEST_P(Attachments, StayWithAnEditedMessage) {
  add_attachment("a", "one", at(0s));
  const auto id = send_with({"a"});
  const auto edited = append_one(chat::Edit{room_, id, {}, "new"}, at(2s));
  EXPECT_EQ(std::get<chat::MessageEdited>(edited.event.what).message.attachments.at(0).id, "a");
  reopen();
  EXPECT_EQ(std::get<chat::MessageEdited>(all_events(room_).at(1).what).message.attachments.at(0).id, "a");
  EXPECT_EQ(unused(), Ids{});
}

TEST_P(Attachments, ThatDoNotExistAreRefused) {
  add_attachment("a", "one", at(0s));
  const auto refused = try_one(draft_with({"a", "x"}), at(1s));
  ASSERT_EQ(code_of(refused), ErrorCode::kFailedPrecondition);
  ASSERT_EQ(refused.error().violations.size(), 1U);
  EXPECT_EQ(refused.error().violations[0].field, "attachment_ids");
  EXPECT_TRUE(all_messages(room_).empty());
  EXPECT_EQ(unused(), Ids{"a"}) << "nothing of a refused message is left";
  EXPECT_EQ(let_go(), Ids{});
}

TEST_P(Attachments, AreSentByWhoUploadedThem) {
  make_users(2);
  must(add_for(1, "a", 1));
  add_attachment("nobody's", "two", at(0s));
  auto draft = draft_with({"a"});
  EXPECT_EQ(code_of(try_one(draft, at(1s))), ErrorCode::kPermissionDenied);
  draft.user_id = 2;
  EXPECT_EQ(code_of(try_one(draft, at(1s))), ErrorCode::kPermissionDenied);
  draft.user_id = 1;
  EXPECT_EQ(post(draft, at(1s)).attachments.at(0).user_id, 1);
  draft.user_id = 2;
  draft.attachment_ids = {"nobody's"};
  EXPECT_EQ(post(draft, at(1s)).attachments.at(0).user_id, std::nullopt);
}

TEST_P(Attachments, ArePartOfWhatANonceStandsFor) {
  add_attachment("a", "one", at(0s));
  add_attachment("b", "two", at(0s));
  auto draft = draft_with({"a", "b"});
  draft.nonce = "once";
  const auto first = append_one(draft, at(1s));
  reopen();
  const auto again = append_one(draft, at(2s));
  EXPECT_TRUE(again.duplicate);
  EXPECT_EQ(describe(again.event), describe(first.event));
  for (const auto& other : {Ids{}, Ids{"a"}, Ids{"b", "a"}, Ids{"a", "x"}}) {
    draft.attachment_ids = other;
    EXPECT_EQ(code_of(try_one(draft, at(2s))), ErrorCode::kAlreadyExists) << describe(message_of(first));
  }
  append_one(chat::Edit{room_, message_of(first).id, {}, "new"}, at(3s));
  EXPECT_EQ(code_of(try_one(draft, at(3s))), ErrorCode::kAlreadyExists) << "an edit leaves them as they are";
  erase(message_of(first).id);
  EXPECT_EQ(code_of(try_one(draft, at(4s))), ErrorCode::kAlreadyExists) << "nor does a deletion make others of them";
  draft.attachment_ids = {"a", "b"};
  EXPECT_TRUE(append_one(draft, at(4s)).duplicate);
  EXPECT_EQ(unused(), (Ids{"a", "b"})) << "a repetition refers to nothing";
}

TEST_P(Attachments, WaitForAMessageForAWhile) {
  add_attachment("late", "one", at(2s));
  add_attachment("early", "two", at(1s));
  EXPECT_TRUE(must(store().list_unused(at(1s), 10)).empty());
  EXPECT_EQ(describe(store().list_unused(at(1s) + 1us, 10)), describe(store().get_attachment("early")) + "\n");
  EXPECT_EQ(unused(), (Ids{"early", "late"}));
  EXPECT_EQ(must(store().list_unused(at(1h), 1)).size(), 1U);
  EXPECT_TRUE(must(store().list_unused(at(1h), 0)).empty());
  EXPECT_EQ(store().released(), 0U);
}

TEST_P(Attachments, AreLetGoWithTheLastMessage) {
  add_attachment("a", "one", at(0s));
  const auto first = send_with({"a"});
  const auto second = send_with({"a"});
  const auto released = store().released();
  erase(first);
  EXPECT_EQ(unused(), Ids{});
  EXPECT_TRUE(must(store().remove_unused(Ids{"a"})).empty());
  EXPECT_EQ(must(store().get_message(second)).second.attachments.size(), 1U);
  EXPECT_TRUE(must(store().get_message(first)).second.attachments.empty());
  erase(second);
  EXPECT_EQ(let_go(), Ids{"a"});
  EXPECT_GT(store().released(), released);
  reopen();
  EXPECT_EQ(let_go(), Ids{"a"});
  erase(second);
  EXPECT_EQ(must(store().remove_unused(Ids{"a"})), std::vector<std::string>{"one"});
  EXPECT_EQ(code_of(store().get_attachment("a")), ErrorCode::kNotFound);
}

TEST_P(Attachments, ThatWereLetGoCanBeSentAgain) {
  add_attachment("a", "one", at(0s));
  erase(send_with({"a"}));
  const auto again = send_with({"a"});
  EXPECT_EQ(unused(), Ids{});
  EXPECT_TRUE(must(store().remove_unused(Ids{"a"})).empty());
  erase(again);
  EXPECT_EQ(let_go(), Ids{"a"});
}

TEST_P(Attachments, AreRemovedWithTheirContentUnlessOthersHaveIt) {
  add_attachment("a", "same", at(0s));
  add_attachment("b", "same", at(0s));
  add_attachment("c", "same", at(0s));
  add_attachment("d", "other", at(0s));
  send_with({"c"});
  EXPECT_TRUE(must(store().remove_unused(Ids{"a", "x", "b", "c"})).empty());
  EXPECT_EQ(code_of(store().get_attachment("b")), ErrorCode::kNotFound);
  EXPECT_TRUE(store().get_attachment("c"));
  EXPECT_TRUE(must(store().has_content("same")));
  EXPECT_EQ(must(store().remove_unused(Ids{"d", "d"})), std::vector<std::string>{"other"});
  EXPECT_FALSE(must(store().has_content("other")));
  EXPECT_TRUE(must(store().remove_unused(Ids{})).empty());
}

TEST_P(Attachments, AreLetGoWithMessagesThatLeave) {
  for (const auto* id : {"a", "b", "c"}) add_attachment(id, id, at(0s));
  send_with({"a", "b"});
  send_with({"b"});
  auto draft = draft_with({"c"});
  draft.message_limit = 2;
  const auto released = store().released();
  append_one(draft, at(2s));
  EXPECT_EQ(let_go(), Ids{"a"});
  EXPECT_GT(store().released(), released);
  append_one(draft, at(2s));
  EXPECT_EQ(let_go(), (Ids{"a", "b"}));
  EXPECT_EQ(all_messages(room_).size(), 2U);
}

TEST_P(Attachments, AreLetGoInOneBatchWithTheirSending) {
  add_attachment("a", "one", at(0s));
  std::vector<chat::Change> changes;
  for (int i = 0; i < 5; ++i) {
    auto draft = draft_with({"a"});
    draft.message_limit = 1;
    changes.emplace_back(draft);
  }
  changes.emplace_back(chat::Deletion{.room_id = room_, .message_id = 5, .user_id = {}});
  for (const auto& result : must(store().append(changes, at(1s)))) EXPECT_TRUE(result);
  EXPECT_EQ(let_go(), Ids{"a"});
}

TEST_P(Attachments, AreLetGoWithTheirRoom) {
  for (const auto* id : {"a", "b"}) add_attachment(id, id, at(0s));
  send_with({"a"});
  send_with({"a", "b"});
  const auto other = make_room("other");
  auto draft = draft_for(other, "text");
  draft.attachment_ids = {"b"};
  append_one(draft, at(1s));
  append_one(chat::Closing{.room_id = room_, .user_id = {}}, at(2s));
  sweep();
  EXPECT_EQ(let_go(), Ids{"a"});
  EXPECT_GT(store().released(), 0U);
  append_one(chat::Closing{.room_id = other, .user_id = {}}, at(2s));
  sweep();
  EXPECT_EQ(let_go(), (Ids{"a", "b"}));
}

TEST_P(Attachments, OfManyMessagesAreLetGoInPieces) {
  constexpr int kMessages = 2'500;
  constexpr int kAttachments = 10;
  for (int i = 0; i < kAttachments; ++i) add_attachment(fmt::format("{}", i), "content", at(0s));
  std::vector<chat::Change> changes;
  for (int i = 0; i < kMessages; ++i) {
    changes.emplace_back(draft_with({fmt::format("{}", i * kAttachments / kMessages)}));
  }
  must(store().append(changes, at(1s)));
  append_one(chat::Closing{.room_id = room_, .user_id = {}}, at(2s));
  sweep();
  EXPECT_EQ(let_go().size(), std::size_t{kAttachments});
}

TEST_P(Attachments, OfAUserAreLimitedInBytes) {
  must(add_for(1, "a", 60, 100));
  EXPECT_EQ(code_of(add_for(1, "b", 41, 100)), ErrorCode::kResourceExhausted);
  EXPECT_EQ(code_of(store().get_attachment("b")), ErrorCode::kNotFound);
  EXPECT_EQ(bytes_of(1), 60U);
  must(add_for(1, "b", 40, 100));
  EXPECT_EQ(bytes_of(1), 100U);
  must(add_for(2, "c", 100, 100));
  for (const auto* id : {"d", "e"}) must(add_for({}, id, 100, 100));
  EXPECT_EQ(code_of(add_for(1, "f", 1, 50)), ErrorCode::kResourceExhausted) << "the limit was higher before";
  reopen();
  EXPECT_EQ(bytes_of(1), 100U);
  EXPECT_EQ(bytes_of(2), 100U);
  EXPECT_EQ(bytes_of(3), 0U);
}

TEST_P(Attachments, OfAUserCountAsLongAsTheyAreThere) {
  make_users(1);
  for (const auto* id : {"never sent", "deleted", "trimmed", "closed"}) must(add_for(1, id, 10));
  const auto by_user = [this](const Ids& ids) {
    auto draft = draft_with(ids);
    draft.user_id = 1;
    return draft;
  };
  const auto remove = [this](std::string_view id) {
    EXPECT_EQ(must(store().remove_unused(Ids{std::string(id)})).size(), 1U) << id;
    return bytes_of(1);
  };
  const auto deleted = post(by_user({"deleted"}), at(1s)).id;
  post(by_user({"trimmed"}), at(1s));
  EXPECT_TRUE(must(store().remove_unused(Ids{"deleted", "trimmed"})).empty());
  EXPECT_EQ(bytes_of(1), 40U) << "sent or not";

  EXPECT_EQ(remove("never sent"), 30U);
  erase(deleted);
  EXPECT_EQ(remove("deleted"), 20U);
  auto last = by_user({"closed"});
  last.message_limit = 1;
  append_one(last, at(3s));
  EXPECT_EQ(remove("trimmed"), 10U);
  append_one(chat::Closing{.room_id = room_, .user_id = {}}, at(4s));
  sweep();
  EXPECT_EQ(remove("closed"), 0U);
  EXPECT_EQ(code_of(add_for(1, "new", 11, 10)), ErrorCode::kResourceExhausted);
  must(add_for(1, "new", 10, 10));
}

TEST_P(Attachments, OfAUserStayWithinTheirLimitWhenManyComeAtOnce) {
  constexpr std::uint64_t kBytesMax = 100;
  std::atomic<int> taken = 0;
  {
    std::vector<std::jthread> uploaders;
    for (int i = 0; i < 8; ++i) {
      uploaders.emplace_back([&, i] {
        for (int k = 0; k < 20; ++k) taken += add_for(1, fmt::format("{} of {}", k, i), 3, kBytesMax) ? 1 : 0;
      });
    }
  }
  EXPECT_EQ(taken, 33);
  EXPECT_EQ(bytes_of(1), 99U);
}

}  // namespace
}  // namespace vestnik::conformance
