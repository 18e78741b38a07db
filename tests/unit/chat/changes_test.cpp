// From what users ask to change to what may be committed.
#include "chat/changes.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <stdexcept>
#include <string>
#include <vector>

#include "unit/chat/fake_store.hpp"

namespace vestnik::chat {
namespace {

using namespace std::chrono_literals;

constexpr Time kNow = std::chrono::sys_days(std::chrono::year(2024) / 1 / 1) + 12h;
constexpr UserId kOwner = 2;
constexpr UserId kAuthor = 3;
constexpr UserId kOther = 4;

// The one field at fault, or the code of an error without fields; empty when there is no error.
std::string fault_of(const Result<Prepared>& result) {
  if (result) return "";
  const auto& error = result.error();
  return error.violations.size() == 1 ? error.violations[0].field : std::string(name_of(error.code));
}

Actor holder(UserId id, std::string name = "name") {
  return {
      .user_id = id, .username = std::move(name), .authenticated = true, .scopes = scopes_of(id, Access::kSessions)};
}

class ChangesTest : public testing::Test {
 protected:
  using Call = FakeStore::Call;

  ChangesTest() {
    add_room("lobby", {});
    add_room("kitchen", kOwner);
    allow(Access::kSessions);
  }

  void allow(Access access, double per_second = 0, double burst = 0) {
    rates_.emplace(access, Rates::Options{.user_rate = per_second, .user_burst = burst}, metrics_);
    changes_.emplace(store_, rooms_, Limits{.max_message_length = 20}, access, *rates_, [] { return kNow; });
  }

  void add_room(const std::string& name, std::optional<UserId> owner) {
    RoomInfo info{.id = "id of " + name, .name = name, .epoch = "k3", .owner_id = owner};
    if (!store_.create_room({info, {}})) throw std::runtime_error("no room " + name);
    rooms_.add(std::move(info), {});
  }

  MessageId message_in(const std::string& room, std::optional<UserId> author = kAuthor) {
    const Change draft = Draft{.room_id = "id of " + room, .user_id = author, .content = "x"};
    return std::get<MessageSent>((*store_.append({&draft, 1}, kNow))[0]->event.what).message.id;
  }

  FakeStore store_;
  RoomDirectory rooms_;
  Metrics metrics_;
  std::optional<Rates> rates_;
  std::optional<Changes> changes_;
};

template <typename T>
T change_of(const Result<Prepared>& prepared) {
  return std::get<T>(prepared.value().change);
}

TEST_F(ChangesTest, ARoomWhoseTimeIsOverTakesNothing) {
  const MessageId message = message_in("kitchen");
  const auto faults = [&](Time end) {
    rooms_.set_rules("id of kitchen", {.expires_at = end});
    return std::vector{fault_of(changes_->send(holder(kOwner), "kitchen", {.content = "x"})),
                       fault_of(changes_->edit(holder(kAuthor), message, "y")),
                       fault_of(changes_->erase(holder(kAuthor), message)),
                       fault_of(changes_->react(holder(kOther), message, "👍", true)),
                       fault_of(changes_->join(holder(kOther), "kitchen", true)),
                       fault_of(changes_->update(holder(kOwner), "kitchen", {.ttl = "1h"})),
                       fault_of(changes_->close(holder(kOwner), "kitchen"))};
  };
  EXPECT_EQ(faults(kNow + 1us), std::vector<std::string>(7, ""));
  EXPECT_EQ(faults(kNow), std::vector<std::string>(7, "not_found"));
}

TEST_F(ChangesTest, ASentMessageIsADraftOfItsAuthor) {
  const auto prepared = changes_->send(holder(kAuthor, "ann"), "kitchen",
                                       {.user_id = 77, .content = "hi", .client_seq = 1, .nonce = "n", .reply_to = 5});
  EXPECT_EQ(prepared->room, rooms_.find("kitchen"));
  const auto draft = change_of<Draft>(prepared);
  EXPECT_EQ(draft.room_id, "id of kitchen");
  EXPECT_EQ(draft.user_id, kAuthor);
  EXPECT_EQ(draft.username, "ann");
  EXPECT_EQ(draft.content, "hi");
  EXPECT_EQ(draft.client_seq, 1);
  EXPECT_EQ(draft.nonce, "n");
  EXPECT_EQ(draft.reply_to, 5);
  EXPECT_EQ(store_.calls(Call::kGetMessage), 0u);  // costs no read
}

TEST_F(ChangesTest, AMessageWithASessionIsUnderItsName) {
  EXPECT_EQ(fault_of(changes_->send(holder(kAuthor, "ann"), "", {.username = "ann", .content = "hi"})), "");
  EXPECT_EQ(fault_of(changes_->send(holder(kAuthor, "ann"), "", {.username = "bob", .content = "hi"})),
            "permission_denied");
  const std::string of_old = "ann ";  // given before such names were refused
  EXPECT_EQ(change_of<Draft>(changes_->send(holder(kAuthor, of_old), "", {.content = "hi"})).username, of_old);
}

TEST_F(ChangesTest, AMessageWithoutASessionIsUnderTheNameItGives) {
  allow(Access::kOpen);
  const auto draft = change_of<Draft>(changes_->send({.user_id = 1}, "", {.username = "load", .content = "hi"}));
  EXPECT_EQ(draft.room_id, "id of lobby");
  EXPECT_EQ(draft.user_id, 1);
  EXPECT_EQ(draft.username, "load");
  const auto nobody = change_of<Draft>(changes_->send({}, "", {.content = "hi"}));
  EXPECT_FALSE(nobody.user_id || nobody.username);
}

TEST_F(ChangesTest, AMessageKeepsTheRules) {
  const auto send = [this](std::string content) {
    return changes_->send(holder(kAuthor), "kitchen", {.content = std::move(content)});
  };
  EXPECT_EQ(fault_of(send("")), "content");
  EXPECT_EQ(fault_of(send(std::string(21, 'x'))), "content");
  rooms_.set_rules("id of kitchen", {.max_length = 2, .message_limit = 9});
  EXPECT_EQ(fault_of(send("xxx")), "content");
  EXPECT_EQ(change_of<Draft>(send("xx")).message_limit, 9);
}

TEST_F(ChangesTest, InAReadOnlyRoomOnlyItsOwnerWrites) {
  rooms_.set_rules("id of kitchen", {.read_only = true});
  EXPECT_EQ(fault_of(changes_->send(holder(kAuthor), "kitchen", {.content = "x"})), "permission_denied");
  EXPECT_EQ(fault_of(changes_->send(holder(kOwner), "kitchen", {.content = "x"})), "");
  const MessageId id = message_in("kitchen");
  EXPECT_EQ(fault_of(changes_->react(holder(kOther), id, "👍", true)), "");
}

TEST_F(ChangesTest, WithANonceTheRulesOfTheRoomAreLeftToTheCommit) {
  const auto refusal_of = [this](NewMessage message) {
    const auto draft = change_of<Draft>(changes_->send(holder(kAuthor), "kitchen", std::move(message)));
    return draft.refusal ? std::string(draft.refusal->detail) : "";
  };
  EXPECT_EQ(refusal_of({.content = "xxx", .nonce = "n"}), "");
  rooms_.set_rules("id of kitchen", {.max_length = 2});
  EXPECT_EQ(refusal_of({.content = "xxx", .nonce = "n"}), "content: 3 characters; at most 2 are allowed");
  rooms_.set_rules("id of kitchen", {.read_only = true});
  EXPECT_NE(refusal_of({.content = "xxx", .nonce = "n"}), "");
  // What no room would have taken was never sent.
  const auto empty = changes_->send(holder(kAuthor), "kitchen", {.content = "", .nonce = "n"});
  EXPECT_EQ(fault_of(empty), "permission_denied");
}

TEST_F(ChangesTest, AnEditIsOfTheAuthorOrTheOwner) {
  const MessageId id = message_in("kitchen");
  const auto prepared = changes_->edit(holder(kAuthor), id, "new");
  EXPECT_EQ(prepared->room, rooms_.find("kitchen"));
  const auto edit = change_of<Edit>(prepared);
  EXPECT_EQ(edit.room_id, "id of kitchen");
  EXPECT_EQ(edit.message_id, id);
  EXPECT_EQ(edit.user_id, kAuthor);
  EXPECT_EQ(edit.content, "new");
  EXPECT_EQ(fault_of(changes_->edit(holder(kOwner), id, "new")), "");
  EXPECT_EQ(fault_of(changes_->edit(holder(kOther), id, "new")), "permission_denied");
  EXPECT_EQ(fault_of(changes_->edit(holder(kAuthor), id, "")), "content");
  EXPECT_EQ(fault_of(changes_->edit(holder(kAuthor), id, std::string(21, 'x'))), "content");
  EXPECT_EQ(fault_of(changes_->edit(holder(kOther), id, "")), "permission_denied");
}

TEST_F(ChangesTest, OnlyAMessageWithAttachmentsMayLoseItsText) {
  const Change draft = Draft{.room_id = "id of lobby", .user_id = kAuthor, .content = "x", .attachment_ids = {"file"}};
  const auto sent = store_.append({&draft, 1}, kNow);
  const auto with_file = std::get<MessageSent>((*sent)[0]->event.what).message.id;
  EXPECT_EQ(fault_of(changes_->edit(holder(kAuthor), with_file, "")), "");
  EXPECT_EQ(fault_of(changes_->edit(holder(kAuthor), message_in("lobby"), "")), "content");
}

TEST_F(ChangesTest, ADeletionIsOfTheAuthorOrTheOwner) {
  const MessageId id = message_in("kitchen");
  const auto prepared = changes_->erase(holder(kAuthor), id);
  EXPECT_EQ(prepared->room, rooms_.find("kitchen"));
  const auto deletion = change_of<Deletion>(prepared);
  EXPECT_EQ(deletion.room_id, "id of kitchen");
  EXPECT_EQ(deletion.message_id, id);
  EXPECT_EQ(deletion.user_id, kAuthor);
  EXPECT_EQ(fault_of(changes_->erase(holder(kOwner), id)), "");
  EXPECT_EQ(fault_of(changes_->erase(holder(kOther), id)), "permission_denied");
}

TEST_F(ChangesTest, AReactionIsOfAUserAndOneEmoji) {
  const MessageId id = message_in("lobby");
  for (const bool add : {true, false}) {
    const auto prepared = changes_->react(holder(kOther), id, "👍", add);
    EXPECT_EQ(prepared->room, rooms_.find("lobby"));
    const auto change = change_of<ReactionChange>(prepared);
    EXPECT_EQ(change.room_id, "id of lobby");
    EXPECT_EQ(change.message_id, id);
    EXPECT_EQ(change.user_id, kOther);
    EXPECT_EQ(change.emoji, "👍");
    EXPECT_EQ(change.add, add);
  }
  const auto heart = changes_->react(holder(kOther), id, "\u2764", true);
  EXPECT_EQ(change_of<ReactionChange>(heart).emoji, "\u2764\uFE0F");
  EXPECT_EQ(fault_of(changes_->react(holder(kOther), id, "ok", true)), "emoji");
  EXPECT_EQ(fault_of(changes_->react(holder(kOther), id, "", true)), "emoji");
  allow(Access::kOpen);
  EXPECT_EQ(fault_of(changes_->react({}, id, "👍", true)), "unauthenticated");
  EXPECT_EQ(fault_of(changes_->react({.user_id = 1}, id, "👍", true)), "");
}

TEST_F(ChangesTest, WhoJoinsAndLeavesIsAUser) {
  for (const bool join : {true, false}) {
    const auto prepared = changes_->join(holder(kOther), "kitchen", join);
    EXPECT_EQ(prepared->room, rooms_.find("kitchen"));
    const auto membership = change_of<Membership>(prepared);
    EXPECT_EQ(membership.room_id, "id of kitchen");
    EXPECT_EQ(membership.user_id, kOther);
    EXPECT_EQ(membership.join, join);
  }
  allow(Access::kOpen);
  EXPECT_EQ(fault_of(changes_->join({}, "kitchen", true)), "unauthenticated");
}

TEST_F(ChangesTest, AnUpdateIsOfTheOwnerAndHoldsWhatIsAsked) {
  rooms_.set_rules("id of kitchen", {.max_length = 5, .read_only = true});
  const auto prepared = changes_->update(holder(kOwner), "kitchen", {.message_limit = 9, .ttl = "1h"});
  EXPECT_EQ(prepared->room, rooms_.find("kitchen"));
  const auto change = change_of<RulesChange>(prepared);
  EXPECT_EQ(change.room_id, "id of kitchen");
  EXPECT_EQ(change.user_id, kOwner);
  EXPECT_EQ(change.patch, (RulesPatch{.message_limit = 9, .expires_at = kNow + 1h}));
  const auto removal = changes_->update(holder(kOwner), "kitchen", {.max_length = 0});
  EXPECT_EQ(change_of<RulesChange>(removal).patch, (RulesPatch{.max_length = std::optional<std::int32_t>()}));
  EXPECT_EQ(fault_of(changes_->update(holder(kOwner), "kitchen", {.max_length = 21})), "max_length");
  EXPECT_EQ(fault_of(changes_->update(holder(kOwner), "kitchen", {.ttl = "soon"})), "ttl");
  EXPECT_EQ(fault_of(changes_->update(holder(kOther), "kitchen", {})), "permission_denied");
  EXPECT_EQ(fault_of(changes_->update(holder(kOwner), "lobby", {})), "permission_denied");
}

TEST_F(ChangesTest, AClosingIsOfTheOwnerAndNotOfABuiltInRoom) {
  const auto prepared = changes_->close(holder(kOwner), "id of kitchen");
  EXPECT_EQ(prepared->room, rooms_.find("kitchen"));
  const auto closing = change_of<Closing>(prepared);
  EXPECT_EQ(closing.room_id, "id of kitchen");
  EXPECT_EQ(closing.user_id, kOwner);
  EXPECT_EQ(closing.reason, CloseReason::kRequested);
  EXPECT_EQ(fault_of(changes_->close(holder(kOther), "kitchen")), "permission_denied");
  EXPECT_EQ(fault_of(changes_->close(holder(1), "kitchen")), "");  // the admin
  add_room("stream", {});
  for (const auto* name : {"", "lobby", "stream", "id of stream"}) {
    EXPECT_EQ(fault_of(changes_->close(holder(1), name)), "failed_precondition") << name;
    EXPECT_EQ(fault_of(changes_->close(holder(kOther), name)), "permission_denied") << name;
    EXPECT_EQ(fault_of(changes_->update(holder(1), name, {.ttl = "1s"})), "failed_precondition") << name;
    EXPECT_EQ(fault_of(changes_->update(holder(1), name, {.ttl = "0s"})), "") << name;
    EXPECT_EQ(fault_of(changes_->update(holder(1), name, {.message_limit = 10})), "") << name;
  }
}

// Every method, on a room and on a message in it.
struct Attempt {
  std::string name;
  std::function<Result<Prepared>(const Actor&)> run;
};
std::vector<Attempt> on_room(const Changes& changes, const std::string& room) {
  return {{"send", [&changes, room](const Actor& a) { return changes.send(a, room, {.content = "x"}); }},
          {"join", [&changes, room](const Actor& a) { return changes.join(a, room, true); }},
          {"leave", [&changes, room](const Actor& a) { return changes.join(a, room, false); }},
          {"update", [&changes, room](const Actor& a) { return changes.update(a, room, {.read_only = true}); }},
          {"close", [&changes, room](const Actor& a) { return changes.close(a, room); }}};
}
std::vector<Attempt> on_message(const Changes& changes, MessageId id) {
  return {{"edit", [&changes, id](const Actor& a) { return changes.edit(a, id, "y"); }},
          {"erase", [&changes, id](const Actor& a) { return changes.erase(a, id); }},
          {"react", [&changes, id](const Actor& a) { return changes.react(a, id, "👍", true); }},
          {"unreact", [&changes, id](const Actor& a) { return changes.react(a, id, "👍", false); }}};
}

TEST_F(ChangesTest, WhatIsNotThereIsNotFound) {
  for (const auto& [name, run] : on_room(*changes_, "attic")) EXPECT_EQ(fault_of(run(holder(1))), "not_found") << name;
  for (const auto& [name, run] : on_message(*changes_, 77)) EXPECT_EQ(fault_of(run(holder(1))), "not_found") << name;
}

TEST_F(ChangesTest, ARoomThatIsBeingClosedIsNotFound) {
  const MessageId id = message_in("kitchen");
  rooms_.remove("id of kitchen", 2);  // its messages are still in the storage
  for (const auto& room : {"kitchen", "id of kitchen"}) {
    for (const auto& [name, run] : on_room(*changes_, room)) {
      EXPECT_EQ(fault_of(run(holder(kOwner))), "not_found") << name;
    }
  }
  for (const auto& [name, run] : on_message(*changes_, id)) {
    EXPECT_EQ(fault_of(run(holder(kOwner))), "not_found") << name;
  }
}

TEST_F(ChangesTest, ASessionIsNeededWhereSessionsAreRequired) {
  const MessageId id = message_in("kitchen");
  for (const Actor& actor : {Actor(), Actor{.user_id = kOwner}}) {
    for (const auto& [name, run] : on_room(*changes_, "kitchen")) {
      EXPECT_EQ(fault_of(run(actor)), "unauthenticated") << name;
    }
    for (const auto& [name, run] : on_message(*changes_, id)) {
      EXPECT_EQ(fault_of(run(actor)), "unauthenticated") << name;
    }
  }
}

TEST_F(ChangesTest, AFailureOfTheStorageIsTold) {
  const MessageId id = message_in("kitchen");
  for (const auto& [name, run] : on_message(*changes_, id)) {
    store_.fail_next(Call::kGetMessage, {.code = ErrorCode::kDeadlineExceeded, .detail = "slow disk"});
    EXPECT_EQ(fault_of(run(holder(kOwner))), "deadline_exceeded") << name;
  }
}

TEST_F(ChangesTest, OfOneUserAreBoundedWhereSessionsAreRequired) {
  allow(Access::kSessions, 0.001, 3);
  const MessageId id = message_in("kitchen");
  EXPECT_EQ(fault_of(changes_->send(holder(kOther), "kitchen", {.content = "x"})), "");
  EXPECT_EQ(fault_of(changes_->react(holder(kOther), id, "👍", true)), "");
  EXPECT_EQ(fault_of(changes_->edit(holder(kOther), id, "y")), "permission_denied");  // costs nothing
  EXPECT_EQ(fault_of(changes_->join(holder(kOther), "kitchen", true)), "");
  const auto refused = changes_->send(holder(kOther), "kitchen", {.content = "x"});
  EXPECT_EQ(fault_of(refused), "resource_exhausted");
  EXPECT_GT(refused.error().retry_after, 0s);
  EXPECT_EQ(fault_of(changes_->send(holder(kAuthor), "kitchen", {.content = "x"})), "");  // another user

  allow(Access::kOpen, 0.001, 3);
  for (int i = 0; i < 10; ++i) {
    EXPECT_EQ(fault_of(changes_->send(holder(kOther), "kitchen", {.content = "x"})), "");
  }
}

}  // namespace
}  // namespace vestnik::chat
